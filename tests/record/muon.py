#!/usr/bin/python3
"""Records what PyTorch's Muon does with a matrix, and its AdamW with what is beside one, for tests/test_muon.c:

    tests/record/muon.py > tests/data/muon_pytorch.txt

PyTorch makes its step orthogonal in bfloat16; here it is left in double, so that figures can be compared. A
parameter begins as the numbers of figures.py over 8, and its gradient in step s = 1, 2, ... is those of step s.
"""
import torch

from figures import input_of, show

torch.Tensor.bfloat16 = torch.Tensor.clone

STEPS = 6
RATE = 0.02
BETAS = (0.9, 0.99)
EPSILON = 1e-6

# Rows, columns, momentum, nesterov, weight decay.
CASES = [
    (4, 6, 0.95, True, 0.1),
    (6, 4, 0.95, True, 0.1),
    (5, 5, 0.9, False, 0),
    (1, 7, 0.95, True, 0.25),
    (7, 1, 0.95, False, 0.25),
    (1, 1, 0, False, 0),
    (3, 17, 0.8, True, 0.5),
    (20, 8, 0.95, True, 0.1),
]


def parameter(*shape):
    return input_of(shape, 0).detach() / 8


print(f"PyTorch {torch.__version__}, recorded by tests/record/muon.py")
for rows, columns, momentum, nesterov, decay in CASES:
    matrix, table, vector = parameter(rows, columns), parameter(5, 3), parameter(7)
    muon = torch.optim.Muon([matrix], lr=RATE, weight_decay=decay, momentum=momentum, nesterov=nesterov,
                            adjust_lr_fn="match_rms_adamw")
    adamw = torch.optim.AdamW([table, vector], lr=RATE, weight_decay=decay, betas=BETAS, eps=EPSILON, foreach=False)
    print("muon", rows, columns, momentum, int(nesterov), decay)
    for step in range(1, STEPS + 1):
        for tensor in (matrix, table, vector):
            tensor.grad = input_of(tensor.shape, step).detach()
        muon.step()
        adamw.step()
        for name, tensor in (("matrix", matrix), ("table", table), ("vector", vector)):
            show(name, tensor)
