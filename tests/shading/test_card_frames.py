"""`mirage-lsd-v1` with its frames on a card: the real daemon and the real core over the stand-in for the driver, the kernels by the CPU."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import card_player
import numpy as np
import pytest
from card_player import FRAMES, HEIGHT, OUTPUT, WIDTH
from conftest import DaemonProcess
from cuda_on_host import library
from libcuda_stand_in import stand_in_environment

from mirage_lsd.models.guide import GUIDE_CHANNELS
from mirage_lsd.models.mirage_lsd_v1 import base_size


def play(daemon: DaemonProcess, where: str, folder: Path, environment: dict[str, str]) -> tuple[dict[str, Any], Any]:
    out = folder / f"{where}.npz"
    command = [sys.executable, card_player.__file__, daemon.endpoint, where, str(out), str(daemon.pid), str(folder)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr + daemon.log
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    assert not told["error"]
    return told, np.load(out)["pictures"].astype(int)


def test_planes_and_pictures_stay_on_the_card(
    tmp_path: Path, libcuda: Path, monkeypatch: pytest.MonkeyPatch, start_daemon_process: Callable[..., DaemonProcess]
) -> None:
    """Everything on the card is late, so that a missing wait would show."""
    environment = stand_in_environment(libcuda, tmp_path, kernels=library(tmp_path), lag_us=500)
    with monkeypatch.context() as context:
        for name, value in environment.items():
            context.setenv(name, value)
        daemon = start_daemon_process("--shade-on", "cuda", "--exact", "--accel", "eager")
    told, there = play(daemon, "card", tmp_path, environment)
    beside, host = play(daemon, "host", tmp_path, environment)
    assert (told["transport"], beside["transport"]) == ("cuda_ipc", "shared_memory")
    # The network is on the CPU here. What it reads comes from the card, at the base size: guide and noise, how things moved, and how often
    # luma bends. With the network on the card only the last two would.
    h, w = base_size(OUTPUT[1], OUTPUT[0])
    read = (h * w * (GUIDE_CHANNELS + 3) + 3 * (h // 8) * (w // 8) + 64) * 4
    assert told["to_host"] == read
    # The context and a frame's constants go there; no plane does.
    written = (h // 8) * (w // 8) * 16 * 4 + 3 * 18 * 16
    assert told["to_device"] <= written < WIDTH * HEIGHT
    assert (told["faults"], told["allocated"]) == (0, 0)
    # Half precision at no place: only the last bits of two ways to compute the guide.
    difference = np.abs(there[:FRAMES] - host[:FRAMES])
    assert difference.mean() < 0.5
    assert (difference > 8).mean() < 0.01
    assert there[FRAMES - 1][..., :3].std() > 5
    # The slot that is left alone, to the bit, and strength where it is not.
    left = card_player.planes(0, False)["ids"][(2 * np.arange(OUTPUT[1]) + 1) * HEIGHT // (2 * OUTPUT[1])]
    left = left[:, (2 * np.arange(OUTPUT[0]) + 1) * WIDTH // (2 * OUTPUT[0])] == 9
    assert (there[:FRAMES, left] == (10, 240, 30, 255)).all()
    assert not (there[:FRAMES, ~left][..., :3] == (120, 120, 120)).all(-1).all()
    # Finished pictures, too, and with their detail.
    assert np.abs(there[FRAMES:] - host[FRAMES:]).mean() < 1.0
    assert np.abs(np.diff(there[FRAMES], axis=1)).mean() > 2 * np.abs(np.diff(there[FRAMES - 1], axis=1)).mean()
    # Color alone is worked out in host memory.
    program = f"""
from mirage_lsd.client import Client
with Client({daemon.endpoint!r}) as client:
    stream = client.open_stream(64, 36, planes=("color",), cuda_device=0, transport="cuda_ipc")
    print(stream.wait_open(100.0), stream.last_error)
"""
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("False")
    assert "Frames on cuda need the plane depth for this model." in done.stdout


def test_a_stream_that_does_not_wait_for_the_other_is_seen(tmp_path: Path, libcuda: Path) -> None:
    """The planted fault: mixing that begins before the shading is done."""
    kernels = library(tmp_path)

    def painted(*options: str) -> Any:
        out = tmp_path / "picture.npy"
        environment = stand_in_environment(libcuda, kernels=kernels, lag_us=3000)
        command = [sys.executable, str(Path(__file__).with_name("card_streams.py")), str(out), *options]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600, check=False)
        assert done.returncode == 0, done.stderr
        return np.load(out)

    waited = painted()
    assert waited[..., :3].std() > 5
    assert (painted("forget") != waited).mean() > 0.2
