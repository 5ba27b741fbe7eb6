#!/usr/bin/python3
"""Records what PyTorch's optimizers and schedules do, for tests/test_optim_recorded.c and
tests/test_schedule.c:

    tests/record/optim.py > tests/data/optim_pytorch.txt
    tests/record/optim.py groups > tests/data/optim_groups_pytorch.txt

An optimizer runs 100 steps on two tensors of 3 and 2 numbers. Step s = 0, 1, ... has the learning
rate rate * (1 - s/128), and the gradient of number i of the five is

    curvature[i] * value[i] + ((7 s + 13 i + s i) mod 17 - 8)/8

rounded twice, after the product and after the sum: nothing in it depends on a mathematical library.
A line per step holds the five values after the step, in hexadecimal, so exactly.
In the second file the tensors are groups of their own: the second one's learning rate is the step's
times a factor, and its weight decay another.

A schedule's line holds the learning rate of each step of the run.
"""
import os
import re
import sys
import warnings

# Vector code that fuses multiplications with additions would round otherwise than the formulas say.
os.environ["ATEN_CPU_CAPABILITY"] = "default"
import torch  # noqa: E402
from torch.optim import lr_scheduler  # noqa: E402

STEPS = 100
SIZES = [3, 2]
START = [0.5, -1.25, 2.0, -0.0625, 1.5]
CURVATURE = [0.5, 2.0, 0.125, 1.0, 0.25]

OPTIMIZERS = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam, "adamw": torch.optim.AdamW}

# Name, kind, learning rate, clipping norm (0: no clipping), options.
RUNS = [
    ("sgd", "sgd", 0.05, 0, {}),
    ("sgd_decay", "sgd", 0.05, 0, {"weight_decay": 0.01}),
    ("sgd_momentum", "sgd", 0.02, 0, {"momentum": 0.9}),
    ("sgd_momentum_decay", "sgd", 0.02, 0, {"momentum": 0.9, "weight_decay": 0.01}),
    ("sgd_nesterov", "sgd", 0.02, 0, {"momentum": 0.9, "nesterov": True}),
    ("sgd_nesterov_decay", "sgd", 0.02, 0, {"momentum": 0.9, "nesterov": True, "weight_decay": 0.01}),
    ("adam", "adam", 0.01, 0, {}),
    ("adam_decay", "adam", 0.01, 0, {"weight_decay": 0.01}),
    ("adam_betas", "adam", 0.01, 0, {"betas": (0.8, 0.95), "eps": 1e-3}),
    ("adamw", "adamw", 0.01, 0, {"weight_decay": 0.25}),
    ("sgd_decay_clip", "sgd", 0.05, 1.5, {"weight_decay": 0.25}),
    ("sgd_momentum_decay_clip", "sgd", 0.02, 1.5, {"momentum": 0.9, "weight_decay": 0.25}),
    ("adam_decay_clip", "adam", 0.01, 1.5, {"weight_decay": 0.25}),
]

# The same, and the second tensor's rate factor and weight decay.
GROUP_RUNS = [
    ("sgd_groups", "sgd", 0.05, 0, {"weight_decay": 0.25}, 0.3, 0.125),
    ("sgd_nesterov_groups", "sgd", 0.02, 0, {"momentum": 0.9, "nesterov": True}, 3, 0.125),
    ("adam_groups", "adam", 0.01, 0, {"weight_decay": 0.25}, 0.3, 0),
    ("adamw_groups", "adamw", 0.01, 0, {"weight_decay": 0.25}, 1, 0),
    ("adamw_groups_rate", "adamw", 0.01, 0, {"weight_decay": 0.25}, 0.3, 0.5),
    ("adamw_groups_clip", "adamw", 0.01, 1.5, {"weight_decay": 0.25}, 0.3, 0),
]


def run_optimizer(kind, rate, norm, options, scalar, factor, decay):
    """Yields the five values after each step."""
    weights = [torch.tensor(part, dtype=scalar) for part in split(START)]
    curvature = [torch.tensor(part, dtype=scalar) for part in split(CURVATURE)]
    groups = [{"params": weights[:1]}, {"params": weights[1:], "weight_decay": decay}]
    optimizer = OPTIMIZERS[kind](groups, lr=rate, foreach=False, **options)
    for step in range(STEPS):
        push = split([((7 * step + 13 * i + step * i) % 17 - 8) / 8 for i in range(sum(SIZES))])
        for tensor, a, b in zip(weights, curvature, push):
            tensor.grad = a * tensor + torch.tensor(b, dtype=scalar)
        if norm:
            torch.nn.utils.clip_grad_norm_(weights, norm)
        for group, times in zip(optimizer.param_groups, (1, factor)):
            group["lr"] = rate * (1 - step / 128) * times
        optimizer.step()
        yield [value for tensor in weights for value in tensor.tolist()]


