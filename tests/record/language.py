#!/usr/bin/python3
"""Records what PyTorch computes with two small language models, for tests/test_net_recorded.c:

    tests/record/language.py > tests/data/language_pytorch.txt

A model is an nn.Sequential whose names are those of the net's line in the record, in double. The p-th parameter is
the input of step p of figures.py over two. Token i is (3 i + i i) mod vocabulary, label i (5 i + 1) mod
vocabulary; the loss is their mean cross-entropy. What follows `parameters` are their gradients.
"""
import torch
from torch import nn
from torch.nn import functional as F

from figures import input_of, show
from gpt import Positions, Residual, Tied

BATCH, TIME, VOCABULARY = 2, 5, 7


class Attention(nn.MultiheadAttention):
    def __init__(self, dim, heads, bias):
        super().__init__(dim, heads, bias=bias, batch_first=True)

    def forward(self, x):
        later = torch.ones(TIME, TIME).triu(1).bool()
        return super().forward(x, x, x, attn_mask=later, need_weights=False)[0]


class RotaryAttention(Attention):
    def turn(self, x):
        half = self.head_dim // 2
        frequencies = 10000 ** (-torch.arange(half, dtype=torch.float64) / half)
        angles = torch.arange(TIME, dtype=torch.float64)[:, None] * frequencies
        a, b = x.split(half, -1)
        return torch.cat([a * angles.cos() - b * angles.sin(), b * angles.cos() + a * angles.sin()], -1)

    def forward(self, x):
        q, k, v = (part.unflatten(2, (self.num_heads, -1)).transpose(1, 2)
                   for part in F.linear(x, self.in_proj_weight, self.in_proj_bias).chunk(3, -1))
        o = F.scaled_dot_product_attention(self.turn(q), self.turn(k), v, is_causal=True)
        return self.out_proj(o.transpose(1, 2).flatten(2))


def gpt():
    embedding = nn.Embedding(VOCABULARY, 6)

    def block():
        return nn.Sequential(
            Residual(nn.LayerNorm(6, bias=False), Attention(6, 3, False)),
            Residual(nn.LayerNorm(6, bias=False), nn.Linear(6, 12, bias=False), nn.GELU(),
                     nn.Linear(12, 6, bias=False)))

    return nn.Sequential(embedding, Positions(TIME, 6), nn.Sequential(block(), block()),
                         nn.LayerNorm(6, bias=False), Tied(embedding))


def llama():
    def block():
        return nn.Sequential(Residual(nn.RMSNorm(8), RotaryAttention(8, 2, True)),
                             Residual(nn.RMSNorm(8), nn.Linear(8, 10), nn.SiLU(), nn.Linear(10, 8)))

    return nn.Sequential(nn.Embedding(VOCABULARY, 8), nn.Sequential(block(), block()), nn.RMSNorm(8),
                         nn.Linear(8, VOCABULARY))


MODELS = [
    ("embed 6, positions, 2 ([layernorm nobias, attention 3 nobias], [layernorm nobias, linear 12 nobias, gelu, "
     "linear 6 nobias]), layernorm nobias, tied", gpt),
    ("embed 8, 2 ([rmsnorm, attention 2 rotary], [rmsnorm, linear 10, silu, linear 8]), rmsnorm, linear vocab",
     llama),
]


def record(line, model):
    model = model().double()
    with torch.no_grad():
        for place, parameter in enumerate(model.parameters()):
            parameter.copy_(input_of(parameter.shape, place) / 2)
    tokens = torch.tensor([(3 * i + i * i) % VOCABULARY for i in range(BATCH * TIME)]).reshape(BATCH, TIME)
    labels = torch.tensor([(5 * i + 1) % VOCABULARY for i in range(BATCH * TIME)])
    logits = model(tokens)
    loss = F.cross_entropy(logits.flatten(0, 1), labels)
    loss.backward()
    print(f"net {line}")
    show("logits", logits)
    show("loss", loss)
    names = [name for name, _ in model.named_parameters()]
    print("parameters", len(names))
    for name, parameter in model.named_parameters():
        show(name, parameter.grad)


torch.set_num_threads(1)
print(f"PyTorch {torch.__version__.split('+')[0]}, recorded by tests/record/language.py")
for case in MODELS:
    record(*case)
