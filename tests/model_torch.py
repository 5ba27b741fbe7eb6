"""Holds a model file against PyTorch, in both directions.

    model_torch.py MODEL NUMBERS TORCH

MODEL is a model file of pmy; NUMBERS has an "input" and the "logits" that pmy computes of it. PyTorch's
nn.Sequential of the same layers must take MODEL as its state and come to the same logits. TORCH is then
written: the state of another such Sequential, without metadata, and TORCH.numbers: "input" and its logits.
Ends with 0, with 1 if they differ, or with 77 if there is no PyTorch.
"""

import json
import struct
import sys

try:
    import torch
    from torch import nn
except ImportError:
    sys.exit(77)

DTYPES = {"F32": torch.float32, "I64": torch.int64}
NAMES = {dtype: name for name, dtype in DTYPES.items()}


def read(path):
    with open(path, "rb") as file:
        contents = file.read()
    (length,) = struct.unpack("<Q", contents[:8])
    header = json.loads(contents[8 : 8 + length])
    metadata = header.pop("__metadata__", {})
    data = bytearray(contents[8 + length :])
    tensors, covered = {}, 0
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        dtype = DTYPES[entry["dtype"]]
        covered += end - begin
        tensors[name] = torch.frombuffer(data[begin:end], dtype=dtype).reshape(entry["shape"])
    if covered != len(data):
        sys.exit("the tensors do not cover the file")
    return metadata, tensors


def write(path, tensors):
    header, data = {"__metadata__": {"format": "pt"}}, b""
    for name, tensor in sorted(tensors.items(), key=lambda item: -item[1].element_size()):
        elements = tensor.detach().contiguous().numpy().tobytes()
        offsets = [len(data), len(data) + len(elements)]
        header[name] = {"dtype": NAMES[tensor.dtype], "shape": list(tensor.shape), "data_offsets": offsets}
        data += elements
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


class Residual(nn.Sequential):
    def forward(self, x):
        return x + super().forward(x)


def window(words):
    named = dict(zip(words[1::2], words[2::2]))
    return int(words[0]), int(named.get("stride", 0)), int(named.get("pad", 0))


def layers(words, shape, residual=False):
    """The layers of the words up to the ']' of their group or the end; shape is that of an example."""
    made = []
    while words:
        word, *rest = words.pop(0)
        if word == "]":
            break
        if word == "[":
            layer = layers(words, shape, residual=True)
        elif word == "linear":
            layer = nn.Linear(shape[0], int(rest[0]), bias="nobias" not in rest)
        elif word == "conv":
            kernel, stride, pad = window(rest[1:])
            layer = nn.Conv2d(shape[0], int(rest[0]), kernel, stride or 1, pad, bias="nobias" not in rest)
        elif word == "maxpool":
            kernel, stride, pad = window(rest)
            layer = nn.MaxPool2d(kernel, stride or kernel, pad)
        elif word == "avgpool":
            kernel, stride, pad = window(rest)
            layer = nn.AvgPool2d(kernel, stride or kernel, pad)
        elif word == "batchnorm":
            layer = nn.BatchNorm1d(shape[0]) if len(shape) == 1 else nn.BatchNorm2d(shape[0])
        elif word == "layernorm":
            layer = nn.LayerNorm(shape)
        elif word == "gap":
            made.append(nn.AdaptiveAvgPool2d(1))
            layer = nn.Flatten()
        elif word == "dropout":
            layer = nn.Dropout(float(rest[0]))
        else:
            layer = {
                "flatten": nn.Flatten,
                "relu": nn.ReLU,
                "leaky_relu": nn.LeakyReLU,
                "tanh": nn.Tanh,
                "sigmoid": nn.Sigmoid,
                "gelu": nn.GELU,
                "silu": nn.SiLU,
            }[word]()
        made.append(layer)
        if word == "gap":
            shape = [shape[0]]
        else:
            shape = list(layer.eval()(torch.zeros([1, *shape])).shape[1:])
    return (Residual if residual else nn.Sequential)(*made).eval()


def net(line, shape):
    marked = line.replace("[", " [, ").replace("]", ", ] ")
    return layers([word.split() for word in marked.split(",") if word.strip()], shape)


model_path, numbers_path, torch_path = sys.argv[1:]
metadata, state = read(model_path)
_, numbers = read(numbers_path)
example = [int(axis) for axis in metadata["pmy.input"].split("x")]
with torch.no_grad():
    theirs = net(metadata["pmy.net"], example)
    theirs.load_state_dict(state, strict=True)
    far = (theirs(numbers["input"]) - numbers["logits"]).abs().max().item()
    if not far <= 1e-5:
        sys.exit(f"the logits are {far} apart")
    torch.manual_seed(5)
    other = net(metadata["pmy.net"], example)
    for name, statistic in other.named_buffers():
        if statistic.dtype == torch.float32:
            statistic.uniform_(0.5, 2)
        else:
            statistic.fill_(7)
    write(torch_path, other.state_dict())
    write(torch_path + ".numbers", {"input": numbers["input"], "logits": other(numbers["input"])})
