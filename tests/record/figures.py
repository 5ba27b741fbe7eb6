"""What the scripts that record PyTorch's figures share: exact numbers to go in, and how a tensor is written.

Number i of the input of step s is

    ((7 i + 13 s + i i) mod 29 - 14)/8

and that of the gradient from above is ((5 i + 3 i i) mod 23 - 11)/16. tests/recorded.h makes the same.
"""
import re

import torch


def input_of(shape, step):
    size = torch.Size(shape).numel()
    numbers = [((7 * i + 13 * step + i * i) % 29 - 14) / 8 for i in range(size)]
    return torch.tensor(numbers, dtype=torch.float64).reshape(shape).requires_grad_()


def gradient_of(shape):
    size = torch.Size(shape).numel()
    return torch.tensor([((5 * i + 3 * i * i) % 23 - 11) / 16 for i in range(size)],
                        dtype=torch.float64).reshape(shape)


def exact(value):
    """In hexadecimal, without the zeros that end a mantissa."""
    return re.sub(r"\.?0*p", "p", float(value).hex())


def show(name, tensor):
    """A line: the name and the numbers in hexadecimal, so exactly."""
    numbers = map(exact, tensor.flatten().tolist())
    print(name, *numbers)
