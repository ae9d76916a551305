"""How many error replies a client gets."""

from __future__ import annotations


class ErrorLimiter:
    """Lets `per_second` errors through each second; the rest is for the caller to count."""

    def __init__(self, per_second: int) -> None:
        self._per_second = per_second
        self._window = -1
        self._sent = 0

    def allows(self, now: float) -> bool:
        """Whether one more may be sent at `now` (seconds)."""
        window = int(now)
        if window != self._window:
            self._window, self._sent = window, 0
        self._sent += 1
        return self._sent <= self._per_second
