"""MNIST's four files, for pmy.mnist(). Their terms are in data/README.md."""

from pathlib import Path

FOLDER = Path(__file__).parent / "data"
