"""The quality governor on a virtual clock, against machines whose cost per frame is known."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mirage_lsd.governor import Quality, QualityGovernor, quality_ladder
from mirage_lsd.sources.pacing import Cadence

Machine = Callable[[Quality, float], float]


def machine(ms_per_step: float, fixed_ms: float = 2.0) -> Machine:
    """A frame costs a fixed part and a part for each step, by its pixels."""
    return lambda quality, t: fixed_ms + ms_per_step * quality.steps * quality.scale**2 / quality.context_interval


def run(governor: QualityGovernor, cost: Machine, seconds: float, start_s: float = 0.0) -> list[tuple[float, Quality]]:
    """Frames at the governor's rate, or slower where they take longer; returns the changes."""
    now, changes = start_s, []
    while now < start_s + seconds:
        took = cost(governor.quality, now) / 1e3
        now += max(took, 1 / governor.fps)
        if governor.observe(round(took * 1e9), round(now * 1e9)):
            changes.append((now, governor.quality))
    return changes


def test_a_fast_machine_gives_nothing_up() -> None:
    governor = QualityGovernor(24, quality_ladder(5))
    assert run(governor, machine(3), 60) == []
    assert governor.explain(1280, 720) == ""


@pytest.mark.parametrize("fps", [24, 30, 60])
@pytest.mark.parametrize("ms_per_step", [5, 9, 20, 40, 80])
def test_the_rate_is_held_with_no_more_given_up_than_needed(fps: float, ms_per_step: float) -> None:
    ladder = quality_ladder(5)
    governor, cost = QualityGovernor(fps, ladder), machine(ms_per_step)
    run(governor, cost, 60)
    changes = run(governor, cost, 120, 60)
    fits = [quality for quality in ladder if cost(quality, 0) <= 0.9 * 1000 / fps]
    if not fits:
        assert governor.quality == ladder[-1]
        assert governor.behind
        assert "falls short" in governor.explain(1280, 720)
        return
    assert cost(governor.quality, 0) <= 0.9 * 1000 / fps
    # At most one rung below the best that fits: going up wants room to spare.
    assert ladder.index(governor.quality) - ladder.index(fits[0]) <= 1
    assert len(changes) <= 4, "it does not swing"


def test_steps_go_first_then_contexts_then_size() -> None:
    ladder = quality_ladder(3, context_intervals=(1, 2))
    assert [(q.steps, q.context_interval) for q in ladder[:4]] == [(3, 1), (2, 1), (1, 1), (1, 2)]
    scales = [q.scale for q in ladder]
    assert scales == sorted(scales, reverse=True)
    assert {(q.steps, q.context_interval) for q in ladder[4:]} == {(1, 2)}


def test_quality_comes_back_when_the_load_goes() -> None:
    governor = QualityGovernor(24, quality_ladder(4))
    busy: Machine = lambda quality, t: machine(30 if t < 20 else 4)(quality, t)  # noqa: E731
    run(governor, busy, 20)
    assert governor.quality.steps < 4
    run(governor, busy, 120, 20)
    assert governor.quality == Quality(4)


def test_one_slow_frame_changes_nothing() -> None:
    governor = QualityGovernor(24, quality_ladder(3))
    run(governor, machine(5), 10)
    assert not governor.observe(500_000_000, round(10.5e9))
    assert governor.quality == Quality(3)


def test_it_does_not_go_up_and_down_for_ever() -> None:
    """A machine on the edge: the better quality just fails. The pauses between the tries grow."""
    governor = QualityGovernor(24, quality_ladder(2))
    edge: Machine = lambda quality, t: 38.0 if quality.steps == 2 else 20.0  # noqa: E731
    changes = run(governor, edge, 600)
    assert len(changes) < 20
    times = [t for t, _ in changes]
    assert times[-1] - times[-2] > times[2] - times[1] or len(changes) < 4


def test_it_says_what_it_gave_up() -> None:
    governor = QualityGovernor(30, quality_ladder(5))
    run(governor, machine(50), 60)
    text = governor.explain(1280, 720)
    assert "1 of 5 steps" in text
    assert "instead of 1280x720" in text
    assert "30 frames a second" in text


def test_sizes_are_multiples_of_16_and_the_whole_size_is_kept() -> None:
    assert Quality(1).size(1279, 721) == (1279, 721)
    assert Quality(1, scale=0.6).size(1280, 720) == (768, 432)
    assert Quality(1, scale=0.25).size(40, 40) == (16, 16)


def test_a_cadence_lets_the_asked_rate_through_evenly() -> None:
    cadence, ms = Cadence(20), 1_000_000
    passed = [t for t in range(0, 2_000, 10) if cadence.due(t * ms)]
    assert len(passed) == pytest.approx(40, abs=1)
    # Pictures of the same rate with jitter: none is lost.
    cadence = Cadence(25)
    assert all(cadence.due((n * 40 + (-1) ** n * 5) * ms) for n in range(100))
    # A gap is not caught up.
    cadence = Cadence(10)
    assert cadence.due(0)
    assert cadence.due(5_000 * ms)
    assert not cadence.due(5_020 * ms)


def test_a_machine_that_is_far_too_slow_is_not_waited_for() -> None:
    """A frame of a second: after three of them the size is already small."""
    governor = QualityGovernor(24, quality_ladder(5))
    changes = run(governor, machine(200), 10)
    assert changes[0][0] < 4.0
    assert changes[0][1].scale < 1.0


def test_a_painter_s_first_interval_is_the_best_there_is() -> None:
    ladder = quality_ladder(2, context_intervals=(3, 6, 12), smallest_scale=0.7)
    assert [(q.steps, q.context_interval, q.scale) for q in ladder] == [
        (2, 3, 1.0), (1, 3, 1.0), (1, 6, 1.0), (1, 12, 1.0), (1, 12, 0.85), (1, 12, 0.7),
    ]  # fmt: skip
    governor = QualityGovernor(24, ladder)
    assert governor.explain(1280, 720) == ""
    # Beside the shading contexts cost a frame nothing: what remains is the size.
    run(governor, lambda quality, t: 60 * quality.scale**2, 20)
    assert governor.explain(1280, 720) == (
        "Runs with 1 of 2 steps, a new context every 12 frames, 896x496 instead of 1280x720 to hold 24 frames a second."
    )
