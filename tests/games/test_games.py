"""The hook in games that nobody here wrote, with a stand-in painter that shows what is the world and what is not.

Without a display (Xvfb) and without a graphics card (llvmpipe). Games that are not installed are skipped, by name.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from games import GAMES, Game
from proof import prove

from mirage_lsd.controls import Controls, ControlSpec
from mirage_lsd.frame import InputFrame, OutputFrame
from mirage_lsd.pipelines.base import PlainControls, StreamSpec
from mirage_lsd.play.profile import profile_of
from mirage_lsd.recording import Recording, RecordingPipeline, RecordingWriter
from mirage_lsd.server import Daemon

ROOT = Path(__file__).parents[2]
HOOK, OBSERVER = ROOT / "build/hook/libmirage_gl_hook.so", ROOT / "build/observer/libgame_observer.so"
MAGENTA, GREEN = (255, 0, 255), (0, 255, 0)
Picture = npt.NDArray[np.uint8]


class ProbePipeline(PlainControls):
    """One frame magenta, one green, one as it came, and so on: what is the same in the first two is not the world."""

    name = "probe"
    planes: tuple[str, ...] = ("color", "depth")
    controls: tuple[ControlSpec, ...] = ()
    accepts = frozenset({"cpu"})

    def create_state(self, spec: StreamSpec) -> Picture:
        return np.empty((spec.output_height, spec.output_width, 4), np.uint8)

    def process(self, frame: InputFrame, state: Picture, controls: Controls) -> OutputFrame:
        if frame.seq % 3 == 2:
            return OutputFrame(frame.color)
        state[...] = (*(MAGENTA if frame.seq % 3 == 0 else GREEN), 255)
        return OutputFrame(state)


@dataclass
class Played:
    """What a run left: the frames as shown (row 0 on top), what the painter was sent, the hook's figures."""

    shown: list[Picture]
    sent: list[InputFrame]
    figures: dict[str, Any] = field(default_factory=dict)


@pytest.fixture(scope="module")
def display() -> Iterator[str]:
    """A display in memory."""
    reading, writing = os.pipe()
    command = [
        "Xvfb",
        "-displayfd",
        str(writing),
        "-screen",
        "0",
        "640x360x24",
        "+extension",
        "GLX",
        "-nolisten",
        "tcp",
    ]
    server = subprocess.Popen(command, pass_fds=[writing], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(writing)
    with os.fdopen(reading) as ready:
        number = ready.readline().strip()
    yield f":{number}"
    server.terminate()
    server.wait(10)


@pytest.fixture
def play(display: str, tmp_path: Path, start_daemon: Callable[..., Daemon]) -> Callable[[Game], Played]:
    """Function that plays a game to its last frame."""

    def run(game: Game) -> Played:
        if shutil.which(game.program, path="/usr/games:/usr/bin") is None:
            profile = profile_of(game.program)
            pytest.skip(
                f"{game.program} is not installed: apt-get install {profile.package if profile else game.program}"
            )
        profile = profile_of(game.program)
        assert profile is not None
        exact = tmp_path / "exact.profile"
        exact.write_text(profile.path.read_text() + "exposure = 0\n")
        writer = RecordingWriter(tmp_path / "frames.lsdrec", {}, max_bytes=1 << 30)
        daemon = start_daemon({"probe": RecordingPipeline(ProbePipeline(), writer, results=False)})
        frames, home, report = tmp_path / "frames", tmp_path / "home", tmp_path / "report.json"
        frames.mkdir()
        home.mkdir()
        starter = tmp_path / game.program  # loads the observer after the hook, into the game only
        starter.write_text(
            f'#!/bin/sh\nLD_PRELOAD="$LD_PRELOAD:{OBSERVER}" exec nice -n 5 {shutil.which(game.program, path="/usr/games:/usr/bin")} "$@"\n'
        )
        starter.chmod(0o755)
        variables = {
            **os.environ,
            "HOME": str(home),
            "DISPLAY": display,
            "SDL_AUDIODRIVER": "dummy",
            "ALSOFT_DRIVERS": "null",
        }
        variables |= {"LIBGL_ALWAYS_SOFTWARE": "1", "MIRAGE_LSD_HOOK": str(HOOK), "OBSERVER_CLOCK_MS": "33"}
        variables |= {
            "OBSERVER_FOLDER": str(frames),
            "OBSERVER_FIRST": str(game.first),
            "OBSERVER_LAST": str(game.last),
        }
        if game.keys:
            variables["OBSERVER_KEYS"] = game.keys
        command = [sys.executable, "-m", "mirage_lsd.cli", "play", "--endpoint", daemon.endpoint, "--model", "probe"]
        command += ["--lockstep", "--profile", str(exact), "--report", str(report), "--", str(starter), *game.arguments]
        process = subprocess.Popen(command, env=variables, stdin=subprocess.DEVNULL, start_new_session=True)
        try:
            process.wait(300)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
        writer.close()
        shown = [_read(path) for path in sorted(frames.glob("*.rgba"))]
        with Recording(tmp_path / "frames.lsdrec") as recording:
            sent = [recorded.frame for stream in recording.streams[-1:] for recorded in recording.frames(stream.number)]
        return Played(shown, sent[-len(shown) :], json.loads(report.read_text()))

    return run


def _read(path: Path) -> Picture:
    data = path.read_bytes()
    width, height = np.frombuffer(data[:8], np.int32)
    return np.frombuffer(data[8:], np.uint8).reshape(height, width, 4)[::-1, :, :3]


@pytest.mark.parametrize("game", GAMES, ids=lambda game: game.name)
def test_world_and_interface_are_told_apart_and_the_camera_is_found(play: Callable[[Game], Played], game: Game) -> None:
    played = play(game)
    assert len(played.shown) == game.last - game.first + 1
    assert played.figures["core_profile"] == game.core_profile

    proof = prove(played.sent)
    print(f"\n{game.name}: {proof}\n{played.figures}")
    assert proof.frames > 0.5 * len(played.sent)
    assert proof.visible > 0.4
    assert proof.reprojected < 0.2 * proof.in_place
    # No jump: a person, a sledge; at 30 frames a second.
    assert not any(frame.reset for frame in played.sent[1:])
    assert proof.largest_step_m < 2.0
    assert proof.largest_turn_deg < 30.0

    kept, compared = [], 0
    for before, now, after in zip(played.shown, played.shown[1:], played.shown[2:], strict=False):
        if not ((now == MAGENTA).all(-1).mean() > 0.2 and (after == GREEN).all(-1).mean() > 0.2):
            continue
        interface = (now == after).all(-1)  # does not depend on the world
        assert 0.001 < interface.mean() < 0.8
        assert (now == MAGENTA).all(-1)[~interface].mean() > 0.5
        kept.append((before == now).all(-1)[interface].mean())
        compared += 1
    assert compared >= 10
    print(f"{game.name}: interface kept {np.mean(kept):.4f} of its pixels, over {compared} frames")
    # What it shows changes by itself now and then: a clock, a weapon that swings.
    assert np.median(kept) > 0.9
