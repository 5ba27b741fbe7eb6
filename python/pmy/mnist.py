"""MNIST, from the package pmy-mnist."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ._library import call, enumerator, ffi, path_chars, single
from ._owner import view

_CLASSES = 10


class Part(NamedTuple):
    """Pictures and what they show."""

    X: np.ndarray  # uint8 [count, height, width]
    y: np.ndarray  # int32 [count]


def _part(folder: str | os.PathLike[str], part: str) -> Part:
    dataset = ffi.gc(ffi.new("pmy_dataset *"), single.dataset_free)
    call(single.dataset_load, path_chars(folder), enumerator("DATASET_" + part), _CLASSES, dataset)
    shape: tuple[Any, ...] = (dataset.count, dataset.height, dataset.width)
    return Part(view(dataset.images, shape, dataset, False), view(dataset.labels, shape[:1], dataset, False))


def mnist(folder: str | os.PathLike[str] | None = None) -> tuple[Part, Part]:
    """The 60,000 pictures to train on and the 10,000 to test with, each as (X, y). They are those of the package
    pmy-mnist, or of a set in the same form in a folder of its own."""
    if folder is None:
        try:
            import pmy_mnist
        except ImportError:
            raise ImportError("MNIST's pictures are in a package of their own: pip install pmy-mnist") from None
        folder = Path(pmy_mnist.FOLDER)
    return _part(folder, "TRAIN"), _part(folder, "TEST")
