# The peer of bench_attention: PyTorch's causal scaled_dot_product_attention, forward and backward, on one thread.
# Reads lines "batch heads time dim repetitions" and answers each with the microseconds of processor time of one,
# the median.
import sys
import time

import torch
from torch.nn import functional

torch.set_num_threads(1)
inputs = {}
print("ready", flush=True)
for line in sys.stdin:
    *shape, repetitions = map(int, line.split())
    if tuple(shape) not in inputs:
        inputs.clear()
        inputs[tuple(shape)] = [torch.randn(shape, requires_grad=True) for _ in range(3)], torch.randn(shape)
    leaves, gradient = inputs[tuple(shape)]
    times = []
    for _ in range(repetitions):
        for leaf in leaves:
            leaf.grad = None
        started = time.process_time()
        functional.scaled_dot_product_attention(*leaves, is_causal=True).backward(gradient)
        times.append(time.process_time() - started)
    print(1e6 * sorted(times)[repetitions // 2], flush=True)
