"""pmy, "p minus y": a tiny neural-net training framework in C, from Python.

>>> import pmy
>>> (X, y), (X_test, y_test) = pmy.mnist()
>>> model = pmy.train("linear 128, relu, linear 10", X, y, epochs=3, progress=True)
>>> print(model.evaluate(X_test, y_test).accuracy)

Objects may be used from any thread, each by one at a time: others wait. Two models train in two threads.
"""

from ._generated import PRESETS, VERSION
from ._recipe import Recipe
from ._records import Check, EpochReport, Score, StepReport
from .checking import Checks, gradcheck
from .errors import (BadArgument, BadData, BadFile, BadNet, BadShape, Error, Freed, IOFailed, NoMemory, NoThreads,
                     Stopped)
from .explaining import explain
from .graph import Graph, Node
from .mnist import mnist
from .model import Fit, Model, load
from .net import Layer, Net
from .optim import Optimizer
from .training import train

__version__ = VERSION
__all__ = [
    "BadArgument", "BadData", "BadFile", "BadNet", "BadShape", "Check", "Checks", "EpochReport", "Error", "Fit",
    "Freed", "Graph", "IOFailed", "Layer", "Model", "Net", "NoMemory", "NoThreads", "Node", "Optimizer", "PRESETS",
    "Recipe", "Score", "StepReport", "Stopped", "explain", "gradcheck", "load", "mnist", "train",
]
