"""The counters of a stream, and of what happens to its pictures."""

from __future__ import annotations

import threading
import time
from collections import deque

_RECENT_S = 2.0


class LatencyWindow:
    """The durations of the last pictures; added to by one thread, read by any."""

    def __init__(self, length: int = 256) -> None:
        self._durations: deque[int] = deque(maxlen=length)
        self._lock = threading.Lock()

    def add(self, duration_ns: int) -> None:
        """One more picture took, or was old, `duration_ns`."""
        with self._lock:
            self._durations.append(duration_ns)

    @property
    def p50_ms(self) -> float | None:
        """Their median, milliseconds; None before there is any."""
        with self._lock:
            ordered = sorted(self._durations)
        return ordered[len(ordered) // 2] / 1e6 if ordered else None


class StreamCounters:
    """Counts painted and skipped pictures and keeps the last latencies; written by the engine's thread, read by any."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._frames = self._skipped = 0
        self._times: deque[float] = deque(maxlen=512)
        self._latencies = LatencyWindow()
        self._paints = LatencyWindow()

    def painted(self, t_capture_ns: int, took_ns: int) -> None:
        """A picture that was captured at `t_capture_ns` is painted now."""
        with self._lock:
            self._frames += 1
            self._times.append(time.monotonic())
        self._latencies.add(time.monotonic_ns() - t_capture_ns)
        self._paints.add(took_ns)

    def skip(self) -> None:
        """A picture came that is not painted."""
        with self._lock:
            self._skipped += 1

    @property
    def frames(self) -> int:
        with self._lock:
            return self._frames

    @property
    def skipped(self) -> int:
        with self._lock:
            return self._skipped

    @property
    def fps(self) -> float:
        """Of the last two seconds."""
        with self._lock:
            now = time.monotonic()
            recent = [t for t in self._times if now - t <= _RECENT_S]
        return (len(recent) - 1) / (recent[-1] - recent[0]) if len(recent) > 1 and recent[-1] > recent[0] else 0.0

    @property
    def latency_ms_p50(self) -> float | None:
        """From capture to painted, over the last 256."""
        return self._latencies.p50_ms

    @property
    def paint_ms_p50(self) -> float | None:
        """What painting took, over the last 256."""
        return self._paints.p50_ms
