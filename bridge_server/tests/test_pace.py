"""A rate that can't be held is told; a client that pauses is not blamed on the model."""

from __future__ import annotations

from mirage_lsd.server.pace import Pace

SECOND = 1_000_000_000


def codes(fps: float, times: list[float]) -> list[str]:
    pace = Pace(fps)
    return [notice.code for time in times for notice in pace.result(round(time * SECOND))]


def test_a_rate_that_is_held_says_nothing() -> None:
    assert codes(24.0, [i / 24 for i in range(500)]) == []
    assert codes(24.0, [i / 21 for i in range(500)]) == []


def test_a_rate_that_is_missed_is_told_after_five_seconds() -> None:
    told = codes(24.0, [i / 10 for i in range(100)])
    assert set(told) == {"rate_not_held"}
    assert len(told) <= 50  # the session lets one a minute through


def test_no_rate_was_asked_for() -> None:
    assert codes(0.0, [i / 2 for i in range(100)]) == []


def test_a_pause_begins_anew() -> None:
    assert codes(24.0, [i / 24 for i in range(48)] + [60 + i / 24 for i in range(48)]) == []
