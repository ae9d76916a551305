"""Gestures with the real networks, which are fetched first: drawn hands, talk and waving, and the controller beside a stream."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from device_fixtures import nothing_left_behind, wait_for
from gesture_clips import GESTURES, gesture_clip
from gestures_table import false_in_talk, measure
from hand_drawing import Pixels

from mirage_lsd.controllers import Change, ControlInfo, Panel
from mirage_lsd.controllers.gesture import GestureController
from mirage_lsd.controllers.hands import HandNetworks
from mirage_lsd.engine import StreamEngine
from mirage_lsd.people.files import HANDS
from mirage_lsd.picture import Picture
from mirage_lsd.sources.arrays import ArraySource

_EXAMPLES = 8
PANEL = [
    ControlInfo("scene", "choice", values=("forest", "city", "snow"), default="forest"),
    ControlInfo("lighting", "choice", values=("day", "night"), default="day"),
    ControlInfo("strength", "number", default=1.0),
    ControlInfo("bypass", "flag", default=False),
]


@pytest.fixture(scope="module")
def networks() -> HandNetworks:
    subprocess.run([sys.executable, "-m", "mirage_lsd.cli", "get", "people"], check=True, timeout=300)
    return HandNetworks(*HANDS.paths())


@pytest.mark.parametrize("gesture", GESTURES)
def test_gestures_are_recognized(networks: HandNetworks, gesture: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Some of the examples of which tests/media/gestures_table.py takes fifty."""
    row = measure(networks, gesture, _EXAMPLES)
    with capsys.disabled():
        print(f"\n{gesture}: {row.right} right, {row.wrong} wrong, {row.missed} missed {row.faults}")
    # Of all clips a good two thirds are right, of these eight at least four.
    assert row.right >= 3
    assert row.wrong <= 2


def test_talk_and_waving_trigger_little(networks: HandNetworks, capsys: pytest.CaptureFixture[str]) -> None:
    found = false_in_talk(networks, 1)
    with capsys.disabled():
        print(f"\ngestures: {len(found)} false in a minute of talk and waving: {found}")
    assert len(found) <= 4
    assert not [name for name in found if name.startswith("swipe")]


def held_up(gesture: str, seed: int) -> list[Pixels]:
    return [pixels for _, pixels in gesture_clip(gesture, seed)]


def test_an_open_palm_bypasses_a_stream_and_a_dead_worker_comes_back(networks: HandNetworks) -> None:
    pictures = held_up("palm", 0)
    changes: list[Change] = []
    notices: list[str] = []
    with nothing_left_behind("workers.gesture"), GestureController(transition_s=2.0) as controller:
        panel = Panel.of(PANEL)
        controller.on_notice = notices.append
        controller.start(panel, changes.append)
        _show(controller, pictures)
        wait_for(lambda: len(changes) == 2)
        assert [dict(change.values) for change in changes] == [{"bypass": True}, {"bypass": False}]
        assert controller._process is not None
        first = controller._process.pid
        os.kill(first, signal.SIGKILL)
        wait_for(lambda: notices)
        assert "ended unexpectedly" in notices[0]
        wait_for(lambda: controller._opened and controller._process is not None and controller._process.pid != first)
        _show(controller, pictures)
        wait_for(lambda: len(changes) == 4)


def _show(controller: GestureController, pictures: list[Pixels]) -> None:
    """Ten a second by their own clock, each when the one before has been taken: however busy the machine is, all are looked at."""
    start_ns = time.monotonic_ns()
    for i, pixels in enumerate(pictures):
        wait_for(lambda: controller._feed.idle)
        controller.look(Picture(pixels, start_ns + i * 100_000_000))


def test_a_swipe_changes_the_scene_of_a_running_engine(networks: HandNetworks) -> None:
    """The real model paints what the hands are in; it is the source's picture that is looked at, not the painted one."""
    shown = held_up("swipe_right", 1)
    # The clip's ten pictures a second as 24 of them; still ones before and after.
    pictures = [shown[min(max(0, (i - 24) * 10 // 24), len(shown) - 1)] for i in range(len(shown) * 24 // 10 + 72)]
    controller = GestureController(mirrored=True)

    def camera() -> Iterator[Pixels]:
        for pixels in pictures:
            wait_for(lambda: controller._feed.idle)
            yield pixels

    painted: list[int] = []
    with StreamEngine(resolution=(96, 160), max_steps=1, fps=20.0) as engine:
        scenes = next(control.values for control in engine.controls if control.name == "scene")
        engine.set(scene=scenes[0], transition_s=0.0)
        engine.start(
            ArraySource(camera(), fps=24.0), lambda pixels: painted.append(pixels.shape[0]), block=False,
            controllers=[controller],
        )  # fmt: skip
        wait_for(lambda: engine._panel.current.get("scene") == scenes[1])
    assert painted
