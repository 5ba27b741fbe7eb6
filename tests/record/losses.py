#!/usr/bin/python3
"""Records what PyTorch's losses are in float64, for tests/test_losses_recorded.c:

    tests/record/losses.py > tests/data/losses_pytorch.txt

A case begins with a line of its kind and numbers: "xent" with the rows, the classes, T, the label smoothing,
whether rows are ignored (label 1), whether the sum is taken for the mean, whether there are class weights and
whether there are target probabilities; "bce" with the count and whether the sum is taken; "huber" with the count
and delta. Then follow, each number in hexadecimal, so exactly: the logits or x, the targets (or labels), the
class weights if there are any, the loss, the gradient of the logits or x, and with huber that of the target.
"""
import itertools
import re
import torch
from torch.nn import functional

ROWS, CLASSES = 9, 5


def exact(value):
    return re.sub(r"\.?0*p", "p", float(value).hex())


def show(tensor):
    print(*map(exact, tensor.detach().flatten().tolist()))


def xent(temperature, smoothing, ignores, total, weighted, soft):
    z = (3 * torch.randn(ROWS, CLASSES)).requires_grad_()
    weights = 2 * torch.rand(CLASSES) if weighted else None
    labels = torch.arange(ROWS) * 7 % CLASSES
    target = torch.softmax(torch.randn(ROWS, CLASSES), 1) if soft else labels
    options = {"ignore_index": 1} if ignores else {}
    loss = functional.cross_entropy(z / temperature, target, weight=weights, label_smoothing=smoothing,
                                    reduction="sum" if total else "mean", **options)
    loss.backward()
    print("xent", ROWS, CLASSES, temperature, smoothing, int(ignores), int(total), int(weighted), int(soft))
    for tensor in [z, target] + ([weights] if weighted else []) + [loss, z.grad]:
        show(tensor)


def bce(total):
    extreme = [(z, t) for z in (0, -1e-9, 40, -40, 800, -800, 1e300, -1e300) for t in (0, 0.25, 1)]
    if not total:
        extreme = extreme[:18]
    z = torch.tensor([z for z, _ in extreme] + (5 * torch.randn(20)).tolist(), requires_grad=True)
    target = torch.tensor([t for _, t in extreme] + torch.rand(20).tolist())
    loss = functional.binary_cross_entropy_with_logits(z, target, reduction="sum" if total else "mean")
    loss.backward()
    print("bce", len(z), int(total))
    for tensor in (z, target, loss, z.grad):
        show(tensor)


def huber(delta):
    x = torch.cat([torch.randn(20) * 3, torch.tensor([1.0, 1 + delta, 1 - delta, 1e5, -1e5])])
    x.requires_grad_()
    target = torch.cat([torch.randn(20), torch.ones(5)]).requires_grad_()
    loss = functional.huber_loss(x, target, delta=delta)
    loss.backward()
    print("huber", len(x), delta)
    for tensor in (x, target, loss, x.grad, target.grad):
        show(tensor)


torch.set_default_dtype(torch.float64)
torch.manual_seed(7)
print(f"PyTorch {torch.__version__}, recorded by tests/record/losses.py")
for case in itertools.product((1, 0.5), (0, 0.2), (False, True), (False, True), (False, True), (False, True)):
    ignores, soft = case[2], case[5]
    if not (ignores and soft):
        xent(*case)
bce(False)
bce(True)
for threshold in (1.0, 0.25, 4.0):
    huber(threshold)
