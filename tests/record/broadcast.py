#!/usr/bin/python3
"""Records what PyTorch's element-wise ops compute, for tests/test_broadcast_recorded.c:

    tests/record/broadcast.py > tests/data/broadcast_pytorch.txt

A case is an op on inputs of the shapes in its line, in double. Number i of a is ((7 i + i i) mod 13 - 6)/4, of b
k/4 with k = (5 i + 3 i i + 2) mod 11 - 5, and one more from 0 on, so that it is never 0, and of the gradient
from above ((5 i + 3 i i) mod 23 - 11)/16: all exact, and a and b are equal here and there. The one input of
sqrt is |b|, that of others a. A line per tensor holds its name and its numbers in hexadecimal, so exactly.
"""
import re

import torch

BINARY = {"add": torch.add, "sub": torch.sub, "mul": torch.mul, "div": torch.div, "maximum": torch.maximum,
          "minimum": torch.minimum}
SHAPES = [((2, 5), (2, 5)), ((2, 5), (5,)), ((5,), (2, 5)), ((3, 2, 4), (2, 4)), ((3, 2, 4), (2, 1)),
          ((3, 1, 4), (3, 2, 4)), ((3, 2, 4), (3, 2, 1)), ((3, 1, 1), (3, 2, 4)), ((2, 5), ()), ((), (2, 5)),
          ((3, 1), (4,)), ((3, 1), (1, 4)), ((2, 1, 3, 1), (2, 1, 4)), ((2, 3, 2, 1), (1, 3, 1, 2)), ((), ()),
          ((1, 3), (1, 3))]


def tensor(shape, number):
    numbers = [number(i) for i in range(torch.Size(shape).numel())]
    return torch.tensor(numbers, dtype=torch.float64).reshape(shape)


def number_of_a(i):
    return ((7 * i + i * i) % 13 - 6) / 4


def number_of_b(i):
    k = (5 * i + 3 * i * i + 2) % 11 - 5
    return (k + (k >= 0)) / 4


def show(name, x):
    print(name, *[re.sub(r"\.?0*p", "p", float(value).hex()) for value in x.flatten().tolist()])


def record(name, op, shapes, numbers=(number_of_a, number_of_b)):
    print(name, *["x".join(map(str, shape)) or "scalar" for shape in shapes])
    inputs = [tensor(shape, number).requires_grad_() for shape, number in zip(shapes, numbers)]
    c = op(*inputs)
    c.backward(tensor(c.shape, lambda i: ((5 * i + 3 * i * i) % 23 - 11) / 16))
    show("c", c)
    for of, x in zip("ab", inputs):
        show("d" + of, x.grad)


torch.set_num_threads(1)
print(f"PyTorch {torch.__version__}, recorded by tests/record/broadcast.py")
for op_name, op in BINARY.items():
    for case in SHAPES:
        record(op_name, op, case)
record("square", torch.square, [(3, 2, 4)])
record("abs", torch.abs, [(3, 2, 4)])
record("sqrt", torch.sqrt, [(3, 2, 4)], [lambda i: abs(number_of_b(i))])
