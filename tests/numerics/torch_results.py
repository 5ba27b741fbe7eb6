# PyTorch's results on the rows of tests/numerics/numerics.c. Reads batches from standard
# input, and answers each with what softmax_results of tests/softmax_oracle.h holds, in that order.
import os
import struct
import sys

import numpy
import torch
from torch.nn import functional

torch.set_num_threads(1)


def read(kind, count):
    data = sys.stdin.buffer.read(count * numpy.dtype(kind).itemsize)
    return numpy.frombuffer(data, kind).copy()


def write(tensor):
    sys.stdout.buffer.write(tensor.detach().numpy().astype(numpy.float32).tobytes())


def loss_and_gradient(z, temperature, target):
    z = z.clone().requires_grad_()
    losses = functional.cross_entropy(z / temperature, target, reduction="none")
    losses.sum().backward()
    write(losses)
    write(z.grad)


def main():
    sys.stdout.buffer.write(struct.pack("64s", torch.__version__.encode()))
    sys.stdout.buffer.flush()
    while True:
        header = sys.stdin.buffer.read(24)
        if len(header) < 24:
            return
        rows, classes, temperature = struct.unpack("QQd", header)
        z = torch.from_numpy(read("float32", rows * classes).reshape(rows, classes))
        labels = torch.from_numpy(read("int32", rows)).long()
        y = torch.from_numpy(read("float32", rows * classes).reshape(rows, classes))
        write(torch.softmax(z / temperature, 1))
        write(torch.log_softmax(z / temperature, 1))
        write(torch.logsumexp(z / temperature, 1))
        loss_and_gradient(z, temperature, labels)
        loss_and_gradient(z, temperature, y)
        sys.stdout.buffer.flush()


try:
    main()
except BrokenPipeError:
    os._exit(0)
