"""Softmax and its cross-entropy, with every number on the way there and back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from . import _library
from ._convert import words
from ._library import call, ffi
from ._owner import view
from .errors import BadShape


def _value(row: Any, name: str, kind: Any) -> Any:
    value = getattr(row, name)
    if kind.kind == "enum":
        return {number: word for word, number in words(kind).items()}[value]
    if kind.kind != "pointer":
        return value
    # All arrays are [classes]; a Jacobian is the one that has two axes.
    shape = (row.classes,) * (2 if name == "jacobian" else 1)
    return view(value, shape, row).copy()


def explain(logits: npt.ArrayLike, target: int | Sequence[float] | np.ndarray,
            temperature: float = 1) -> dict[str, Any]:
    """The numbers of one row: z, p, loss, jacobian, the gradient by the chain rule and by the fused node, and all
    between, as `softmax explain` shows them, in double precision.

    `target` is a class, or a share for each class. The keys are those of pmy_explanation in
    gradcheck/explanation.h: scaled, shifted, exponential, sum, p, log_p, naive_exponential, naive_negative_log_p,
    log_sum_exp, naive_sum, naive_log_sum_exp, loss, dloss_dp, jacobian [classes, classes], chain, fused, steps
    (|chain − fused| in units in the last place), breaks and others.
    """
    library = _library.double()
    z = np.asarray(logits, dtype=np.float64)
    if z.ndim != 1:
        raise BadShape(f"logits are one row [classes], not {z.shape}")
    row = ffi.new("pmy_explanation *")
    call(library.explanation_new, len(z), row)
    try:
        view(row.z, z.shape, row)[...] = z
        row.temperature = temperature
        if np.ndim(target) == 0:
            row.target = target
        else:
            shares = np.asarray(target, dtype=np.float64)
            if shares.shape != z.shape:
                raise BadShape(f"there are {shares.shape} shares for {z.shape} classes")
            row.soft = True
            view(row.y, z.shape, row)[...] = shares
        call(library.explain, row)
        return {name: _value(row, name, field.type) for name, field in ffi.typeof("pmy_explanation").fields}
    finally:
        library.explanation_free(row)
