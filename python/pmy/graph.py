"""A graph that is recorded once and replayed, and its nodes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from . import _library
from ._convert import Arguments, shape, sizes, word
from ._library import Library, call, chars, check, enumerator, ffi, path_chars, single, text_of
from ._ops import Ops
from ._owner import Owner, view
from .errors import BadArgument, BadShape

Mode = Literal["train", "replay", "eval", "frozen"]
Precision = Literal["single", "double"]


def library_of(precision: Precision) -> Library:
    if precision not in ("single", "double"):
        raise BadArgument(f"a precision is single or double, not '{precision}'")
    return single if precision == "single" else _library.double()


class Pool(Owner):
    """Threads that graphs work on, one graph at a time."""

    def __init__(self, threads: int | None = None) -> None:
        pool = ffi.new("pmy_pool **")
        call(single.pool_new, single.processors() if threads is None else threads, pool)
        super().__init__(pool[0], single.pool_free)


class Node:
    """A node of a graph. It keeps its graph; once that is freed, it cannot be used."""

    def __init__(self, graph: Graph, pointer: Any) -> None:
        self.graph = graph
        self._pointer = pointer

    def __repr__(self) -> str:
        return f"<pmy.Node {self.name} {self.shape}>"

    @property
    def name(self) -> str:
        """Its name in the graph, by which Graph.find finds it."""
        with self.graph._using():
            return text_of(self.graph._library.node_name(self._pointer))

    @name.setter
    def name(self, name: str) -> None:
        with self.graph._using():
            self.graph._library.name(self._pointer, chars(name))
            self.graph._check_recorded()

    @property
    def shape(self) -> tuple[int, ...]:
        """Its sizes; the first is the batch's, which may shrink."""
        with self.graph._using():
            return sizes(self.graph._library.node_shape(self._pointer))

    def _look_at(self, tensor: Any) -> np.ndarray | None:
        return view(tensor.data, sizes(tensor.shape), self.graph._held) if tensor.data else None

    @property
    def value(self) -> np.ndarray:
        """Its numbers in a built graph, not a copy: what is written into those of an input is what the next forward
        reads, and a forward changes them. Assigning copies an array of the same shape into it."""
        with self.graph._using() as graph:
            library = self.graph._library
            self.graph._check_built()
            kind = library.node_type(self._pointer)
            if kind == enumerator("REALS"):
                tensor = library.value(self._pointer)
                return view(tensor.data, sizes(tensor.shape), graph)
            data = (library.integer_data if kind == enumerator("INTEGERS") else library.count_data)(self._pointer)
            return view(data, sizes(library.node_shape(self._pointer)), graph)

    @value.setter
    def value(self, numbers: npt.ArrayLike) -> None:
        array, target = np.asarray(numbers), self.value
        integers = target.dtype.kind == "i"
        if array.dtype.kind not in ("iub" if integers else "fiub"):
            raise TypeError(f"{self.name} takes {'integers' if integers else 'numbers'}, not {array.dtype}")
        if array.shape != target.shape:
            raise BadShape(f"{self.name} is {target.shape}, not {array.shape}")
        if integers and array.size:
            limits = np.iinfo(target.dtype)
            if int(array.min()) < limits.min or int(array.max()) > limits.max:
                raise BadArgument(f"{self.name} takes integers of {limits.min} to {limits.max}")
        target[...] = array

    @property
    def gradient(self) -> np.ndarray | None:
        """What backward left, not a copy; None where no gradient is computed."""
        with self.graph._using():
            self.graph._check_built()
            return self._look_at(self.graph._library.gradient(self._pointer))

    def item(self) -> float:
        """The value of a scalar."""
        if self.shape:
            raise BadShape(f"{self.name} is {self.shape}, not one number")
        return float(self.value)


