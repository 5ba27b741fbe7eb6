"""Small things to learn."""

import numpy as np


def blobs(count=400, classes=3, features=8, seed=0):
    """Points about a centre for each class: float32 [count, features], and their classes."""
    numbers = np.random.default_rng(seed)
    y = numbers.integers(classes, size=count)
    centres = np.random.default_rng(99).normal(size=(classes, features)) * 2
    return (centres[y] + numbers.normal(size=(count, features)) * 0.5).astype(np.float32), y


def plane(count=400, features=5, seed=0):
    """A linear function of some columns."""
    X = np.random.default_rng(seed).normal(size=(count, features)).astype(np.float32)
    return X, X @ np.arange(1, features + 1, dtype=np.float32) + 3


def pictures(count=200, seed=0):
    """Bytes [count, 8, 8] whose class is the half that is bright."""
    numbers = np.random.default_rng(seed)
    y = numbers.integers(2, size=count)
    X = numbers.integers(60, size=(count, 8, 8))
    for half in range(2):
        X[y == half, half * 4 : half * 4 + 4] += 150
    return X.astype(np.uint8), y
