"""Plays a real game without a player, a display (Xvfb) or a graphics card (llvmpipe), with an even clock."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import numpy.typing as npt
from games import Game

from mirage_lsd.play.profile import profile_of

ROOT = Path(__file__).parents[2]
HOOK, OBSERVER = ROOT / "build/hook/libmirage_gl_hook.so", ROOT / "build/observer/libgame_observer.so"
SEARCHED = "/usr/games:/usr/bin"
Picture = npt.NDArray[np.uint8]


@contextmanager
def memory_display(height: int = 360) -> Iterator[str]:
    """A display in memory, 640 wide; gives its name."""
    reading, writing = os.pipe()
    command = [
        "Xvfb",
        "-displayfd",
        str(writing),
        "-screen",
        "0",
        f"640x{height}x24",
        "+extension",
        "GLX",
        "-nolisten",
        "tcp",
    ]
    server = subprocess.Popen(command, pass_fds=[writing], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(writing)
    try:
        with os.fdopen(reading) as ready:
            number = ready.readline().strip()
        # SDL 1.2 sometimes fails as the server's first client.
        subprocess.run(["xdotool", "getdisplaygeometry"], env={**os.environ, "DISPLAY": f":{number}"}, check=True)
        yield f":{number}"
    finally:
        server.terminate()
        server.wait(10)


def run(
    game: Game,
    folder: Path,
    display: str,
    play: Sequence[str] | None,
    settings: Mapping[str, str] | None = None,
    clock_ms: int = 33,
    timeout_s: float = 600,
) -> list[Picture]:
    """Plays it from its start to its last frame, with a home of its own.

    Args:
        folder: for its files; made here.
        play: options of `mirage-lsd play`; None: the game as it is, without the hook.
        settings: environment variables of the run.
        clock_ms: the clock's step a frame; 0: the machine's time.

    Returns:
        The frames as shown from `game.first` to `game.last`, RGB, row 0 on top.
    """
    frames, home = folder / "frames", folder / "home"
    frames.mkdir(parents=True)
    home.mkdir()
    for name, text in game.files:
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    program = shutil.which(game.program, path=SEARCHED)
    starter = folder / game.program  # loads the observer after the hook, into the game only
    starter.write_text(f'#!/bin/sh\nLD_PRELOAD="$LD_PRELOAD:{OBSERVER}" exec nice -n 5 {program} "$@"\n')
    starter.chmod(0o755)
    variables = {**os.environ, "HOME": str(home), "DISPLAY": display, "SDL_AUDIODRIVER": "dummy"}
    variables |= {"XDG_CONFIG_HOME": str(home / ".config"), "XDG_DATA_HOME": str(home / ".local/share")}
    variables |= {"ALSOFT_DRIVERS": "null", "LIBGL_ALWAYS_SOFTWARE": "1", "MIRAGE_LSD_HOOK": str(HOOK)}
    variables |= {"OBSERVER_FOLDER": str(frames), "OBSERVER_KEYS": game.keys, "OBSERVER_CLOCK_MS": str(clock_ms)}
    variables |= {"OBSERVER_FIRST": str(game.first), "OBSERVER_LAST": str(game.last)}
    variables |= {"OBSERVER_HEIGHT": str(game.height), **dict(game.variables), **(settings or {})}
    arguments = [word.replace("HOME", str(home)) for word in game.arguments]
    if play is None:
        profile = profile_of(game.program)
        command = [str(starter), *(profile.arguments if profile is not None else ()), *arguments]
    else:
        command = [sys.executable, "-m", "mirage_lsd.cli", "play", *play, "--", str(starter), *arguments]
    with (folder / "log.txt").open("w") as log:
        process = subprocess.Popen(
            command, env=variables, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, cwd=folder
        )
        try:
            process.wait(timeout_s)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
    return [_read(path) for path in sorted(frames.glob("*.rgba"))]


def _read(path: Path) -> Picture:
    data = path.read_bytes()
    width, height = np.frombuffer(data[:8], np.int32)
    return np.frombuffer(data[8:], np.uint8).reshape(height, width, 4)[::-1, :, :3]
