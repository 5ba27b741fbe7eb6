"""Recipes: what a training run is, but for its data."""

from __future__ import annotations

import numbers
from collections.abc import Mapping
from typing import Any

import numpy as np

from ._generated import PRESETS
from ._library import call, chars, enumerator, ffi, single, text_of
from .errors import BadArgument

_BEGINNING = "usual"  # what every run begins with, as no preset is called
_KIND = enumerator("RECIPE_OF_PICTURES")


def _fields() -> dict[str, Any]:
    """The fields by the names of their keywords, in the table's order, in which they are to be set."""
    found: dict[str, Any] = {}
    while field := single.recipe_field_at(_KIND, len(found)):
        found[text_of(field.option or field.key).replace("-", "_").replace(" ", "_")] = field
    return found


FIELDS = _fields()
NAMES = [name for name in PRESETS if name != _BEGINNING]


def _text(name: str, value: Any) -> str:
    """A value as the library reads it."""
    if isinstance(value, (bool, np.bool_)):
        return str(int(value))
    if isinstance(value, numbers.Integral):
        return str(int(value))
    if isinstance(value, numbers.Real):
        return repr(float(value))
    if isinstance(value, str):
        return value
    raise TypeError(f"{name} is a number or a word, not {type(value).__name__}")


class Made:
    """A pmy_recipe, and the texts that it points to."""

    def __init__(self, net: str, given: Mapping[str, Any]) -> None:
        self.recipe = ffi.new("pmy_recipe *")
        self._texts: list[Any] = []
        for name in given:
            if name not in FIELDS or name == "net":
                raise TypeError(f"a recipe has no '{name}'; it has {', '.join(n for n in FIELDS if n != 'net')}")
        # A net of one's own begins with the recipe of the first preset, as on a command line.
        preset = PRESETS.get(net if net in NAMES else NAMES[0], {})
        if given.get("optim", preset["optim"]) != preset["optim"] and "lr" not in given:
            raise BadArgument(f"with another optimizer than {preset['optim']}, the lr must be said, too")
        for options in (PRESETS[_BEGINNING], preset, {"net": preset["net"] if net in NAMES else net}, given):
            self._take(options)

    def _take(self, options: Mapping[str, Any]) -> None:
        for name, field in FIELDS.items():
            if name in options:
                text = ffi.new("char[]", chars(_text(name, options[name])))
                self._texts.append(text)
                call(single.recipe_set, self.recipe, field, text)

    @property
    def net(self) -> str:
        return text_of(self.recipe.net)
