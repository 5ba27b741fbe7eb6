"""What can go wrong: an exception for each status of the library, with its words."""

from __future__ import annotations


class Error(Exception):
    """Anything that pmy refuses or cannot do.

    `position` and `length` are the place of the word that is wrong, in bytes, where the words are about a line of
    text such as a net's; a length of 0: there is none.
    """

    def __init__(self, message: str, position: int = 0, length: int = 0) -> None:
        super().__init__(message)
        self.position = position
        self.length = length


class NoMemory(Error, MemoryError):
    """Out of memory."""


class BadArgument(Error, ValueError):
    """An argument is out of its range."""


class BadShape(Error, ValueError):
    """Shapes do not fit."""


class BadNet(Error, ValueError):
    """The line of text does not describe a net."""


class BadData(Error, ValueError):
    """A value that cannot be computed with."""


class BadFile(Error, ValueError):
    """A file does not hold what it should."""


class IOFailed(Error, OSError):
    """The system could not read or write."""


class NoThreads(Error, RuntimeError):
    """The system gave no thread."""


class Stopped(Error):
    """Stopped because the caller asked for it."""


class Freed(Error, RuntimeError):
    """What was freed cannot be used."""


_OF_STATUS = {
    "PMY_NO_MEMORY": NoMemory, "PMY_BAD_ARGUMENT": BadArgument, "PMY_BAD_SHAPE": BadShape, "PMY_BAD_NET": BadNet,
    "PMY_BAD_DATA": BadData, "PMY_BAD_FILE": BadFile, "PMY_IO": IOFailed, "PMY_NO_THREADS": NoThreads,
    "PMY_STOPPED": Stopped,
}


def exception_of(status: str, message: str, position: int = 0, length: int = 0) -> Error:
    """The exception for a status, "PMY_BAD_NET"."""
    return _OF_STATUS.get(status, Error)(message, position, length)
