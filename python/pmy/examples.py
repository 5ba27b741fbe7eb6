"""Arrays as what a model learns from, or is asked about."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ._library import ffi
from .errors import BadArgument, BadShape

_PICTURE_AXES = 3


def _as_c_takes_it(array: np.ndarray, dtype: npt.DTypeLike) -> np.ndarray:
    """The array itself where it is native numbers of this type in C's order and where the processor wants them."""
    return np.require(array, dtype, ["C_CONTIGUOUS", "ALIGNED"])


def _inputs(X: npt.ArrayLike) -> np.ndarray:
    """Bytes or floats in C's order: the array itself where it is so already."""
    array = np.asarray(X)
    if array.dtype.kind not in "fiub":
        raise TypeError(f"examples are numbers, not {array.dtype}")
    if not 2 <= array.ndim <= 1 + _PICTURE_AXES:
        raise BadShape(f"examples are [count, features], [count, height, width] or [count, channels, height, width], "
                       f"not {array.shape}")
    if 0 in array.shape:
        raise BadShape(f"there is nothing in {array.shape}")
    with np.errstate(over="ignore"):  # what becomes infinite is refused with its place
        return _as_c_takes_it(array, np.uint8 if array.dtype == np.uint8 else np.float32)


def _labels(y: np.ndarray, classes: int) -> np.ndarray:
    wrong = np.flatnonzero((y < 0) | (y >= classes))
    if wrong.size:
        raise BadArgument(f"label {y[wrong[0]]} of example {wrong[0]} is none of {classes} classes")
    return _as_c_takes_it(y, np.int32)


class Examples:
    """A pmy_dataset whose numbers are arrays': those of X are not copied where they are bytes (0 … 255 stand for
    0 … 1) or float32 in C's order. y are labels where it holds integers, and else targets."""

    def __init__(self, X: npt.ArrayLike, y: npt.ArrayLike | None = None) -> None:
        self.X = _inputs(X)
        self.y = None if y is None else np.asarray(y)
        axes = self.X.shape[1:]
        self.shape = axes if len(axes) != _PICTURE_AXES - 1 else (1, *axes)
        self.dataset = ffi.new("pmy_dataset *", {"count": len(self.X)})
        channels, height, width = (0, 0, *self.shape) if len(self.shape) == 1 else self.shape
        self.dataset.channels, self.dataset.height, self.dataset.width = channels, height, width
        if self.X.dtype == np.uint8:
            self.dataset.images = ffi.from_buffer("uint8_t[]", self.X)
        else:
            self.dataset.reals = ffi.from_buffer("float[]", self.X)
        if self.y is not None and self.y.shape[:1] != self.X.shape[:1]:
            raise BadShape(f"there are {len(self.X)} examples and {self.y.shape} of what they are")

    @property
    def has_labels(self) -> bool:
        return self.y is not None and self.y.dtype.kind in "iub"

    def learn(self, classes: int) -> None:
        """What is to be learned: labels below `classes`, or targets."""
        if self.y is None or self.y.dtype.kind not in "fiub":
            raise TypeError("what is to be learned is integers (labels) or floats (targets)")
        if self.has_labels:
            if self.y.ndim != 1:
                raise BadShape(f"labels are [count], not {self.y.shape}")
            self.y = _labels(self.y, classes)
            self.dataset.labels = ffi.from_buffer("int32_t[]", self.y)
            self.dataset.classes = classes
            return
        if self.y.ndim > 2:
            raise BadShape(f"targets are [count] or [count, width], not {self.y.shape}")
        with np.errstate(over="ignore"):
            self.y = _as_c_takes_it(self.y, np.float32)
        self.dataset.targets = ffi.from_buffer("float[]", self.y)
        self.dataset.target_width = self.y.size // len(self.y)
