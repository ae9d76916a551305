"""A rate that can't be held is told; a client that sends less, or pauses, is not blamed on the model."""

from __future__ import annotations

from mirage_lsd.server.pace import Pace

SECOND = 1_000_000_000


def codes(fps: float, times: list[float], sent_per_s: float = 0.0) -> list[str]:
    """Notices for results at `times` when `sent_per_s` frames a second came: those without a result were dropped."""
    pace = Pace(fps)
    told: list[str] = []
    for done, time in enumerate(times, 1):
        dropped = max(round(time * sent_per_s) - done, 0)
        told += [notice.code for notice in pace.result(round(time * SECOND), dropped)]
    return told


def test_a_rate_that_is_held_says_nothing() -> None:
    assert codes(24.0, [i / 24 for i in range(500)], 60.0) == []
    assert codes(24.0, [i / 21 for i in range(500)], 60.0) == []


def test_a_rate_that_is_missed_is_told_after_five_seconds() -> None:
    told = codes(24.0, [i / 10 for i in range(100)], 24.0)
    assert set(told) == {"rate_not_held"}
    assert len(told) <= 50  # the session lets one a minute through


def test_a_client_that_sends_less_is_not_blamed_on_the_model() -> None:
    assert codes(24.0, [i / 10 for i in range(100)], 10.0) == []


def test_no_rate_was_asked_for() -> None:
    assert codes(0.0, [i / 2 for i in range(100)], 60.0) == []


def test_a_pause_begins_anew() -> None:
    assert codes(24.0, [i / 24 for i in range(48)] + [60 + i / 24 for i in range(48)], 24.0) == []
