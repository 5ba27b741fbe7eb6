"""Arguments of a builder call as C takes them."""

from __future__ import annotations

import operator
import os
from collections.abc import Sequence
from numbers import Integral
from typing import TYPE_CHECKING, Any

import numpy as np

from ._library import chars, ffi
from .errors import BadArgument, BadShape

if TYPE_CHECKING:
    from .graph import Graph

MOST_AXES = len(ffi.new("pmy_shape *").dim)
_LARGEST = 2**63 - 1


class _None:
    """A node that may be left out, and is."""


NONE = _None()


def shape(sizes: Sequence[int] | int) -> Any:
    """A pmy_shape."""
    axes = [sizes] if isinstance(sizes, Integral) else list(sizes)
    numbers = [operator.index(axis) for axis in axes]
    if len(numbers) > MOST_AXES:
        raise BadShape(f"a shape has at most {MOST_AXES} axes, not {len(numbers)}: {tuple(numbers)}")
    if any(not 0 < number <= _LARGEST for number in numbers):
        raise BadShape(f"each axis of a shape is at least 1: {tuple(numbers)}")
    return ffi.new("pmy_shape *", {"dim": numbers})[0]


def sizes(shape: Any) -> tuple[int, ...]:
    """A pmy_shape as Python has it."""
    found = []
    for size in shape.dim:
        if size == 0:
            break
        found.append(size)
    return tuple(found)


def words(kind: Any) -> dict[str, int]:
    """The members of an enumeration by the words that name them: "relu" is PMY_RELU."""
    common = os.path.commonprefix(list(kind.relements)).rpartition("_")[0] + "_"
    return {kind.elements[number].removeprefix(common).lower(): number for number in sorted(kind.elements)}


def word(kind: Any, value: str) -> int:
    """The member that a word names."""
    named = words(kind)
    if value not in named:
        raise BadArgument(f"'{value}' is none of {', '.join(named)}")
    return named[value]


class Arguments:
    """Turns arguments of one call into C's; keeps what they point to while it lives."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.first: Any = None  # node, whose last axis is the classes'
        self.kept: list[Any] = []

    def node(self, value: Any) -> Any:
        if value is NONE:
            return ffi.NULL
        pointer = self.graph._pointer_of(value)
        self.first = self.first or value
        return pointer

    def numbers(self, kind: Any, value: Any) -> Any:
        """An array of a number for each class."""
        array = np.ascontiguousarray(value, dtype=self.graph.dtype)
        wanted = self.first.shape[-1:]
        if array.shape != wanted:
            raise BadShape(f"there are {array.shape} numbers for {wanted} classes")
        self.kept.append(array)
        return ffi.cast(kind, array.ctypes.data)

    def member(self, kind: Any, value: Any) -> Any:
        if kind.kind == "pointer" and value is None:
            return ffi.NULL
        return self.convert(kind, value)

    def struct(self, kind: Any, members: dict[str, Any]) -> Any:
        fields = dict(kind.fields)
        pointer = ffi.new(f"{kind.cname} *")
        for name, value in members.items():
            setattr(pointer, name, self.member(fields[name].type, value))
        self.kept.append(pointer)
        return pointer

    def convert(self, kind: Any, value: Any) -> Any:
        if kind.kind == "enum":
            return word(kind, value)
        if kind.kind == "struct":
            return shape(value) if kind.cname == "pmy_shape" else self.struct(kind, value)[0]
        if kind.kind != "pointer":
            return value
        item = kind.item
        if item.cname == "char":
            text = ffi.new("char[]", chars(value))
            self.kept.append(text)
            return text
        if item.kind == "pointer":
            nodes = ffi.new(f"{item.cname}[]", [self.node(node) for node in value])
            self.kept.append(nodes)
            return nodes
        if item.kind == "primitive":
            return self.numbers(kind, value)
        return self.struct(item, value) if isinstance(value, dict) else self.node(value)
