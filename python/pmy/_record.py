"""Structs of C as Python hands them out."""

from __future__ import annotations

from typing import Any

from . import _records
from ._convert import sizes, words
from ._library import ffi, text_of


def _member(kind: Any, value: Any) -> Any:
    if kind.kind == "enum":
        return {number: word for word, number in words(kind).items()}[value]
    if kind.kind == "array":
        return text_of(value)
    if kind.cname == "pmy_shape":
        return sizes(value)
    return read(value) if kind.kind == "struct" else value


def read(struct: Any) -> Any:
    """The record of a struct: a StepReport for a pmy_step_report."""
    kind = ffi.typeof(struct)
    kind = kind.item if kind.kind == "pointer" else kind
    record = "".join(word.capitalize() for word in kind.cname.split("_")[1:])
    return getattr(_records, record)(*[_member(f.type, getattr(struct, name)) for name, f in kind.fields])
