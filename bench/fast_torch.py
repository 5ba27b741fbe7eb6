# The peer of bench_fast: trains a net, given as a line of text, with PyTorch, on all of MNIST's training pictures.
# Reads lines "seed|epochs|batch|learning rate|label smoothing|folder|net" and answers each with the seconds of
# training; the line "accuracy" with the percentage of test pictures that net then had right.
import gzip
import os
import sys
import time

import torch
from torch import nn

if os.environ.get("OPENBLAS_NUM_THREADS"):
    torch.set_num_threads(2)


def load(folder, part):
    def read(name, header):
        with gzip.open(os.path.join(folder, name)) as file:
            return torch.frombuffer(bytearray(file.read()[header:]), dtype=torch.uint8)

    images = read(part + "-images-idx3-ubyte.gz", 16).view(-1, 1, 28, 28).float() / 255
    return images, read(part + "-labels-idx1-ubyte.gz", 8).long()


def layer(words, shape):
    """The layer of some words, such as ["conv", "8", "5", "stride", "2"], for an input of that shape."""
    def argument(name, default):
        return int(words[words.index(name) + 1]) if name in words else default

    kind = words[0]
    if kind == "conv":
        return nn.Conv2d(shape[1], int(words[1]), int(words[2]), argument("stride", 1), argument("pad", 0))
    if kind == "maxpool":
        return nn.MaxPool2d(int(words[1]), argument("stride", None), argument("pad", 0))
    if kind == "batchnorm":
        return nn.BatchNorm2d(shape[1]) if len(shape) == 4 else nn.BatchNorm1d(shape[1])
    if kind == "linear":
        return nn.Linear(shape[1], int(words[1]))
    return {"relu": nn.ReLU, "flatten": nn.Flatten}[kind]()


def build(net):
    layers, example = [], torch.zeros(2, 1, 28, 28)
    for words in (text.split() for text in net.split(",")):
        if words[0] == "linear" and example.dim() == 4:
            layers.append(nn.Flatten())
            example = layers[-1](example)
        layers.append(layer(words, example.shape))
        example = layers[-1](example)
    return nn.Sequential(*layers)


def train(seed, epochs, batch, rate, smoothing, net, images, labels):
    torch.manual_seed(seed)
    model = build(net)
    started = time.perf_counter()
    optimizer = torch.optim.Adam(model.parameters(), rate)
    steps = epochs * -(-len(images) // batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, steps, cycle_momentum=False)
    loss_of = nn.CrossEntropyLoss(label_smoothing=smoothing)
    for _ in range(epochs):
        order = torch.randperm(len(images))
        for first in range(0, len(order), batch):
            chosen = order[first:first + batch]
            optimizer.zero_grad(set_to_none=True)
            loss_of(model(images[chosen]), labels[chosen]).backward()
            optimizer.step()
            schedule.step()
    return model, time.perf_counter() - started


def accuracy(model, images, labels):
    model.eval()
    with torch.no_grad():
        return 100 * (model(images).argmax(1) == labels).float().mean().item()


data, trained, folder = None, None, None
print("ready", flush=True)
for line in sys.stdin:
    if line.strip() == "accuracy":
        print(accuracy(trained, *load(folder, "t10k")), flush=True)
        continue
    seed, epochs, batch, rate, smoothing, folder, net = line.strip().split("|")
    data = data or load(folder, "train")
    trained, seconds = train(int(seed), int(epochs), int(batch), float(rate), float(smoothing), net, *data)
    print(seconds, flush=True)
