#!/usr/bin/python3
"""Records what PyTorch's normalisations compute, for tests/test_norm_recorded.c:

    tests/record/norm.py > tests/data/norm_pytorch.txt

A case is a layer on an input of the shape in its line, in double. Number i of the input of step s is

    ((7 i + 13 s + i i) mod 29 - 14)/8

that of the gradient from above is ((5 i + 3 i i) mod 23 - 11)/16, a weight 1 + (i mod 5 - 2)/8 and a bias
(i mod 3 - 1)/4: all exact. batchnorm takes three training steps and then evaluates the last one's
input. A line per tensor holds its name and its numbers in hexadecimal, so exactly.
"""
import re

import torch

SHAPES = [(6, 5), (2, 3), (4, 3, 5, 5), (8, 2, 1, 1), (3, 4, 1, 3), (1, 2, 6, 7), (3, 2, 9)]
STEPS = 3


def input_of(shape, step):
    size = torch.Size(shape).numel()
    numbers = [((7 * i + 13 * step + i * i) % 29 - 14) / 8 for i in range(size)]
    return torch.tensor(numbers, dtype=torch.float64).reshape(shape).requires_grad_()


def gradient_of(shape):
    size = torch.Size(shape).numel()
    return torch.tensor([((5 * i + 3 * i * i) % 23 - 11) / 16 for i in range(size)],
                        dtype=torch.float64).reshape(shape)


def start(layer):
    with torch.no_grad():
        size = layer.weight.numel()
        layer.weight.flatten().copy_(torch.tensor([1 + (i % 5 - 2) / 8 for i in range(size)]))
        layer.bias.flatten().copy_(torch.tensor([(i % 3 - 1) / 4 for i in range(size)]))


def show(name, tensor):
    numbers = [re.sub(r"\.?0*p", "p", float(value).hex()) for value in tensor.flatten().tolist()]
    print(name, *numbers)


def record_step(layer, shape, step):
    x = input_of(shape, step)
    layer.zero_grad()
    y = layer(x)
    y.backward(gradient_of(shape))
    for name, tensor in (("y", y), ("dx", x.grad), ("dweight", layer.weight.grad), ("dbias", layer.bias.grad)):
        show(name, tensor)


def record_batchnorm(shape):
    kind = {2: torch.nn.BatchNorm1d, 3: torch.nn.BatchNorm1d, 4: torch.nn.BatchNorm2d}[len(shape)]
    layer = kind(shape[1]).double()
    start(layer)
    print("batchnorm", *shape)
    for step in range(STEPS):
        record_step(layer, shape, step)
        for name in ("running_mean", "running_var", "num_batches_tracked"):
            show(name, getattr(layer, name))
    layer.eval()
    show("y", layer(input_of(shape, STEPS - 1)))


def record_layernorm(shape):
    layer = torch.nn.LayerNorm(shape[1:]).double()
    start(layer)
    print("layernorm", *shape)
    record_step(layer, shape, 0)


torch.set_num_threads(1)
print(f"PyTorch {torch.__version__}, recorded by tests/record/norm.py")
for case in SHAPES:
    record_batchnorm(case)
for case in SHAPES:
    record_layernorm(case)
