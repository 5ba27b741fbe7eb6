"""Structs of C as Python hands them out."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from . import _records
from ._convert import sizes, words
from ._library import ffi, text_of


def _as_it_is(value: Any) -> Any:
    return value


def _reader(kind: Any) -> Callable[[Any], Any]:
    """What makes a member of this type Python's."""
    if kind.kind == "enum":
        return {number: word for word, number in words(kind).items()}.__getitem__
    if kind.kind == "array":
        return text_of
    if kind.cname == "pmy_shape":
        return sizes
    return read if kind.kind == "struct" else _as_it_is


@functools.cache
def _form(kind: Any) -> tuple[Any, list[tuple[str, Callable[[Any], Any]]]]:
    """The record of a struct, and how its members are read."""
    kind = kind.item if kind.kind == "pointer" else kind
    record = "".join(word.capitalize() for word in kind.cname.split("_")[1:])
    return getattr(_records, record), [(name, _reader(field.type)) for name, field in kind.fields]


def read(struct: Any) -> Any:
    """The record of a struct: a StepReport for a pmy_step_report."""
    record, members = _form(ffi.typeof(struct))
    return record(*[reader(getattr(struct, name)) for name, reader in members])
