# The peer of bench_gradcheck: torch.autograd.gradcheck in its full mode, in double, on the same.
# Reads lines "name seconds" and answers each with the seconds of one check, with the better
# of one thread and the default number of threads.
import sys
import time

import torch
from torch import nn
from torch.autograd import gradcheck

torch.manual_seed(1)
default_threads = torch.get_num_threads()


def wanted(*shape):
    return torch.randn(*shape, dtype=torch.double, requires_grad=True)


def conv2d(x, weight, bias):
    return nn.functional.conv2d(x, weight, bias, padding=1)


labels = torch.arange(8) % 10
checks = {
    "softmax_xent 8x10": (lambda z: nn.functional.cross_entropy(z, labels), (wanted(8, 10),)),
    "linear 8x20 to 10": (nn.functional.linear, (wanted(8, 20), wanted(10, 20), wanted(10))),
    "conv2d 4x2x8x8 to 4, direct": (conv2d, (wanted(4, 2, 8, 8), wanted(4, 2, 3, 3), wanted(4))),
    "conv2d 2x6x6x6 to 6, winograd": (conv2d, (wanted(2, 6, 6, 6), wanted(6, 6, 3, 3), wanted(6))),
}


def seconds_of(name, seconds, threads):
    torch.set_num_threads(threads)
    function, inputs = checks[name]
    done, started = 0, time.perf_counter()
    while True:
        assert gradcheck(function, inputs)
        done += 1
        elapsed = time.perf_counter() - started
        if elapsed >= seconds:
            return elapsed / done


print("ready", flush=True)
for line in sys.stdin:
    name, seconds = line.rsplit(None, 1)
    print(min(seconds_of(name, float(seconds) / 2, threads) for threads in (1, default_threads)), flush=True)
