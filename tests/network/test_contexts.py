"""Contexts over a slow network with CURVE, from a real daemon with the real model: the client shades the daemon's own picture.

`make test-network` prints what the link carried. Where this machine makes no network namespaces, the same runs over loopback, and says so.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from slow_network import NoNamespacesError, SlowNetwork

from mirage_lsd.accel.fused_cpu import PixelShader
from mirage_lsd.client import Camera, Context, ContextWeights
from mirage_lsd.client.shader import ContextShader
from mirage_lsd.frame import InputFrame
from mirage_lsd.pipelines.resample import resample
from mirage_lsd.protocol.shading import MIRAGE_HEAD
from mirage_lsd.server.curve import write_key_files
from mirage_lsd_lab.evaluation.scenario import input_frame, stroll
from mirage_lsd_lab.training.worlds.sample import random_world, render

WIDTH, HEIGHT = 640, 360
FRAMES = 6
DELAY_MS, LOSS = 20.0, 0.01
START_S = 240.0


@dataclass
class Place:
    """Where daemon and clients run. `network` None: all on loopback."""

    network: SlowNetwork | None
    endpoint: str
    how: str

    def daemon_command(self, *arguments: str) -> list[str]:
        return list(arguments) if self.network is None else self.network.command(self.network.near, *arguments)

    def client_command(self, *arguments: str, beside_daemon: bool) -> list[str]:
        if self.network is None:
            return list(arguments)
        return self.network.command(self.network.near if beside_daemon else self.network.far, *arguments)


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    try:
        network = SlowNetwork(DELAY_MS, LOSS)
        network.__enter__()
    except NoNamespacesError as error:
        print(f"\nNo network namespaces here ({error}): loopback, without delay and loss.")
        yield Place(None, f"tcp://127.0.0.1:{20_000 + os.getpid() % 20_000}", "loopback")
        return
    try:
        yield Place(network, f"tcp://{network.near_address}:5757", network.how)
    finally:
        network.__exit__(None, None, None)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("network")


class ServedModel:
    """`mirage-lsd serve --exact` with keys: the same frames give the same pictures. It can be killed and started again."""

    def __init__(self, place: Place, folder: Path) -> None:
        serve = ("serve", "--bind", place.endpoint, "--key-file", str(folder / "keys" / "server.key"), "--exact")
        self._command = place.daemon_command(sys.executable, "-m", "mirage_lsd.cli", *serve, "--log-json")
        self._log = folder / "daemon.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Waits until the model is there."""
        with self._log.open("wb") as out:
            self._process = subprocess.Popen(self._command, stdout=out, stderr=out)
        deadline = time.monotonic() + START_S
        while '"ready"' not in (said := self._log.read_text(encoding="utf-8")):
            assert self._process.poll() is None, said
            assert time.monotonic() < deadline, said
            time.sleep(0.2)

    def kill(self) -> None:
        """Without a word, as a crash would."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()


@pytest.fixture(scope="module")
def daemon(place: Place, folder: Path) -> Iterator[ServedModel]:
    write_key_files(folder / "keys")
    served = ServedModel(place, folder)
    served.start()
    yield served
    served.kill()


@pytest.fixture(scope="module")
def frames() -> list[InputFrame]:
    """A walk, without ids and sun."""
    world = replace(random_world(203, WIDTH / HEIGHT), seed_offset=torch.zeros(3))
    walk = [input_frame(i + 1, w, render(w, HEIGHT, WIDTH)) for i, w in enumerate(stroll(world, FRAMES))]
    return [replace(frame, ids=None, sun=None) for frame in walk]


def play(place: Place, folder: Path, frames: list[InputFrame], what: str) -> Any:
    """What a client gets for the frames: contexts over the link, of planes of the base size; pictures beside the daemon."""
    contexts = what == "contexts"
    columns, rows = MIRAGE_HEAD.base_size(WIDTH, HEIGHT) if contexts else (WIDTH, HEIGHT)
    cameras = [frame.camera for frame in frames if frame.camera is not None]
    given, out = folder / f"{what}-in.npz", folder / f"{what}.npz"
    np.savez(
        given,
        color=np.stack([resample(frame.color, rows, columns) for frame in frames]),
        depth=np.stack([resample(frame.depth, rows, columns) for frame in frames if frame.depth is not None]),
        view=np.stack([camera.view for camera in cameras]),
        projection=np.stack([camera.projection for camera in cameras]),
    )
    script = str(Path(__file__).with_name("play_frames.py"))
    keys = str(folder / "keys" / "client.key")
    arguments = (script, place.endpoint, keys, str(given), str(out), what, str(WIDTH), str(HEIGHT))
    command = place.client_command(sys.executable, *arguments, beside_daemon=not contexts)
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=500)
    assert done.returncode == 0, done.stderr
    return np.load(out)


def context_in(got: Any, i: int) -> Context:
    numbers = [tuple(got[f"{name}_{i}"].tolist()) for name in ("seed", "sun", "palette")]
    weights = ContextWeights(
        MIRAGE_HEAD.name, MIRAGE_HEAD.version, got[f"weights_{i}"], 1, 0, *numbers, float(got[f"strength_{i}"])
    )
    return Context(i + 1, *[0] * 8, got[f"context_{i}"], weights, 0.0, True)


@pytest.mark.usefixtures("daemon")
def test_the_client_shades_the_daemons_own_picture(place: Place, folder: Path, frames: list[InputFrame]) -> None:
    before = place.network.traffic(place.network.far) if place.network is not None else None
    began = time.monotonic()
    contexts = play(place, folder, frames, "contexts")
    seconds = sum(float(contexts[f"seconds_{i}"]) for i in range(FRAMES))
    print(f"\n{place.how}; {FRAMES} contexts, one after the other, in {seconds:.2f} s")
    if place.network is not None and before is not None:
        after = place.network.traffic(place.network.far)
        up, down = after.sent - before.sent, after.received - before.received
        all_seconds = time.monotonic() - began
        print(
            f"up {up:,} bytes ({up / seconds:,.0f} a second), down {down:,} ({down / seconds:,.0f} a second), with all headers, "
            f"CURVE and the connection's begin ({all_seconds:.1f} s with the client's start)"
        )
        assert up > FRAMES * 8 * 320 * 176  # the planes went over the link, and nothing larger
        assert up < 1.5 * FRAMES * 8 * 320 * 176
        assert FRAMES * 28_160 < down < 2 * FRAMES * 28_160 + 100_000
    generations = [int(contexts[f"generation_{i}"]) for i in range(FRAMES)]
    assert generations == [generations[0]] * FRAMES  # the controls never changed

    pictures = play(place, folder, frames, "pictures")
    shader = ContextShader()
    differences = []
    for i, frame in enumerate(frames):
        assert isinstance(frame.camera, Camera)
        shaded = shader.shade(frame, context_in(contexts, i))
        differences.append(np.abs(shaded.astype(int) - pictures[f"picture_{i}"]))
    difference = np.stack(differences)
    counts = {k: int((difference == k).sum()) for k in range(1, int(difference.max()) + 1)}
    kernels = PixelShader().instructions
    print(
        f"against the daemon's own pictures ({kernels}): at most {difference.max()}/255; bytes by difference: {counts}"
    )
    # The bfloat16 kernels round everything to 8 bits themselves; float16's last bits tip some of it over.
    bfloat16 = "bf16" in kernels
    assert difference.max() <= (8 if bfloat16 else 1)
    assert (difference > 1).mean() < (0.005 if bfloat16 else 1e-9)


def test_a_killed_daemon_leaves_its_context_and_comes_back(place: Place, folder: Path, daemon: ServedModel) -> None:
    script = str(Path(__file__).with_name("watch_contexts.py"))
    keys = str(folder / "keys" / "client.key")
    arguments = (script, place.endpoint, keys, str(WIDTH), str(HEIGHT))
    command = place.client_command(sys.executable, *arguments, beside_daemon=False)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as client:
        try:
            before = said_by(client, lambda said: said["seq"] > 0)
            daemon.kill()
            lost = said_by(client, lambda said: said["notice"] == "context_held")
            assert lost["seq"] >= before["seq"]
            held = said_by(client, lambda said: said["age_ms"] > lost["age_ms"] + 1_000)
            assert (held["state"], held["seq"], held["generation"]) == ("PENDING", lost["seq"], lost["generation"])
            daemon.start()
            back = said_by(client, lambda said: said["seq"] > held["seq"])
            assert back["state"] == "OPEN"
            assert back["generation"] > held["generation"]
            print(
                f"\n{place.how}: the last context was {held['age_ms']:.0f} ms old when looked at; after the restart one came"
            )
        finally:
            client.kill()


def said_by(client: subprocess.Popen[str], wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """The next line of the client that is wanted."""
    assert client.stdout is not None
    deadline = time.monotonic() + START_S
    for line in client.stdout:
        said: dict[str, Any] = json.loads(line)
        if wanted(said):
            return said
        assert time.monotonic() < deadline, said
    raise AssertionError("the client ended")
