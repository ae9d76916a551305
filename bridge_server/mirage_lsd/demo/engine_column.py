"""The demo's third column: what an engine paints by itself of each frame, with contexts that come a few times a second."""

from __future__ import annotations

import math
import time
from typing import Any

import numpy as np
import numpy.typing as npt

from ..accel.fused_cpu import ShaderUnavailableError
from ..client import Client, Context
from ..client.shader import ContextShader
from ..frame import InputFrame

# Of the video's 24 frames a second.
CONTEXT_EVERY = 3
_CONTEXT_S = 30.0
_Bytes = npt.NDArray[np.uint8]


class EngineColumn:
    """Sends every third frame and shades all of them: on the graphics card, or in the kernels for CPUs where a CPU plays one.

    Args:
        options: of the stream, as the bridge takes them.
    """

    def __init__(self, sample: Any, client: Client, renderer: Any, **options: object) -> None:
        self._bridge = sample.bridge.Bridge(
            client, renderer.width, renderer.height, has_depth=True, contexts=True, **options
        )
        engine = sample.shading.EngineShading(renderer)
        self.by: str = engine.shading.driver
        self._engine, self._kernels = engine, None
        if engine.shading.is_software:
            # A driver that plays a graphics card takes a second a picture, the kernels a few hundredths.
            engine.close()
            self._engine, self._kernels = None, ContextShader()
            self.by = "kernels for CPUs"
        self._context: Context | None = None
        self._coming: int | None = None
        self._decibels: list[float] = []

    def set_theme(self, theme: Any, transition_s: float = 0.0) -> None:
        """As the bridge's."""
        self._bridge.set_theme(theme, transition_s)

    def prepare(self) -> None:
        """Before the frame is drawn."""
        if self._engine is not None and self._context is not None:
            self._engine.prepare(self._context, self._bridge.sun)

    def picture(self, i: int, seen: Any, result: _Bytes) -> _Bytes:
        """Frame `i` painted, H x W x 3 or 4; the first ones, before there is a context, as they are. `result`: the daemon's."""
        shaded: _Bytes = seen.color
        if self._context is not None:
            if self._engine is not None:
                shaded = self._engine.picture()
            elif self._kernels is not None:
                frame = InputFrame(i, seen.color, seen.depth, ids=seen.ids, camera=seen.camera, sun=self._bridge.sun)
                shaded = self._kernels.shade(frame, self._context)
            # Every fourth pixel each way says it as well, and the demo is not to wait for a figure.
            difference = shaded[::4, ::4, :3].astype(np.float32) - result[::4, ::4, :3].astype(np.float32)
            error = np.mean(difference**2)
            self._decibels.append(min(99.0, 10.0 * math.log10(255**2 / max(float(error), 1e-9))))
        if i % CONTEXT_EVERY == 0:
            # The one that was sent three frames ago: each is three to five frames old when it is used.
            self._take()
            self._coming = self._bridge.submit(seen)
            if self._context is None:
                self._take()
        return shaded

    def report(self) -> dict[str, str | float]:
        """What shaded, and how near it came to the daemon's own pictures of the same frames: PSNR in dB."""
        values = self._decibels or [0.0]
        return {
            "by": self.by,
            "context_every_frames": CONTEXT_EVERY,
            "psnr_mean_db": round(float(np.mean(values)), 2),
            "psnr_p5_db": round(float(np.percentile(values, 5)), 2),
        }

    def close(self) -> None:
        """Gives what it drew with back."""
        if self._engine is not None:
            self._engine.close()

    def _take(self) -> None:
        deadline = time.monotonic() + _CONTEXT_S
        while self._coming is not None and time.monotonic() < deadline:
            context = self._bridge.acquire_context()
            if context is not None and context.seq >= self._coming:
                self._context = context
                return
            time.sleep(0.0005)


def make_column(sample: Any, client: Client, renderer: Any, model: str, steps: int) -> EngineColumn | None:
    """None where the daemon gives no contexts of the model, or nothing here can shade."""
    if not renderer.has_depth or not client.has_contexts(model):
        return None
    try:
        return EngineColumn(sample, client, renderer, model=model, steps=steps)
    except (ShaderUnavailableError, sample.renderer.RendererError):
        return None
