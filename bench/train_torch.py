# The peer of bench_train: trains the same nets with PyTorch. Reads lines
# "net batch seconds folder" and answers each with the images per second it trained.
import gzip
import os
import sys
import time

import torch
from torch import nn

torch.manual_seed(1)
if os.environ.get("OPENBLAS_NUM_THREADS"):
    torch.set_num_threads(2)

nets = {
    "mlp": lambda: nn.Sequential(
        nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 10)),
    "mlp-small": lambda: nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10)),
    "lenet": lambda: nn.Sequential(
        nn.Unflatten(1, (1, 28, 28)),
        nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10)),
    "cnn": lambda: nn.Sequential(
        nn.Unflatten(1, (1, 28, 28)),
        nn.Conv2d(1, 32, 3), nn.ReLU(), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Dropout(0.25),
        nn.Flatten(), nn.Linear(9216, 128), nn.ReLU(), nn.Dropout(0.5), nn.Linear(128, 10)),
}
data = {}
trained = {}


def load(folder):
    def read(name, header):
        with gzip.open(os.path.join(folder, name)) as file:
            return torch.frombuffer(bytearray(file.read()[header:]), dtype=torch.uint8)

    images = read("train-images-idx3-ubyte.gz", 16).view(-1, 784).float() / 255
    return images, read("train-labels-idx1-ubyte.gz", 8).long()


def train(name, batch, seconds, folder):
    if folder not in data:
        data[folder] = load(folder)
    images, labels = data[folder]
    if name not in trained:
        net = nets[name]()
        trained[name] = net, torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9)
    net, optimizer = trained[name]
    loss_of = nn.CrossEntropyLoss()
    seen, started = 0, time.perf_counter()
    while True:
        order = torch.randperm(len(images))
        for first in range(0, len(order), batch):
            chosen = order[first:first + batch]
            optimizer.zero_grad(set_to_none=True)
            loss_of(net(images[chosen]), labels[chosen]).backward()
            optimizer.step()
            seen += len(chosen)
            elapsed = time.perf_counter() - started
            if elapsed >= seconds:
                return seen / elapsed


print("ready", flush=True)
for line in sys.stdin:
    name, batch, seconds, folder = line.split()
    print(train(name, int(batch), float(seconds), folder), flush=True)
