#!/usr/bin/python3
"""Records what PyTorch's ops along an axis and its embedding compute, for tests/test_axes_recorded.c:

    tests/record/axes.py > tests/data/axes_pytorch.txt

A case's line is the op, how many axes and bounds it has, these, and the shapes of its inputs, in double, of the
numbers of figures.py, where an input's place is the step. Embedding's are the tokens and the table; token i is
(3 i + i i) mod entries.
"""
import torch

from figures import gradient_of, input_of, show

# Numbers repeat within an axis: of equal ones the first has the maximum's gradient.
CASES = [
    ("concat", [0], [(2, 3), (1, 3), (4, 3)]),
    ("concat", [1], [(3, 2), (3, 5)]),
    ("concat", [-1], [(2, 3, 4), (2, 3, 1), (2, 3, 2)]),
    ("concat", [1], [(2, 1, 3, 2), (2, 2, 3, 2)]),
    ("concat", [2], [(2, 2, 3, 2), (2, 2, 1, 2)]),
    ("slice", [0, 1, 3], [(4, 3)]),
    ("slice", [1, 0, 2], [(3, 5)]),
    ("slice", [-2, 2, 4], [(2, 3, 4, 5)]),
    ("slice", [3, 4, 5], [(2, 3, 4, 5)]),
    ("max", [0], [(31, 2)]),
    ("max", [1], [(3, 40)]),
    ("max", [1], [(2, 35, 3)]),
    ("max", [-1], [(2, 3, 2, 33)]),
    ("max", [-2], [(2, 3, 30, 2)]),
    ("transpose", [0, 1], [(5, 7)]),
    ("transpose", [1, -1], [(2, 17, 19)]),
    ("transpose", [1, 2], [(2, 3, 4, 5)]),
    ("transpose", [0, 2], [(2, 3, 4, 5)]),
    ("transpose", [-1, 1], [(2, 3, 4, 5)]),
    ("embedding", [], [(6,), (4, 3)]),
    ("embedding", [], [(3, 4), (9, 2)]),
    ("embedding", [], [(2, 3, 4), (5, 6)]),
    ("embedding", [], [(4, 5), (3, 40)]),
]


def value_of(op, numbers, inputs):
    if op == "concat":
        return torch.cat(inputs, numbers[0])
    if op == "slice":
        return inputs[0].narrow(numbers[0], numbers[1], numbers[2] - numbers[1])
    if op == "max":
        return inputs[0].max(numbers[0]).values
    return inputs[0].transpose(*numbers)


def embedded(tokens_shape, table):
    entries = table.shape[0]
    tokens = [(3 * i + i * i) % entries for i in range(torch.Size(tokens_shape).numel())]
    return torch.nn.functional.embedding(torch.tensor(tokens).reshape(tokens_shape), table)


def record(op, numbers, shapes):
    print(op, len(numbers), *numbers, *("x".join(map(str, shape)) for shape in shapes))
    if op == "embedding":
        inputs = [input_of(shapes[1], 1)]
        y = embedded(shapes[0], inputs[0])
    else:
        inputs = [input_of(shape, step) for step, shape in enumerate(shapes)]
        y = value_of(op, numbers, inputs)
    y.backward(gradient_of(y.shape))
    show("y", y)
    for x in inputs:
        show("dx", x.grad)


torch.set_num_threads(1)
print(f"PyTorch {torch.__version__}, recorded by tests/record/axes.py")
for case in CASES:
    record(*case)
