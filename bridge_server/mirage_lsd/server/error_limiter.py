"""How many error replies a client gets: one that is wrong in every message must not be answered in every one."""

from __future__ import annotations

from collections import OrderedDict

_REMEMBERED_CLIENTS = 256


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


class ErrorLimiters:
    """One for each client, greeted or not; only the clients with the newest errors are remembered.

    Args:
        per_second: errors a second that each is told.
    """

    def __init__(self, per_second: int) -> None:
        self._per_second = per_second
        self._limiters: OrderedDict[bytes, ErrorLimiter] = OrderedDict()

    def of(self, identity: bytes) -> ErrorLimiter:
        """The client's limiter."""
        limiter = self._limiters.get(identity)
        if limiter is None:
            limiter = self._limiters[identity] = ErrorLimiter(self._per_second)
        self._limiters.move_to_end(identity)
        if len(self._limiters) > _REMEMBERED_CLIENTS:
            self._limiters.popitem(last=False)
        return limiter
