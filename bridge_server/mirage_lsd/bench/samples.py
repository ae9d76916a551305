"""Measured values in bounded memory: a bench that watches a process's memory must not grow itself."""

from __future__ import annotations

import random

import numpy as np

_CAPACITY = 32_768


class Samples:
    """Percentiles of many values. Exact up to 32,768 values, then of a uniform random choice of that many; the maximum
    is always exact."""

    def __init__(self) -> None:
        self.count = 0
        self._max = float("-inf")
        self._kept = np.full(_CAPACITY, np.nan)  # written, so that its pages are there from the beginning
        self._random = random.Random(0)

    def add(self, value: float) -> None:
        """Takes one value in."""
        index = self.count if self.count < _CAPACITY else self._random.randrange(self.count + 1)
        if index < _CAPACITY:
            self._kept[index] = value
        self.count += 1
        self._max = max(self._max, value)

    def percentile(self, percent: float) -> float:
        """Raises ValueError when there are no values."""
        if not self.count:
            raise ValueError("no values were measured.")
        return float(np.percentile(self._kept[: self.count], percent))

    def p50_p95_max(self) -> dict[str, float]:
        """The three figures of the reports, rounded to a thousandth."""
        return {
            "p50": round(self.percentile(50), 3),
            "p95": round(self.percentile(95), 3),
            "max": round(self._max, 3),
        }
