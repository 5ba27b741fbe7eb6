#!/usr/bin/python3
"""Records what PyTorch's nn.MultiheadAttention computes of x, x, x, for tests/test_self_attention.c:

    tests/record/self_attention.py > tests/data/self_attention_pytorch.txt

A case's line has its batch, time, d, heads, and whether it is causal and whether it has biases, in double, of the
numbers of figures.py: x is the input of step 0, and the parameters, in their order, those of steps 1, 2, … over
four.
"""
import torch

from figures import gradient_of, input_of, show

CASES = [  # batch, time, d, heads, causal, biased
    (2, 3, 4, 1, False, True),
    (2, 4, 6, 3, True, True),
    (3, 5, 8, 2, True, False),
]


def record(batch, time, d, heads, causal, biased):
    layer = torch.nn.MultiheadAttention(d, heads, bias=biased, batch_first=True).double()
    with torch.no_grad():
        for place, parameter in enumerate(layer.parameters()):
            parameter.copy_(input_of(parameter.shape, 1 + place) / 4)
    x = input_of((batch, time, d), 0)
    hidden = torch.ones(time, time).triu(1).bool() if causal else None
    y = layer(x, x, x, attn_mask=hidden, need_weights=False)[0]
    y.backward(gradient_of(y.shape))
    print("attention", batch, time, d, heads, int(causal), int(biased))
    show("y", y)
    show("dx", x.grad)
    for name, parameter in layer.named_parameters():
        show("d" + name, parameter.grad)


torch.set_num_threads(1)
print(f"PyTorch {torch.__version__.split('+')[0]}, recorded by tests/record/self_attention.py")
for case in CASES:
    record(*case)
