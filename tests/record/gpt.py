"""A GPT without biases, as of nanoGPT's recipe for CPUs, in PyTorch: the peer of the net

    embed D, positions, LAYERS ([layernorm nobias, attention HEADS nobias],
                                [layernorm nobias, linear 4D nobias, gelu, linear D nobias]), layernorm nobias, tied

whose tensors have the same names here; and a step of its training.
"""
import math

import torch
from torch import nn
from torch.nn import functional


class Positions(nn.Module):
    def __init__(self, block, d):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(block, d))

    def forward(self, x):
        return x + self.weight


class SelfAttention(nn.Module):
    def __init__(self, d, heads):
        super().__init__()
        self.heads = heads
        self.in_proj_weight = nn.Parameter(torch.randn(3 * d, d))
        self.out_proj = nn.Linear(d, d, bias=False)

    def forward(self, x):
        batch, time, d = x.shape
        qkv = functional.linear(x, self.in_proj_weight).split(d, 2)
        q, k, v = (part.view(batch, time, self.heads, d // self.heads).transpose(1, 2) for part in qkv)
        y = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.out_proj(y.transpose(1, 2).reshape(batch, time, d))


class Residual(nn.Sequential):
    def forward(self, x):
        return x + super().forward(x)


class Tied(nn.Module):
    """The logits by the embedding's own weights; it has none."""

    def __init__(self, embedding):
        super().__init__()
        self.embedding = [embedding]

    def forward(self, x):
        return functional.linear(x, self.embedding[0].weight)


def norm(d):
    return nn.LayerNorm(d, bias=False)


def linear(inputs, outputs):
    return nn.Linear(inputs, outputs, bias=False)


def gpt(vocabulary, block, layers, d, heads):
    blocks = [
        nn.Sequential(
            Residual(norm(d), SelfAttention(d, heads)),
            Residual(norm(d), linear(d, 4 * d), nn.GELU(), linear(4 * d, d)))
        for _ in range(layers)
    ]
    embedding = nn.Embedding(vocabulary, d)
    return nn.Sequential(embedding, Positions(block, d), nn.Sequential(*blocks), norm(d), Tied(embedding))


def line(layers, d, heads):
    """The net as pmy has it."""
    return (f"embed {d}, positions, {layers} ([layernorm nobias, attention {heads} nobias], "
            f"[layernorm nobias, linear {4 * d} nobias, gelu, linear {d} nobias]), layernorm nobias, tied")


def adamw(model, decay, **options):
    """AdamW that draws matrices to 0, and nothing else."""
    groups = [{"params": [p for p in model.parameters() if p.dim() >= 2], "weight_decay": decay},
              {"params": [p for p in model.parameters() if p.dim() < 2], "weight_decay": 0}]
    return torch.optim.AdamW(groups, **options)


def step(model, optimizer, clip, tokens, targets):
    """One step on tokens and targets [batch, block]: the loss before it."""
    logits = model(tokens)
    loss = functional.cross_entropy(logits.view(-1, logits.shape[-1]), targets.view(-1))
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), clip)
    optimizer.step()
    return loss


def rate_of(step, steps, warm_up, rate, last_rate):
    """Up in a line, then down along a half cosine to last_rate."""
    if step < warm_up:
        return rate * (step + 1) / (warm_up + 1)
    along = (step - warm_up) / (steps - warm_up)
    return last_rate + (rate - last_rate) * (1 + math.cos(math.pi * along)) / 2
