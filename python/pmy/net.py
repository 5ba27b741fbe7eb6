"""A model as a line of text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ._convert import shape, sizes
from ._library import call, chars, ffi, single, text_of


@dataclass(frozen=True)
class Layer:
    """A layer of a net: its place and name, words, what it gives for one example, and what that takes."""

    name: str
    text: str
    output: tuple[int, ...]
    parameters: int
    flops: float


class Net:
    """A net that was read from a line of text, such as "conv 8 5, relu, linear 10", for examples of a shape.

    `text` is its canonical line; `input` and `output` are an example's shapes.
    """

    def __init__(self, text: str, input: Sequence[int] | int) -> None:
        net = ffi.new("pmy_net *")
        call(single.net_read, chars(text), shape(input), net)
        self.text = text_of(net.text)
        self.input = sizes(net.input)[1:]
        self.output = sizes(net.output)[1:]
        self.parameters = int(net.parameters)
        self.layers = [Layer(text_of(layer.name), text_of(single.layer_print(ffi.addressof(layer)).text),
                             sizes(layer.output)[1:], int(layer.parameters), layer.flops)
                       for layer in net.layer[0:net.count]]

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"pmy.Net({self.text!r}, {self.input})"
