"""Optimizers for graphs of one's own."""

from __future__ import annotations

from typing import Any

from ._library import call, chars, ffi, text_of
from ._owner import Owner
from .errors import BadArgument
from .graph import Graph


class Optimizer(Owner):
    """Moves the parameters of a built graph along their gradients.

    >>> optimizer = Optimizer(graph, "adam")
    >>> graph.forward(); graph.backward(); optimizer.step(0.001)

    Keywords are its options: weight_decay, momentum, nesterov, beta1, beta2, epsilon; what is not said is the
    kind's own.
    """

    def __init__(self, graph: Graph, kind: str = "sgd", **options: float) -> None:
        library = self._library = graph._library
        found = library.optim_find(chars(kind))
        if not found:
            kinds: list[str] = []
            while at := library.optim_kind_at(len(kinds)):
                kinds.append(text_of(at.name))
            raise BadArgument(f"there is no optimizer '{kind}'; there are {', '.join(kinds)}")
        chosen = ffi.new(library.c_type("optim_options *"), found.defaults)
        known = [name for name, _ in ffi.typeof(chosen).item.fields]
        for name, value in options.items():
            if name not in known:
                raise TypeError(f"an optimizer has no '{name}'; it has {', '.join(known)}")
            setattr(chosen, name, value)
        optim = ffi.new(library.c_type("optim **"))
        with graph._using() as held:
            graph._check_built()
            call(library.optim_new, found, chosen, held, optim)
            super().__init__(optim[0], library.optim_free, held)
        self.graph = graph

    def step(self, lr: float) -> None:
        """Moves the parameters once, after a backward."""
        if not 0 <= lr < float("inf"):
            raise BadArgument(f"a learning rate is finite and not negative, not {lr}")
        with self.graph._using(), self._using() as optim:
            self._library.optim_step(optim, lr)

    def clip(self, most: float) -> float:
        """Lets the next step scale the gradients down to a norm of at most `most`; returns the norm."""
        norm: Any = ffi.new("double *")
        with self.graph._using(), self._using() as optim:
            call(self._library.optim_clip, optim, most, norm)
        return float(norm[0])
