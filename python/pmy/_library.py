"""The shared libraries beside this file, and what the headers say of them (_generated.py)."""

from __future__ import annotations

import functools
import os
import threading
from pathlib import Path
from typing import Any

import cffi  # type: ignore[import-untyped]

from . import _generated
from .errors import BadArgument, exception_of

_FOLDER = Path(__file__).parent / "lib"
_SONAME = ".so.0"

ffi: Any = cffi.FFI()
ffi.cdef(_generated.DECLARATIONS)


class Library:
    """One precision of pmy: its functions without their prefix, by which they are called; and those that are the
    same in each.

    Calls through cffi let go of the interpreter's lock, so other threads of Python run meanwhile.
    """

    def __init__(self, prefix: str, *names: str) -> None:
        self._prefix = prefix
        self._opened = [ffi.dlopen(str(_FOLDER / f"lib{name}{_SONAME}")) for name in names]

    def __getattr__(self, name: str) -> Any:
        for prefix in (self._prefix, "pmy_"):
            for opened in self._opened:
                try:
                    found = getattr(opened, prefix + name)
                except AttributeError:
                    continue
                setattr(self, name, found)
                return found
        raise AttributeError(f"pmy has no {self._prefix}{name}")

    def c_type(self, name: str) -> str:
        """The name in C of a type that has this precision: "optim *"."""
        return self._prefix + name


single = Library("pmy_", "pmy")
_constants = single._opened[0]
# OpenBLAS works alone in each of pmy's threads: without this, results would depend on their number.
single.blas_single_threaded()


@functools.cache
def enumerator(name: str) -> int:
    """The value of an enumerator, "EVAL"; they are the same in each precision."""
    return int(getattr(_constants, "PMY_" + name))


_double: Library | None = None
_lock = threading.Lock()


def double() -> Library:
    """The double precision and the gradient checks, which are loaded when they are first asked for."""
    global _double
    with _lock:
        if _double is None:
            ffi.cdef(_generated.DOUBLE_DECLARATIONS)
            _double = Library("pmy64_", "pmy", "pmy64", "pmy-gradcheck", "pmy-gradcheck64")
        return _double


def _whole(chars: bytes) -> bytes:
    """The bytes, which C would take for those before a zero."""
    if 0 in chars:
        raise BadArgument(f"there is a zero in {chars!r}")
    return chars


def chars(text: str) -> bytes:
    """A text as C takes it."""
    return _whole(text.encode())


def path_chars(path: str | bytes | os.PathLike[Any]) -> bytes:
    """A file's name as C takes it."""
    return _whole(os.fsencode(path))


def text_of(chars: Any) -> str:
    """The text at a char pointer or in an array; "" for NULL."""
    return ffi.string(chars).decode("utf-8", "replace") if chars else ""


def check(status: int, error: Any) -> None:
    """Raises what a status means, with the words of the pmy_error."""
    if status == enumerator("OK"):
        return
    message = text_of(error.message) or text_of(single.status_text(status))
    raise exception_of(ffi.typeof("pmy_status").elements[status], message, error.position, error.length)


def call(function: Any, *arguments: Any) -> None:
    """Calls a function whose last argument is a pmy_error and whose value is a status; raises what it means."""
    error = ffi.new("pmy_error *")
    check(function(*arguments, error), error)
