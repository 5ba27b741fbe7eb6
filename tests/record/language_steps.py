#!/usr/bin/python3
"""Records the losses of a language model's first steps, as PyTorch trains it, for tests/test_language_steps.c:

    tests/record/language_steps.py > tests/data/language_steps_pytorch.txt
    tests/record/language_steps.py TEXT STEPS > RECORD

The first is a small model, whose text is this very one that you read. The second has the first steps of nanoGPT's
recipe for CPUs on the characters of a text of yours; build/tests/test_language_steps RECORD then says how far apart
the losses are, and test_language_steps_double likewise.

A record has all that makes the run: the net, the recipe, the parameters in their order, the text's tokens, and of
each step where its windows begin. Number i of parameter p is uniform in ± its scale, made of p 2^24 + i by
`random`, which the test has, too; where the scale is 0 the parameter stays ones. A step ends with its loss in
float32 and in float64, in hexadecimal.
"""
import random as places
import sys

import numpy
import torch

import gpt
from figures import exact

# Weights that start as small as GPT-2's would soon bring some token's few numbers near 0, where a norm's gradient is
# a matter of last bits.
SMALL = {"layers": 2, "d": 32, "heads": 2, "block": 16, "batch": 4, "deviation": 0.1}
SMALL_SCHEDULE = {"steps": 100, "warm_up": 10, "rate": 2e-3, "last_rate": 2e-4}
NANOGPT = {"layers": 4, "d": 128, "heads": 4, "block": 64, "batch": 12, "deviation": 0.02}
NANOGPT_SCHEDULE = {"steps": 2000, "warm_up": 100, "rate": 1e-3, "last_rate": 1e-4}
DECAY, BETAS, CLIP = 0.1, (0.9, 0.99), 1


def random(numbers):
    """Murmur3's finalizer (Appleby, 2008) of 32-bit numbers, as reals in [-1, 1)."""
    x = numbers.astype(numpy.uint32)
    x ^= x >> 16
    x *= numpy.uint32(0x85EBCA6B)
    x ^= x >> 13
    x *= numpy.uint32(0xC2B2AE35)
    x ^= x >> 16
    return (x.astype(numpy.float64) - 2**31) / 2**31


def scale_of(name, parameter, layers, deviation):
    """GPT-2's way, of uniform numbers."""
    if parameter.dim() < 2:
        return 0
    ends_a_group = name.endswith("out_proj.weight") or name.endswith(".1.3.weight")
    return deviation * 3**0.5 / (2 * layers) ** (ends_a_group / 2)


def start(model, layers, deviation):
    with torch.no_grad():
        for p, (name, parameter) in enumerate(model.named_parameters()):
            scale = scale_of(name, parameter, layers, deviation)
            numbers = random(p * 2**24 + numpy.arange(parameter.numel())) * scale
            parameter.copy_(torch.from_numpy(numbers).view_as(parameter) if scale else torch.ones(parameter.shape))


def train(scalar, vocabulary, tokens, windows, schedule, deviation, layers, d, heads, block):
    """The losses of all steps, and the model after them."""
    model = gpt.gpt(vocabulary, block, layers, d, heads).to(scalar)
    start(model, layers, deviation)
    optimizer = gpt.adamw(model, DECAY, betas=BETAS)
    losses = []
    for step, begins in enumerate(windows):
        for group in optimizer.param_groups:
            group["lr"] = gpt.rate_of(step, **schedule)
        x = torch.stack([tokens[begin:begin + block] for begin in begins])
        y = torch.stack([tokens[begin + 1:begin + block + 1] for begin in begins])
        losses.append(gpt.step(model, optimizer, CLIP, x, y).item())
    return losses, model


def record(text, steps, schedule, deviation, layers, d, heads, block, batch):
    characters = sorted(set(text))
    tokens = [characters.index(character) for character in text]
    draw = places.Random(1)
    windows = [[draw.randrange(len(text) - block) for _ in range(batch)] for _ in range(steps)]
    runs = [train(scalar, len(characters), torch.tensor(tokens), windows, schedule, deviation, layers, d, heads, block)
            for scalar in (torch.float32, torch.float64)]
    parameters = list(runs[0][1].named_parameters())
    print("net", gpt.line(layers, d, heads))
    print("windows", len(characters), batch, block)
    print("recipe", *schedule.values(), DECAY, *BETAS, CLIP)
    print("parameters", len(parameters))
    for name, parameter in parameters:
        print(name, exact(scale_of(name, parameter, layers, deviation)))
    print("text", len(tokens), *tokens)
    print("steps", steps)
    for begins, *losses in zip(windows, *(losses for losses, _ in runs)):
        print(*begins, *map(exact, losses))


torch.set_num_threads(1)
print(f"PyTorch {torch.__version__.split('+')[0]}, recorded by tests/record/language_steps.py")
if sys.argv[1:]:
    with open(sys.argv[1], encoding="utf-8", newline="") as file:
        record(file.read(), int(sys.argv[2]), NANOGPT_SCHEDULE, **NANOGPT)
else:
    record(__doc__, SMALL_SCHEDULE["steps"], SMALL_SCHEDULE, **SMALL)
