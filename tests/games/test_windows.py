"""The hook where frames are shown through EGL: in a real Wayland compositor (weston, without a screen) and on X11."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import runner
from games import GAMES

from mirage_lsd.client import library_path
from mirage_lsd.pipelines.passthrough import PassthroughPipeline
from mirage_lsd.play.profile import profile_of
from mirage_lsd.server import Daemon

_STARTING_S = 60.0
# Levels of 255 in the mean by which what was painted is brighter than what the game draws.
_PAINTED = 10
(OPENARENA,) = (replace(game, first=40, last=48) for game in GAMES if game.name == "openarena")


@pytest.fixture
def wayland(tmp_path: Path) -> Iterator[dict[str, str]]:
    """A compositor; the variables that lead a program to it, and nowhere else."""
    if shutil.which("weston") is None:
        pytest.skip("weston is not installed: apt-get install weston")
    folder = tmp_path / "runtime"
    folder.mkdir(mode=0o700)
    variables = {**os.environ, "XDG_RUNTIME_DIR": str(folder)}
    command = ["weston", "--backend=headless-backend.so", "--use-gl", "--socket=games", "--idle-time=0", "--no-config"]
    with (tmp_path / "weston.log").open("w") as log:
        compositor = subprocess.Popen(
            [*command, "--width=640", "--height=360"], env=variables, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
    try:
        deadline = time.monotonic() + _STARTING_S
        while not (folder / "games").exists():
            assert compositor.poll() is None, (tmp_path / "weston.log").read_text()
            assert time.monotonic() < deadline
            time.sleep(0.1)
        yield {"XDG_RUNTIME_DIR": str(folder), "WAYLAND_DISPLAY": "games", "SDL_VIDEODRIVER": "wayland", "DISPLAY": ""}
    finally:
        compositor.terminate()
        compositor.wait(10)


@pytest.mark.parametrize("window", ["wayland", "x11"])
def test_a_game_through_egl_is_painted(
    request: pytest.FixtureRequest, start_daemon: Callable[..., Daemon], tmp_path: Path, window: str
) -> None:
    """What is painted is told by its brightness: the daemon gives back what it is sent, which is brightened. Bypassed, frames are as without
    the hook, to the bit."""
    if shutil.which(OPENARENA.program, path=runner.SEARCHED) is None:
        pytest.skip("OpenArena is not installed: apt-get install openarena")
    profile = profile_of(OPENARENA.program)
    assert profile is not None
    bright = tmp_path / "bright.profile"
    bright.write_text(profile.path.read_text() + "exposure = 230\n")
    daemon = start_daemon({"passthrough": PassthroughPipeline()})
    options = ["--endpoint", daemon.endpoint, "--model", "passthrough", "--profile", str(bright), "--lockstep"]
    with runner.memory_display() as display:
        variables = request.getfixturevalue("wayland") if window == "wayland" else {"SDL_VIDEO_X11_FORCE_EGL": "1"}
        alone = runner.run(OPENARENA, tmp_path / "alone", display, None, variables)
        painted = runner.run(OPENARENA, tmp_path / "painted", display, options, variables)
        bypassed = runner.run(
            OPENARENA, tmp_path / "off", display, options, {**variables, "MIRAGE_LSD_HOOK_BYPASS": "1"}
        )
    assert len(alone) == len(painted) == len(bypassed) == OPENARENA.last - OPENARENA.first + 1
    assert all(np.array_equal(a, b) for a, b in zip(alone, bypassed, strict=True))
    assert all(b.mean() - a.mean() > _PAINTED for a, b in zip(alone, painted, strict=True))


@pytest.mark.parametrize("program", ["weston-simple-egl", "es2gears_wayland", "es2gears_x11"])
def test_a_program_with_opengl_es_runs_unpainted_with_a_sentence(
    request: pytest.FixtureRequest, start_daemon: Callable[..., Daemon], program: str
) -> None:
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed: apt-get install weston mesa-utils")
    daemon = start_daemon({"passthrough": PassthroughPipeline()})
    with runner.memory_display() as display:
        place = {"DISPLAY": display} if program.endswith("x11") else request.getfixturevalue("wayland")
        variables = {**os.environ, **place, "LD_PRELOAD": str(runner.HOOK), "LIBGL_ALWAYS_SOFTWARE": "1"}
        variables |= {"MIRAGE_LSD_ENDPOINT": daemon.endpoint, "MIRAGE_LSD_NATIVE": str(library_path())}
        process = subprocess.Popen(
            [program], env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        assert process.stderr is not None
        try:
            said = next(line for line in process.stderr if line.startswith("mirage-lsd:"))
            time.sleep(1)  # it goes on
            assert process.poll() is None
        finally:
            process.kill()
            process.communicate()
    assert "draws with OpenGL ES" in said
    assert "runs unpainted" in said
