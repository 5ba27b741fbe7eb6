#!/usr/bin/python3
"""Records what PyTorch's normalisations compute, for tests/test_norm_recorded.c:

    tests/record/norm.py > tests/data/norm_pytorch.txt

A case is a layer on an input of the shape in its line, in double, of the numbers of figures.py; a weight is
1 + (i mod 5 - 2)/8 and a bias (i mod 3 - 1)/4. batchnorm takes three training steps and then evaluates the
last one's input.
"""
import torch

from figures import gradient_of, input_of, show

SHAPES = [(6, 5), (2, 3), (4, 3, 5, 5), (8, 2, 1, 1), (3, 4, 1, 3), (1, 2, 6, 7), (3, 2, 9)]
STEPS = 3


def bias_of(layer):
    return getattr(layer, "bias", None)


def start(layer):
    with torch.no_grad():
        size = layer.weight.numel()
        layer.weight.flatten().copy_(torch.tensor([1 + (i % 5 - 2) / 8 for i in range(size)]))
        if bias_of(layer) is not None:
            layer.bias.flatten().copy_(torch.tensor([(i % 3 - 1) / 4 for i in range(size)]))


def record_step(layer, shape, step):
    x = input_of(shape, step)
    layer.zero_grad()
    y = layer(x)
    y.backward(gradient_of(shape))
    for name, tensor in (("y", y), ("dx", x.grad), ("dweight", layer.weight.grad)):
        show(name, tensor)
    if bias_of(layer) is not None:
        show("dbias", layer.bias.grad)


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


def record_layer(name, layer, shape):
    layer = layer.double()
    start(layer)
    print(name, *shape)
    record_step(layer, shape, 0)


torch.set_num_threads(1)
print(f"PyTorch {torch.__version__}, recorded by tests/record/norm.py")
for case in SHAPES:
    record_batchnorm(case)
for case in SHAPES:
    record_layer("layernorm", torch.nn.LayerNorm(case[1:]), case)
for case in SHAPES:
    record_layer("layernorm_nobias", torch.nn.LayerNorm(case[1:], bias=False), case)
for case in SHAPES:
    if case[-1] > 1:  # of one number, dx is what epsilon makes it, which differs by type
        record_layer("rmsnorm", torch.nn.RMSNorm(case[-1]), case)
