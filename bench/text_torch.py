# The peer of bench_text: trains the same GPT with PyTorch, on the threads that OMP_NUM_THREADS says. Reads lines
# "eager seconds" or "compiled seconds" and answers each with the tokens per second it trained.
import os
import sys
import time

import torch

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../tests/record"))
import gpt  # noqa: E402

VOCABULARY, BLOCK, LAYERS, D, HEADS, BATCH = 65, 64, 4, 128, 4, 12

torch.manual_seed(1)
torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
text = torch.randint(VOCABULARY, (1000000,))
trained = {}


def begin(way):
    model = gpt.gpt(VOCABULARY, BLOCK, LAYERS, D, HEADS)
    for parameter in model.parameters():
        if parameter.dim() > 1:
            torch.nn.init.normal_(parameter, 0, 0.02)
    optimizer = gpt.adamw(model, 0.1, lr=1e-3, betas=(0.9, 0.99), fused=True)
    return torch.compile(model) if way == "compiled" else model, optimizer


def train(way, seconds):
    if way not in trained:
        trained[way] = begin(way)
        train(way, 0)  # what is compiled is not measured
    model, optimizer = trained[way]
    seen, started = 0, time.perf_counter()
    while True:
        begins = torch.randint(len(text) - BLOCK, (BATCH,)).tolist()
        x = torch.stack([text[at:at + BLOCK] for at in begins])
        y = torch.stack([text[at + 1:at + BLOCK + 1] for at in begins])
        gpt.step(model, optimizer, 1, x, y)
        seen += x.numel()
        elapsed = time.perf_counter() - started
        if elapsed >= seconds:
            return seen / elapsed


print("ready", flush=True)
for line in sys.stdin:
    way, seconds = line.split()
    print(train(way, float(seconds)), flush=True)
