"""Objects of C that Python frees, and memory of theirs that arrays look at."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from ._library import ffi
from .errors import Error, Freed


class Owner:
    """Something of C that is freed with this object or by `free`, and used by one thread at a time.

    A call from another thread waits until the running one is done. Arrays that look into it keep its memory: it is
    given back once the last of them has gone. After a fork it is the first process's alone, as its threads are.
    """

    def __init__(self, pointer: Any, free: Callable[[Any], None], *needed: Any) -> None:
        def release(pointer: Any, needed: tuple[Any, ...] = needed) -> None:
            if os.getpid() == process:
                free(pointer)

        process = self._process = os.getpid()
        self._held = ffi.gc(pointer, release)
        self._lock = threading.RLock()

    @contextmanager
    def _using(self) -> Iterator[Any]:
        with self._lock:
            if self._held is None:
                raise Freed(f"this {type(self).__name__} was freed")
            if os.getpid() != self._process:
                raise Error(f"this {type(self).__name__} is of another process, from which this one was forked")
            yield self._held

    def free(self) -> None:
        """Gives the memory back; every use from then on raises Freed."""
        with self._lock:
            self._held = None


class _View:
    """What NumPy makes an array of, and keeps while there is one."""

    def __init__(self, keep: Any, interface: dict[str, Any]) -> None:
        self.keep = keep
        self.__array_interface__ = interface


_TYPES = {"float": np.float32, "double": np.float64, "int32_t": np.int32, "int64_t": np.int64, "uint8_t": np.uint8,
          "size_t": np.uintp, "uint32_t": np.uint32}


def view(pointer: Any, shape: tuple[int, ...], keep: Any, writable: bool = True) -> np.ndarray:
    """An array of the numbers at a pointer, which are not copied; `keep` is what they belong to."""
    # The type may have a name, pmy_real; what it is one of says cffi.
    item = ffi.typeof(pointer).item.cname
    address = int(ffi.cast("uintptr_t", pointer))
    return np.asarray(_View(keep, {"version": 3, "shape": shape, "typestr": np.dtype(_TYPES[item]).str,
                                   "data": (address, not writable)}))
