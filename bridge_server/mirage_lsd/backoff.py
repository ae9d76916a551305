"""Growing pauses between tries."""

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
