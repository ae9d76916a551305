"""Programs with OpenGL ES through EGL, in a real Wayland compositor (weston, without a screen) and on X11: left unpainted, with a sentence."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import runner

from mirage_lsd.client import library_path
from mirage_lsd.pipelines.passthrough import PassthroughPipeline
from mirage_lsd.server import Daemon

_STARTING_S = 60.0


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
        yield {"XDG_RUNTIME_DIR": str(folder), "WAYLAND_DISPLAY": "games"}
    finally:
        compositor.terminate()
        compositor.wait(10)


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
