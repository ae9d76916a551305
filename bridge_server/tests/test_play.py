"""`mirage-lsd play`: profiles, refusals, starting and stopping a program (a stand-in for a game: a shell script)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mirage_lsd.play.launcher import find_game
from mirage_lsd.play.profile import all_profiles, profile_of, read_profile
from mirage_lsd.play.refusals import RefusedError

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="games are hooked on Linux")


def script(path: Path, text: str) -> Path:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def test_every_profile_is_whole() -> None:
    profiles = all_profiles()
    assert len(profiles) >= 5
    assert all(profile.package and profile.commands for profile in profiles)
    found = profile_of("/usr/games/openarena")
    assert found is not None
    assert found.name == "OpenArena"
    assert profile_of("no-such-game") is None


def test_a_profile_without_a_program_says_what_to_add(tmp_path: Path) -> None:
    (tmp_path / "a.profile").write_text("name = Nothing\n")
    with pytest.raises(ValueError, match="add a line `command = name`"):
        read_profile(tmp_path / "a.profile")


def test_what_is_refused_and_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    setuid = script(tmp_path / "setuid-game", "exit 0")
    setuid.chmod(0o4755)
    script(tmp_path / "vulkan-game", "# libvulkan.so.1")
    script(tmp_path / "openarena", "# libGL.so.1")
    script(tmp_path / "warzone2100", "# libGL.so.1 libvulkan.so.1")
    guarded = tmp_path / "guarded"
    guarded.mkdir()
    script(guarded / "game", "exit 0")
    (guarded / "EasyAntiCheat").mkdir()
    for command, why in (
        (["setuid-game"], "setuid"),
        (["vulkan-game"], "Vulkan"),
        (["openarena", "+connect", "example.org"], "play alone"),
        (["warzone2100", "--join=example.org"], "play alone"),
        (["warzone2100", "--gfxbackend=vulkan"], "Vulkan is not hooked"),
        ([str(guarded / "game")], "anti-cheat"),
        (["no-such-game"], "there is no program"),
    ):
        with pytest.raises(RefusedError, match=why):
            find_game(command)
    game = find_game(["openarena", "+map", "aggressor"])
    assert game.arguments[-2:] == ("+map", "aggressor")
    assert game.profile is not None


def test_the_game_gets_the_hook_and_is_ended_even_if_it_does_not_listen(tmp_path: Path) -> None:
    said = tmp_path / "said"
    game = script(
        tmp_path / "game", f'trap "" TERM\nenv > {said}.new; mv {said}.new {said}\nwhile :; do sleep 0.2; done'
    )
    command = [
        sys.executable,
        "-m",
        "mirage_lsd.cli",
        "play",
        "--endpoint",
        "tcp://127.0.0.1:9",
        "--theme",
        "snow",
        "--",
        str(game),
    ]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 30
        while not said.exists():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) != 0
    finally:
        process.kill()
    variables = dict(line.split("=", 1) for line in said.read_text().splitlines() if "=" in line)
    assert variables["LD_PRELOAD"].endswith("libmirage_gl_hook.so")
    assert variables["MIRAGE_LSD_ENDPOINT"] == "tcp://127.0.0.1:9"
    assert variables["MIRAGE_LSD_HOOK_CONTROLS"] == "scene=snow"
