"""A Python function as a sink."""

from __future__ import annotations

from collections.abc import Callable
from typing import Self

from ..counters import LatencyWindow
from .base import Picture, Sink, SinkState, SinkStats


class CallbackSink(Sink):
    """Calls a function with each picture's pixels (H x W x 4 uint8 RGBA), on the engine's thread: what it takes, the stream waits.

    A function that raises is not called again; its error is the sink's fault.
    """

    name = "callback"
    help = "a Python function (from Python)"
    lossless = True

    def __init__(self, call: Callable[..., object]) -> None:
        self._call = call
        self._given = self._arrived = 0
        self._latency = LatencyWindow()

    @classmethod
    def from_text(cls, text: str, **options: object) -> Self | None:
        return None

    def open(self) -> None:
        self._given = self._arrived = 0
        self.state, self.fault = SinkState.OPEN, ""

    def write(self, picture: Picture, timeout_s: float = 30.0) -> bool:
        if self.state is not SinkState.OPEN:
            return False
        self._given += 1
        try:
            self._call(picture.pixels)
        except Exception as error:  # the user's own code
            self.state, self.fault = SinkState.ENDED, f"on_frame raised {type(error).__name__}: {error}"
            return False
        self._arrived += 1
        self._latency.add(round(picture.age_ms * 1e6))
        return True

    def close(self, grace_s: float = 1.0) -> None:
        self.state = SinkState.CLOSED

    @property
    def stats(self) -> SinkStats:
        return SinkStats(self._given, self._arrived, self._given - self._arrived, 0, self._latency.p50_ms)
