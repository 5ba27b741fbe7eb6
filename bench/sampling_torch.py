# The peer of sampling.c: lets the same net write with PyTorch, on the threads that OMP_NUM_THREADS says. Reads
# lines "whole tokens" or "kept tokens" and answers each with the tokens per second it wrote.
import os
import sys
import time

import torch
from torch import nn
from torch.nn import functional

VOCABULARY, BLOCK, LAYERS, D, HEADS = 65, 64, 3, 96, 3
DIM = D // HEADS
TEMPERATURE = 0.8

torch.manual_seed(1)
torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))


class Attention(nn.Module):
    """Causal, with rotary positions; x [1, time, D] stands from `at` on. With `keeps` the positions before are those
    that were kept, and x's are kept, too."""

    def __init__(self):
        super().__init__()
        self.project_in = nn.Linear(D, 3 * D, bias=False)
        self.project_out = nn.Linear(D, D, bias=False)
        angles = torch.arange(BLOCK)[:, None] * 10000.0 ** (-torch.arange(DIM // 2) / (DIM // 2))
        self.cosines = torch.cat((angles.cos(), angles.cos()), 1)  # [BLOCK, DIM]
        self.sines = torch.cat((-angles.sin(), angles.sin()), 1)
        self.kept = torch.zeros(2, 1, HEADS, BLOCK, DIM)

    def turn(self, x, at):
        end = at + x.shape[2]
        halves = torch.cat((x[..., DIM // 2:], x[..., :DIM // 2]), -1)
        return x * self.cosines[at:end] + halves * self.sines[at:end]

    def forward(self, x, at, keeps):
        time_here = x.shape[1]
        end = at + time_here
        q, k, v = self.project_in(x).view(1, time_here, 3, HEADS, DIM).permute(2, 0, 3, 1, 4)
        q, k = self.turn(q, at), self.turn(k, at)
        if keeps:
            self.kept[0, :, :, at:end] = k
            self.kept[1, :, :, at:end] = v
            k, v = self.kept[:, :, :, :end]
        y = functional.scaled_dot_product_attention(q, k, v, is_causal=time_here > 1)
        return self.project_out(y.transpose(1, 2).reshape(1, time_here, D))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(VOCABULARY, D)
        self.norms = nn.ModuleList(nn.RMSNorm(D) for _ in range(2 * LAYERS))
        self.attentions = nn.ModuleList(Attention() for _ in range(LAYERS))
        self.perceptrons = nn.ModuleList(
            nn.Sequential(nn.Linear(D, 4 * D, bias=False), nn.GELU(), nn.Linear(4 * D, D, bias=False))
            for _ in range(LAYERS))
        self.head = nn.Sequential(nn.RMSNorm(D), nn.Linear(D, VOCABULARY, bias=False))

    def forward(self, tokens, at, keeps):
        """The logits after the last of tokens [1, time]."""
        x = self.embedding(tokens)
        for layer in range(LAYERS):
            x = x + self.attentions[layer](self.norms[2 * layer](x), at, keeps)
            x = x + self.perceptrons[layer](self.norms[2 * layer + 1](x))
        return self.head(x[:, -1])


net = Net()


def draw(logits):
    return torch.multinomial(torch.softmax(logits / TEMPERATURE, -1), 1)


def write_whole(length):
    text = torch.zeros(1, 1, dtype=torch.long)
    for _ in range(length):
        text = torch.cat((text, draw(net(text[:, -BLOCK:], 0, False))), 1)


def write_kept(length):
    text = torch.zeros(1, 1, dtype=torch.long)
    at = 0
    for _ in range(length):
        if at == BLOCK:  # the later half becomes the beginning
            net(text[:, -BLOCK // 2 - 1:-1], 0, True)
            at = BLOCK // 2
        text = torch.cat((text, draw(net(text[:, -1:], at, True))), 1)
        at += 1


ways = {"whole": write_whole, "kept": write_kept}
with torch.inference_mode():
    for warm_up in ways.values():
        warm_up(2 * BLOCK)
    print("ready", flush=True)
    for line in sys.stdin:
        way, length = line.split()
        started = time.perf_counter()
        ways[way](int(length))
        print(int(length) / (time.perf_counter() - started), flush=True)
