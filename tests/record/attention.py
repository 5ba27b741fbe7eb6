#!/usr/bin/python3
"""Records what PyTorch's attention computes, for tests/test_attention_recorded.c:

    tests/record/attention.py > tests/data/attention_pytorch.txt

A case's line has its batch, heads, queries, keys, dim, width, and whether it is causal and whether masked, in
double. Number i of q, k and v, whose heads lie side by side in the last axis, is

    ((7 i + 13 t + i i) mod 29 - 14)/8,  t = 0, 1, 2

that of the gradient from above ((5 i + 3 i i) mod 23 - 11)/16, all exact. Key j of example b is masked where
j > 0 and (j + 2 b) mod 3 = 1. A line per tensor holds its name and its numbers in hexadecimal, so exactly.
Where nn.MultiheadAttention can be told the same, with projections that change nothing, it is held to it.
"""
import re

import torch

CASES = [  # batch, heads, queries, keys, dim, width
    (2, 1, 3, 4, 3, 2),
    (2, 2, 4, 4, 2, 3),
    (3, 3, 4, 4, 2, 2),
    (2, 2, 2, 5, 3, 3),
]


def numbers(shape, number):
    size = torch.Size(shape).numel()
    return torch.tensor([number(i) for i in range(size)], dtype=torch.float64).reshape(shape)


def heads_apart(x, heads):
    return x.unflatten(2, (heads, -1)).transpose(1, 2)


def show(name, tensor):
    print(name, *(re.sub(r"\.?0*p", "p", float(value).hex()) for value in tensor.flatten().tolist()))


def hold_to_layer(q, k, v, heads, seen, o):
    layer = torch.nn.MultiheadAttention(q.shape[2], heads, bias=False, batch_first=True).double()
    with torch.no_grad():
        one = torch.eye(q.shape[2], dtype=torch.float64)
        layer.in_proj_weight.copy_(torch.cat([one] * 3))
        layer.out_proj.weight.copy_(one)
    hidden = ~seen.expand(q.shape[0], heads, q.shape[1], k.shape[1]).flatten(0, 1)
    assert torch.allclose(layer(q, k, v, attn_mask=hidden)[0], o, rtol=1e-13, atol=1e-13)


def record(case, causal, masked):
    batch, heads, queries, keys, dim, width = case
    shapes = [(batch, queries, heads * dim), (batch, keys, heads * dim), (batch, keys, heads * width)]
    q, k, v = (numbers(shape, lambda i, t=t: ((7 * i + 13 * t + i * i) % 29 - 14) / 8).requires_grad_()
               for t, shape in enumerate(shapes))
    seen = torch.ones(batch, 1, queries, keys, dtype=torch.bool)
    if causal:
        seen = seen.tril()
    if masked:
        seen = seen & torch.tensor([[j == 0 or (j + 2 * b) % 3 != 1 for j in range(keys)]
                                    for b in range(batch)])[:, None, None, :]
    apart = [heads_apart(x, heads) for x in (q, k, v)]
    o = torch.nn.functional.scaled_dot_product_attention(*apart, attn_mask=seen).transpose(1, 2).flatten(2)
    if dim == width:
        hold_to_layer(q, k, v, heads, seen, o)
    o.backward(numbers(o.shape, lambda i: ((5 * i + 3 * i * i) % 23 - 11) / 16))
    print("attention", *case, int(causal), int(masked))
    for name, tensor in (("o", o), ("dq", q.grad), ("dk", k.grad), ("dv", v.grad)):
        show(name, tensor)


print(f"PyTorch {torch.__version__.split('+')[0]}, recorded by tests/record/attention.py")
for case in CASES:
    for causal in (False, True):
        for masked in (False, True):
            if not causal or case[2] == case[3]:
                record(case, causal, masked)
