"""pmy, "p minus y": a tiny neural-net training framework in C, from Python."""

from ._generated import PRESETS, VERSION
from .errors import (BadArgument, BadData, BadFile, BadNet, BadShape, Error, Freed, IOFailed, NoMemory, NoThreads,
                     Stopped)
from .graph import Graph, Node

__version__ = VERSION
