"""What `StreamEngine` asks of the model to hold a rate, and that it asks nothing where no rate is asked for."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from device_fixtures import wait_for, write_clip

from mirage_lsd.controls import Controls, ControlSpec
from mirage_lsd.engine import StreamEngine
from mirage_lsd.frame import InputFrame, OutputFrame
from mirage_lsd.painters.in_process import InProcessPainter
from mirage_lsd.picture import Picture
from mirage_lsd.pipelines.base import PlainControls, StreamSpec
from mirage_lsd.sources.pattern import PatternSource


@dataclass
class StandInState:
    """A stream of the stand-in: how it was opened, and what it was limited to."""

    spec: StreamSpec
    limits: tuple[int, int] = (0, 0)
    resets: int = 0


@dataclass
class StandInPipeline(PlainControls):
    """Takes as long as it is told, and notes what is asked of it."""

    beside: bool
    seconds_a_frame: float = 0.0
    asked: list[tuple[int, int, int]] = field(default_factory=list)
    states: list[StandInState] = field(default_factory=list)
    closed: bool = False
    name = "stand-in"
    planes: tuple[str, ...] = ("color",)
    controls: tuple[ControlSpec, ...] = ()
    accepts = frozenset({"cpu"})

    @property
    def context_intervals(self) -> tuple[int, ...]:
        return (3, 6, 12) if self.beside else (1,)

    def create_state(self, spec: StreamSpec) -> StandInState:
        self.states.append(StandInState(spec))
        return self.states[-1]

    def set_limits(self, state: StandInState, *, max_steps: int, context_every: int) -> None:
        state.limits = (max_steps, context_every)
        self.asked.append((max_steps, context_every, state.spec.width))

    def process(self, frame: InputFrame, state: StandInState, controls: Controls) -> OutputFrame:
        time.sleep(self.seconds_a_frame)
        state.resets += frame.reset
        return OutputFrame(frame.color, {})

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> list[StandInPipeline]:
    """The pipelines that were loaded, in order."""
    pipelines: list[StandInPipeline] = []

    def load(name: str, device: str, *, shade_beside_trunk: bool = False, shade_on: str = "cpu") -> StandInPipeline:
        pipelines.append(StandInPipeline(shade_beside_trunk))
        return pipelines[-1]

    monkeypatch.setattr("mirage_lsd.pipelines.registry.load_pipeline", load)
    return pipelines


def test_steps_go_first_then_contexts_then_size_and_it_is_told(loaded: list[StandInPipeline]) -> None:
    notices: list[str] = []
    with StreamEngine("stand-in", "cpu", resolution=(96, 160), fps=40, on_notice=notices.append) as engine:
        engine.start(PatternSource(size=(160, 96), fps=40), lambda pixels: None, block=False)
        wait_for(lambda: engine.stats.frames > 3)
        pipeline = loaded[-1]
        pipeline.seconds_a_frame = 0.04
        wait_for(lambda: engine.stats.quality.scale < 0.5)
        wait_for(lambda: any("instead of" in text for text in notices))
        assert engine.stats.gave_up in notices
    steps, intervals, widths = (list(each) for each in zip(*pipeline.asked, strict=True))
    assert pipeline.asked[0] == (3, 3, 160)
    assert steps == sorted(steps, reverse=True)
    assert intervals == sorted(intervals)
    assert widths == sorted(widths, reverse=True)
    first_rarer = next(i for i, interval in enumerate(intervals) if interval > 3)
    first_smaller = next(i for i, width in enumerate(widths) if width < 160)
    assert steps[first_rarer] == 1, "contexts only after the steps"
    assert intervals[first_smaller] == 12, "size only after the contexts"
    assert any("a new context every" in text and "instead of" not in text for text in notices), notices
    # What was seen is kept until the size changes: one stream, begun once.
    assert pipeline.states[0].limits[0] == 1
    assert pipeline.states[0].resets == 1


def test_a_rate_is_asked_for_where_something_live_is_painted_and_may_be_given_up(
    loaded: list[StandInPipeline], tmp_path: Path
) -> None:
    """Contexts beside the shading there; everywhere else the same pictures come out as the last time."""
    clip = tmp_path / "clip.mp4"
    write_clip(clip, count=3)
    ways: list[tuple[Callable[[StreamEngine], Any], bool, bool]] = [
        (lambda engine: engine.process(np.zeros((48, 64, 3), np.uint8)), True, True),
        (lambda engine: engine.start(clip, str(tmp_path / "out.mp4")), True, True),
        (lambda engine: engine.start(PatternSource(size=(64, 48)), lambda pixels: None, block=False), True, False),
        (lambda engine: engine.start(PatternSource(size=(64, 48)), lambda pixels: None, block=False), False, True),
    ]
    for do, adapt, exact in ways:
        with StreamEngine("stand-in", "cpu", adapt=adapt) as engine:
            do(engine)
            wait_for(lambda: loaded and loaded[-1].beside is not exact and loaded[-1].states)  # noqa: B023
            pipeline = loaded[-1]
        assert pipeline.beside is not exact
        assert {state.spec.exact for state in pipeline.states} == {exact}
        assert pipeline.closed


def test_the_same_engine_goes_from_one_to_the_other_and_keeps_its_controls(
    loaded: list[StandInPipeline], tmp_path: Path
) -> None:
    clip = tmp_path / "clip.mp4"
    write_clip(clip, count=3)
    with StreamEngine("stand-in", "cpu") as engine:
        engine.set(strength=0.25, transition_s=0.0)
        for realtime in (True, False, True):
            engine.start(clip, lambda pixels: None, realtime=realtime)
        assert engine._panel.current["strength"] == 0.25
    assert [pipeline.beside for pipeline in loaded] == [False, True, False, True]
    assert all(pipeline.closed for pipeline in loaded)


def test_the_model_gets_the_limits_and_its_stream_goes_on() -> None:
    painter = InProcessPainter("mirage-lsd-v1", "cpu")
    painter.load()
    painter.begin(exact=False)
    try:
        intervals = painter.context_intervals
        painter.prepare(64, 48, 2, intervals[0])
        picture = Picture(np.full((48, 64, 4), 90, np.uint8), 0)
        for limits in ((2, intervals[0]), (1, intervals[-1])):
            painter.prepare(64, 48, *limits)
            painted = painter.paint(picture, 64, 48, limits[0])
            assert painted is not None
            assert painted.shape == (48, 64, 4)
            state = painter._states[64, 48][0]
            assert (state.steps, state.context_every) == limits
        assert state.frames == 2, "nothing was begun anew"
    finally:
        painter.close()
