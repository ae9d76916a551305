"""Growing pauses between tries, and growing patience with each."""

from __future__ import annotations

from collections.abc import Callable


class Backoff:
    """Says when the next try is due: after `first_s`, then twice as long each time, at most `longest_s`.

    Args:
        clock: seconds, monotonic.
    """

    def __init__(self, clock: Callable[[], float], first_s: float = 0.25, longest_s: float = 8.0) -> None:
        self._clock, self._first, self._longest = clock, first_s, longest_s
        self.reset()

    def reset(self) -> None:
        """It works again: the next pause is the first one."""
        self._pause = self._first
        self._due = self._clock()

    def failed(self) -> None:
        """A try has failed now."""
        self._due = self._clock() + self._pause
        self._pause = min(self._pause * 2, self._longest)

    @property
    def due(self) -> bool:
        return self._clock() >= self._due


class Patience:
    """How long something may take that may be slow or may have stalled: what was ended for its slowness gets twice as long next time.

    A busy machine starts a process in ten seconds, a disk that wakes up in thirty: a limit that never grew would end it for ever.

    Args:
        factor_limit: the longest time is so many times the first one.
    """

    def __init__(self, factor_limit: float = 16.0) -> None:
        self._limit = factor_limit
        self._factor = 1.0

    def of(self, seconds: float) -> float:
        """How long to wait now for what is usually done in `seconds`."""
        return seconds * self._factor

    def ran_out(self) -> None:
        """It took longer and was ended."""
        self._factor = min(self._factor * 2.0, self._limit)

    def reset(self) -> None:
        """It works: the next one gets the usual time."""
        self._factor = 1.0