def exact(value):
    """In hexadecimal, without the zeros that end a mantissa."""
    return re.sub(r"\.?0*p", "p", value.hex())


def split(values):
    return [values[: SIZES[0]], values[SIZES[0]:]]


def record_optimizers(runs):
    for name, kind, rate, norm, options, *second in runs:
        for scalar in (torch.float32, torch.float64):
            group = OPTIMIZERS[kind]([torch.zeros(1)], lr=rate, **options).param_groups[0]
            beta1, beta2 = group.get("betas", (0, 0))
            factor, decay = second or (1, group["weight_decay"])
            words = [name, kind, str(scalar).split(".")[1], rate, norm, group["weight_decay"],
                     group.get("momentum", 0), int(group.get("nesterov", False)), beta1, beta2,
                     group.get("eps", 0), *second]
            print("optim", *words)
            for values in run_optimizer(kind, rate, norm, options, scalar, factor, decay):
                print(*map(exact, values))


# Kind, steps, warm-up, highest rate, the kind's own options, in the order of their line.
SCHEDULES = [
    ("constant", 20, 0, 0.1, {}),
    ("constant", 20, 5, 0.1, {}),
    ("step", 100, 0, 0.1, {"step_size": 30, "gamma": 0.1}),
    ("step", 100, 7, 0.3, {"step_size": 10, "gamma": 0.5}),
    ("cosine", 100, 0, 0.1, {"eta_min": 0.0}),
    ("cosine", 100, 10, 0.3, {"eta_min": 0.001}),
    ("onecycle", 100, 0, 0.1, {"pct_start": 0.3, "div_factor": 25.0, "final_div_factor": 1e4}),
    ("onecycle", 97, 0, 0.3, {"pct_start": 0.25, "div_factor": 10.0, "final_div_factor": 100.0}),
    ("linear", 100, 0, 0.1, {"last_rate": 0.0}),
    ("linear", 100, 10, 0.3, {"last_rate": 0.03}),
    ("trapezoid", 100, 0, 0.3, {"fall": 0.2, "last_rate": 0.003}),
]


def linear_fall(rate, steps, last_rate, optimizer):
    return lr_scheduler.LinearLR(optimizer, start_factor=1.0, end_factor=last_rate / rate, total_iters=steps)


def make_schedule(kind, steps, rate, options, optimizer):
    if kind == "constant":
        return lr_scheduler.ConstantLR(optimizer, factor=1.0)
    if kind == "step":
        return lr_scheduler.StepLR(optimizer, **options)
    if kind == "cosine":
        return lr_scheduler.CosineAnnealingLR(optimizer, T_max=steps, **options)
    if kind == "linear":
        return linear_fall(rate, steps, options["last_rate"], optimizer)
    if kind == "trapezoid":
        falling = round(options["fall"] * steps)
        level = lr_scheduler.ConstantLR(optimizer, factor=1.0)
        fall = linear_fall(rate, falling, options["last_rate"], optimizer)
        return lr_scheduler.SequentialLR(optimizer, [level, fall], milestones=[steps - falling])
    return lr_scheduler.OneCycleLR(optimizer, max_lr=rate, total_steps=steps, cycle_momentum=False, **options)


def record_schedules():
    for kind, steps, warm_up, rate, options in SCHEDULES:
        optimizer = torch.optim.SGD([torch.zeros(1)], lr=rate)
        schedule = make_schedule(kind, steps - warm_up, rate, options, optimizer)
        if warm_up:
            rise = lr_scheduler.LinearLR(optimizer, start_factor=1 / (warm_up + 1), total_iters=warm_up)
            schedule = lr_scheduler.SequentialLR(optimizer, [rise, schedule], milestones=[warm_up])
        print("schedule", kind, steps, warm_up, rate, len(options), *options.values())
        for step in range(steps):
            print(exact(optimizer.param_groups[0]["lr"]))
            if step + 1 < steps:
                optimizer.step()
                schedule.step()


warnings.simplefilter("ignore")
torch.set_num_threads(1)
print(f"PyTorch {torch.__version__}, recorded by tests/record/optim.py")
if sys.argv[1:] == ["groups"]:
    record_optimizers(GROUP_RUNS)
else:
    record_optimizers(RUNS)
    record_schedules()