class Graph(Ops, Owner):
    """Nodes that builder calls append, in the order in which forward computes them.

    >>> g = Graph()
    >>> x, y = g.input((32, 784)), g.labels(32)
    >>> z = g.linear(g.linear(x, 128, "relu"), 10)
    >>> loss = g.softmax_xent(z, y)
    >>> g.build(loss)

    and then for each step: fill x.value and y.value, `forward`, `backward`, and a step of an Optimizer. A call that
    goes wrong raises at once; the graph can then not be built.
    """

    def __init__(self, seed: int = 1, threads: int = 1, precision: Precision = "single") -> None:
        self._library = library_of(precision)
        pool = Pool(threads) if threads != 1 else None
        graph = self._library.graph_new(pool._held if pool else ffi.NULL, seed)
        if not graph:
            raise MemoryError("no memory for a graph")
        Owner.__init__(self, graph, self._library.graph_free, pool)
        self._root: Node | None = None
        self._differentiable = False

    @classmethod
    def _borrowed(cls, owner: Any, pointer: Any, root: Any) -> Graph:
        """The built graph inside something else of C."""
        self = cls.__new__(cls)
        self._library = single
        Owner.__init__(self, pointer, lambda _: None, owner)
        self._root = Node(self, root)
        self._differentiable = False
        return self

    @property
    def dtype(self) -> np.dtype:
        """Of its numbers: float32, or float64 in double precision."""
        return np.dtype(np.float32 if self._library is single else np.float64)

    # --- Recording ---------------------------------------------------------

    def _pointer_of(self, node: Any) -> Any:
        if not isinstance(node, Node):
            raise TypeError(f"a node is wanted, not {type(node).__name__}")
        if node.graph is not self:
            raise BadArgument("the node is of another graph")
        return node._pointer

    def _check_recorded(self) -> None:
        error = ffi.new("pmy_error *")
        check(self._library.graph_error(self._held, error), error)

    def _check_built(self) -> None:
        if self._root is None:
            raise BadArgument("the graph is not built yet")

    def _check_open(self) -> None:
        if self._root is not None:
            raise BadArgument("the graph is built: nothing can be added")

    def _record(self, name: str, *arguments: Any) -> Node:
        with self._using() as graph:
            self._check_open()
            function = getattr(self._library, name)
            convert = Arguments(self)
            kinds = ffi.typeof(function).args[1:]
            node = function(graph, *[convert.convert(k, a) for k, a in zip(kinds, arguments)])
            self._check_recorded()
            return Node(self, node)

    def _change(self, name: str, node: Node, *arguments: Any) -> None:
        with self._using():
            self._check_open()
            getattr(self._library, name)(self._pointer_of(node), *arguments)
            self._check_recorded()

    def want_gradient(self, leaf: Node) -> None:
        """Asks for the gradient of an input or constant, which otherwise is not computed."""
        self._change("want_gradient", leaf)

    def fix(self, parameter: Node) -> None:
        """Holds a parameter fixed: it has no gradient, and no optimizer moves it."""
        self._change("fix", parameter)

    def prefix(self, name: str) -> None:
        """Names the layers that follow: their parameters become "name.weight" and so on."""
        with self._using() as graph:
            self._check_open()
            self._library.prefix(graph, chars(name))
            self._check_recorded()

    def net(self, text: str, x: Node) -> Node:
        """Appends the layers of a line of text (see pmy.Net) and returns the last one's node."""
        with self._using() as graph:
            self._check_open()
            net = ffi.new(self._library.c_type("net *"))
            call(self._library.net_read, chars(text), shape(x.shape[1:]), net)
            node = self._library.net_build(net, graph, self._pointer_of(x))
            self._check_recorded()
            return Node(self, node)

    def build(self, root: Node) -> None:
        """Checks the whole, takes the memory, and gives parameters their first values; `root` is what backward
        starts from. Once a graph."""
        with self._using() as graph:
            self._check_open()
            call(self._library.build, graph, self._pointer_of(root))
            self._root = root

    # --- Running -----------------------------------------------------------

    @property
    def batch(self) -> int:
        """Examples in the coming batches: 1 to the number the graph was recorded with. A new number wants a forward
        before the next backward."""
        with self._using() as graph:
            return int(self._library.batch(graph))

    @batch.setter
    def batch(self, examples: int) -> None:
        with self._using() as graph:
            self._check_built()
            self._differentiable = False
            call(self._library.set_batch, graph, examples)

    def forward(self, mode: Mode = "train") -> None:
        """Computes every node. BadData names the node and row of a value that cannot be computed with."""
        number = word(ffi.typeof(self._library.c_type("mode")), mode)
        with self._using() as graph:
            self._check_built()
            self._differentiable = False
            call(self._library.forward, graph, number)
            self._differentiable = mode != "eval"

    def backward(self) -> None:
        """Computes the gradient of the root, a scalar, after a forward that was not of mode "eval"."""
        with self._using() as graph:
            self._check_built()
            if not self._differentiable:
                raise BadArgument("backward needs a forward of this batch before it, of another mode than eval")
            if self._root is not None and self._root.shape:
                raise BadShape(f"backward starts from one number, not from {self._root.shape}")
            self._library.backward(graph)

    # --- Nodes -------------------------------------------------------------

    def find(self, name: str) -> Node | None:
        """The node of that name, or None."""
        with self._using() as graph:
            node = self._library.find(graph, chars(name))
            return Node(self, node) if node else None

    def _all(self, at: Any, count: int) -> Iterator[Node]:
        with self._using() as graph:
            return iter([Node(self, at(graph, i)) for i in range(count)])

    def __iter__(self) -> Iterator[Node]:
        """The nodes of a built graph in their order."""
        self._check_built()
        with self._using() as graph:
            return self._all(self._library.node_at, self._library.node_count(graph))

    def parameters(self) -> dict[str, Node]:
        """The learned parameters, and those held fixed, of a built graph by their names."""
        self._check_built()
        with self._using() as graph:
            count = self._library.graph_parameters(graph).count
            return {node.name: node for node in self._all(self._library.parameter_at, count)}

    def statistics(self) -> dict[str, Node]:
        """What belongs to the model but is not learned, such as a batchnorm's running mean."""
        self._check_built()
        with self._using() as graph:
            count = self._library.graph_statistics(graph).count
            return {node.name: node for node in self._all(self._library.statistic_at, count)}

    # --- Files -------------------------------------------------------------

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes parameters and statistics as safetensors, whole or not at all."""
        with self._using() as graph:
            self._check_built()
            call(self._library.save, path_chars(path), graph)

    def load(self, path: str | os.PathLike[str]) -> None:
        """Reads what `save` wrote into a graph that was built by the same calls; else it stays as it is."""
        with self._using() as graph:
            self._check_built()
            call(self._library.load, path_chars(path), graph)
