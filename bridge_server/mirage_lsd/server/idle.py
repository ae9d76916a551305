"""Whose client has been silent for too long."""

from __future__ import annotations

from collections.abc import Iterable

from .session import Session


class IdleWatch:
    """Time in which the daemon itself stood still (its process stopped, the machine asleep, a clock that went on meanwhile) is nobody's
    silence: whoever could not be heard has the whole time once more.

    Args:
        timeout_s: how long a client may be silent. now_s: of `clock`.
    """

    def __init__(self, timeout_s: float, now_s: float) -> None:
        self._timeout_s, self._looked_at = timeout_s, now_s

    def silent(self, sessions: Iterable[Session], now_s: float) -> list[Session]:
        """The sessions that are to be ended. To be asked with every turn of the I/O loop, which takes no longer than a moment."""
        stood_still = now_s - self._looked_at > self._timeout_s / 2
        self._looked_at = now_s
        silent = []
        for session in sessions:
            if stood_still:
                session.last_message_at = now_s
            elif session.last_message_at < now_s - self._timeout_s:
                silent.append(session)
        return silent
