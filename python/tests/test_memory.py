"""Memory stays as it is over many lives of graphs and models. PMY_CYCLES says how many; 10,000 take minutes."""

import gc
import os

from problems import blobs

import pmy

CYCLES = int(os.environ.get("PMY_CYCLES", "400"))
MOST_GROWTH = 4 << 20  # bytes; a small model's own memory, kept each time, would be more


def resident():
    gc.collect()
    with open("/proc/self/statm", encoding="ascii") as counts:
        return int(counts.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def cycle(X, y):
    model = pmy.train("linear 64, relu, linear 3", X, y, epochs=1, batch=50, threads=2, on_step=lambda report: None)
    model.outputs(X)
    g = pmy.Graph()
    x = g.input((16, 64))
    g.build(g.sum(g.linear(x, 64)))
    g.forward()
    g.backward()
    g.free()
    try:
        pmy.train("linear 3, rleu", X, y)
    except pmy.BadNet:
        pass


def test_memory_is_flat():
    X, y = blobs(200, features=64)
    for _ in range(100):
        cycle(X, y)
    before = resident()
    for _ in range(CYCLES):
        cycle(X, y)
    grown = resident() - before
    print(f"{CYCLES} cycles: {grown} bytes more")
    assert grown < MOST_GROWTH
