#!/usr/bin/python3
"""Records what PyTorch's LSTMCell computes, for tests/test_lstm_cell.c:

    tests/record/lstm.py > tests/data/lstm_pytorch.txt

Two steps of one cell on a batch of 3, from 4 numbers to 5, in double, of the numbers of figures.py: the inputs
of the two steps are those of steps 0 and 1, h and c before them those of 2 and 3, the parameters those of
4 to 7, divided by 4. y is [h, c] side by side after the second step.
"""
import torch

from figures import gradient_of, input_of, show

BATCH, IN, HIDDEN = 3, 4, 5

torch.set_num_threads(1)
print(f"PyTorch {torch.__version__}, recorded by tests/record/lstm.py")
cell = torch.nn.LSTMCell(IN, HIDDEN).double()
parameters = {name: getattr(cell, name) for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")}
with torch.no_grad():
    for step, parameter in enumerate(parameters.values(), 4):
        parameter.copy_(input_of(parameter.shape, step) / 4)
x = [input_of((BATCH, IN), step) for step in range(2)]
h, c = input_of((BATCH, HIDDEN), 2), input_of((BATCH, HIDDEN), 3)
y = torch.cat(cell(x[1], cell(x[0], (h, c))), 1)
y.backward(gradient_of(y.shape))
show("y", y)
for name, tensor in [("x0", x[0]), ("x1", x[1]), ("h", h), ("c", c), *parameters.items()]:
    show(name, tensor.grad)
