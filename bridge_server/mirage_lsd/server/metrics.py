"""Counts what happens, for `pong` and for Prometheus."""

from __future__ import annotations

import time
from collections import deque

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server

_BUCKETS_S = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.033, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0)


class Metrics:
    """The daemon's counters, on a registry of their own. Used by the I/O thread only (the HTTP thread reads)."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.frames = 0
        self.dropped = 0
        self._sent_at: deque[float] = deque(maxlen=4_096)
        self._server: object | None = None
        registry = self.registry
        self._results = Counter("mirage_lsd_results", "Results sent.", registry=registry)
        self._drops = Counter("mirage_lsd_dropped", "Frames and results dropped.", ["reason"], registry=registry)
        self._errors = Counter("mirage_lsd_errors", "Errors by code.", ["code"], registry=registry)
        self._muted = Counter("mirage_lsd_errors_muted", "Error replies over the rate limit.", registry=registry)
        self.sessions = Gauge("mirage_lsd_sessions", "Open sessions.", registry=registry)
        self.streams = Gauge("mirage_lsd_streams", "Open streams.", registry=registry)
        self._waited = Histogram(
            "mirage_lsd_wait_seconds", "From receipt to start.", buckets=_BUCKETS_S, registry=registry
        )
        self._worked = Histogram(
            "mirage_lsd_process_seconds", "From start to end.", buckets=_BUCKETS_S, registry=registry
        )

    def serve(self, port: int) -> None:
        """Answers GET /metrics on 127.0.0.1:`port`.

        Raises:
            OSError: the port is taken.
        """
        self._server, _ = start_http_server(port, addr="127.0.0.1", registry=self.registry)

    def close(self) -> None:
        """Stops answering."""
        if self._server is not None:
            self._server.shutdown()  # type: ignore[attr-defined]
            self._server.server_close()  # type: ignore[attr-defined]
            self._server = None

    def result(self, t_receive_ns: int, t_start_ns: int, t_end_ns: int) -> None:
        """One result went out."""
        self.frames += 1
        self._sent_at.append(time.monotonic())
        self._results.inc()
        self._waited.observe((t_start_ns - t_receive_ns) / 1e9)
        self._worked.observe((t_end_ns - t_start_ns) / 1e9)

    def drop(self, reason: str) -> None:
        """A frame or a result was dropped: replaced, torn, bad, failed, undelivered."""
        self.dropped += 1
        self._drops.labels(reason).inc()

    def error(self, code: str, muted: bool) -> None:
        """An error was answered, or only counted."""
        self._errors.labels(code).inc()
        if muted:
            self._muted.inc()

    def fps(self) -> float:
        """Results of the last second."""
        since = time.monotonic() - 1.0
        while self._sent_at and self._sent_at[0] < since:
            self._sent_at.popleft()
        return float(len(self._sent_at))
