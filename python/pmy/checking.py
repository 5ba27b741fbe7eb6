"""Gradient checks: is each backward pass the derivative of its forward pass?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from . import _library
from ._library import call, ffi, text_of
from ._record import read
from ._records import Check
from .errors import BadArgument
from .graph import Graph
from .net import Net

_LONGEST_SENTENCE = 512
_BATCH = 4


class Checks(list[Check]):
    """The outcomes, one for each tensor that has a gradient; `sentences` say each in words."""

    def __init__(self) -> None:
        super().__init__()
        self.sentences: list[str] = []

    @property
    def passed(self) -> bool:
        """Whether there are some, and each is "pass"."""
        return bool(self) and all(check.verdict == "pass" for check in self)

    def __str__(self) -> str:
        return "\n".join(self.sentences)

    def _take(self, check: Any) -> None:
        self.append(read(check))
        text = ffi.new("char[]", _LONGEST_SENTENCE)
        _library.double().check_print(check, text, _LONGEST_SENTENCE)
        self.sentences.append(f"{self[-1].input}: {text_of(text)}")


def _graph_of(net: Net, seed: int) -> Graph:
    """A net's cross-entropy in a batch of random examples."""
    numbers = np.random.default_rng(seed)
    graph = Graph(seed, precision="double")
    x, labels = graph.input((_BATCH, *net.input)), graph.labels(_BATCH)
    graph.want_gradient(x)
    z = graph.net(net.text, x)
    graph.build(graph.softmax_xent(z, labels))
    x.value = numbers.uniform(-1, 1, x.shape)
    labels.value = numbers.integers(z.shape[-1], size=_BATCH)
    return graph


def gradcheck(what: Graph | Net | str, input: Sequence[int] | int | None = None, seed: int = 1) -> Checks:
    """Checks every gradient of a built graph of double precision, at the values that it holds; or those of the
    cross-entropy of a net, or of a line of text for examples of the shape `input`, in a batch of random examples.

    The library of checks is loaded when this is first called. A check cannot be broken off: Ctrl-C is heard after it.
    """
    library, checks = _library.double(), Checks()
    if not isinstance(what, Graph):
        if isinstance(what, str):
            if input is None:
                raise BadArgument("a line of text is checked for examples of a shape: input=(…)")
            what = Net(what, input)
        what = _graph_of(what, seed)
    if what._library is not library:
        raise BadArgument('a gradient is checked in double precision: Graph(precision="double")')
    result = ffi.new("pmy64_gradcheck_result *")
    with what._using() as held:
        what._check_built()
        what._differentiable = False
        call(library.gradcheck, held, ffi.new("pmy64_gradcheck_options *", {"seed": seed}), result)
    try:
        for i in range(result.count):
            checks._take(ffi.addressof(result.check[i]))
    finally:
        library.gradcheck_free(result)
    return checks
