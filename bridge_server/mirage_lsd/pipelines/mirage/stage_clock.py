"""How long each stage of a frame took."""

from __future__ import annotations

import time
from dataclasses import dataclass


@dataclass(slots=True)
class StageClock:
    """Wall time of a frame's stages, in the order in which they were first marked."""

    _last: float
    _seconds: dict[str, float]

    def __init__(self) -> None:
        self._last, self._seconds = time.perf_counter(), {}

    def mark(self, stage: str) -> None:
        """The time since the last mark belongs to `stage`."""
        now = time.perf_counter()
        self._seconds[stage] = self._seconds.get(stage, 0.0) + now - self._last
        self._last = now

    def stages_us(self) -> dict[str, int]:
        return {stage: round(seconds * 1e6) for stage, seconds in self._seconds.items()}
