# The peer of bench_softmax_xent: PyTorch's cross_entropy, forward and backward. Reads lines
# "rows classes threads repetitions" and answers each with the microseconds of one, the median.
import sys
import time

import torch
from torch.nn import functional

inputs = {}
print("ready", flush=True)
for line in sys.stdin:
    rows, classes, threads, repetitions = map(int, line.split())
    torch.set_num_threads(threads)
    if (rows, classes) not in inputs:
        inputs.clear()
        inputs[rows, classes] = torch.randn(rows, classes, requires_grad=True), torch.randint(classes, (rows,))
    z, labels = inputs[rows, classes]
    times = []
    for _ in range(repetitions):
        z.grad = None
        started = time.perf_counter()
        functional.cross_entropy(z, labels).backward()
        times.append(time.perf_counter() - started)
    print(1e6 * sorted(times)[repetitions // 2], flush=True)
