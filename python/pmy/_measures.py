"""What follows from a score's numbers."""

from __future__ import annotations

from ._library import ffi, single


class Measures:
    """Of a score of classes, how good the model is."""

    count: int
    correct: int

    @property
    def accuracy(self) -> float:
        """The share of the examples that are right."""
        return self.correct / self.count if self.count else float("nan")

    @property
    def interval(self) -> tuple[float, float]:
        """In which the true accuracy lies with 95 % confidence (Wilson, 1927)."""
        low, high = ffi.new("double *"), ffi.new("double *")
        single.wilson95(self.correct, self.count, low, high)
        return low[0], high[0]
