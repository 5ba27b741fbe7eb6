"""A bar that shows how far a training is."""

from __future__ import annotations

import sys
import time
from typing import Any, TextIO

from ._records import EpochReport

_SECONDS_BETWEEN = 0.1
_WIDTH = 30


class Progress:
    """Writes to a terminal, or else a line an epoch."""

    def __init__(self, to: TextIO | None = None) -> None:
        self._to = to or sys.stderr
        self._is_terminal = self._to.isatty()
        self._next = 0.0

    def step(self, report: Any) -> None:
        """After each step, with its pmy_step_report."""
        if not self._is_terminal or time.monotonic() < self._next:
            return
        self._next = time.monotonic() + _SECONDS_BETWEEN
        done = report.step / report.steps
        left = report.seconds / done * (1 - done)
        bar = "=" * int(_WIDTH * done)
        self._to.write(f"\r[{bar:<{_WIDTH}}] epoch {report.epoch}/{report.epochs}, step {report.step}/{report.steps}, "
                       f"loss {report.loss:.4f}, {left:.0f} s left\x1b[K")
        self._to.flush()

    def epoch(self, report: EpochReport) -> None:
        """After each epoch."""
        text = f"epoch {report.epoch}/{report.epochs}: loss {report.train_loss:.4f}"
        validation = report.validation
        if validation.correct:
            text += f", validation {100 * validation.accuracy:.2f} %"
        elif validation.count:
            text += f", validation {validation.loss:.4f}"
        begin, end = ("\r", "\x1b[K\n") if self._is_terminal else ("", "\n")
        self._to.write(f"{begin}{text}, {report.images_per_second:.0f} examples/s{end}")
        self._to.flush()
