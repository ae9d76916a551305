"""A real engine at 60 frames a second shades each frame with the contexts that a real daemon sends, 15 a second, over the core."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from mirage_lsd.accel.fused_cpu import PixelShader
from mirage_lsd.bench.walks import psnr
from mirage_lsd.client import Client, Context
from mirage_lsd.pipelines.registry import load_pipeline
from mirage_lsd.samples.greybox.bridge import Bridge
from mirage_lsd.samples.greybox.camera_path import CameraPath
from mirage_lsd.samples.greybox.level import Level
from mirage_lsd.samples.greybox.renderer import Renderer
from mirage_lsd.samples.greybox.shading import EngineShading
from mirage_lsd.samples.greybox.themes import THEMES
from mirage_lsd.server import Daemon

WIDTH, HEIGHT = 192, 112
ENGINE_FPS, CONTEXT_FPS = 60, 15
FRAMES = 48
PATIENCE_S = 200.0


@pytest.fixture
def daemon(start_daemon: Callable[..., Daemon]) -> Iterator[Daemon]:
    """With float32 kernels: bfloat16's own rounding is not the question here."""
    kernels = PixelShader()
    before = kernels.instructions
    assert any(kernels.use(name) for name in ("avx512", "avx2", "portable"))
    yield start_daemon({"mirage-lsd-v1": load_pipeline("mirage-lsd-v1", "cpu", shade_beside_trunk=False)})
    kernels.use(before)


@pytest.mark.parametrize("swing_deg", [0.0, 12.0], ids=["steady", "looking around"])
def test_between_two_contexts_it_is_the_daemons_own_picture(daemon: Daemon, swing_deg: float) -> None:
    level = Level()
    renderer = Renderer(level, WIDTH, HEIGHT)
    shading = EngineShading(renderer)
    driver = shading.shading.driver
    path = CameraPath(20.0)
    values = []
    try:
        with Client(daemon.endpoint) as client:
            assert client.wait_ready(PATIENCE_S)
            assert client.has_contexts()
            streams = [
                Bridge(client, WIDTH, HEIGHT, has_depth=True, contexts=contexts, model="mirage-lsd-v1")
                for contexts in (False, True)
            ]
            pictures, contexts = streams
            for bridge in streams:
                bridge.set_theme(THEMES[0])
                assert bridge.stream.wait_open(PATIENCE_S)
            renderer.render()  # warms the driver up
            newest: Context | None = None
            for i in range(FRAMES):
                seconds = i / ENGINE_FPS
                pose = path.pose(2.0 + seconds)
                swing = swing_deg * math.sin(math.pi * seconds)
                renderer.place(replace(pose, heading=pose.heading + swing))
                level.move(seconds)
                if newest is not None:
                    shading.prepare(newest, contexts.sun)
                seen = renderer.render()
                own = wait(pictures.acquire, pictures.submit(seen)).pixels
                if newest is not None:
                    shaded = shading.picture()
                    assert shaded is not None
                    values.append(psnr(shaded, own))
                # It comes back one interval later: each context is 4 to 7 frames old when it is used.
                if i % (ENGINE_FPS // CONTEXT_FPS) == 0:
                    coming = contexts.submit(seen)
                if i % (ENGINE_FPS // CONTEXT_FPS) == ENGINE_FPS // CONTEXT_FPS - 1:
                    newest = wait(contexts.acquire_context, coming)
    finally:
        shading.close()
        renderer.close()
    print(f"\n{driver}: {np.mean(values):.1f} dB in the mean, {np.min(values):.1f} at least")
    assert len(values) == FRAMES - ENGINE_FPS // CONTEXT_FPS
    assert np.mean(values) >= 45.0


def wait(acquire: Callable[[], Any], seq: int | None) -> Any:
    """What belongs to the frame `seq`."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        got = acquire()
        if got is not None and got.seq == seq:
            return got
        time.sleep(0.001)
    raise AssertionError("nothing came")
