"""Walks through the grey-box sample as an engine at 60 frames a second sees them, and what the daemon paints of each frame."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from ..controls import Controls
from ..controls.timeline import ControlTimeline
from ..demo.sample import load_sample
from ..frame import InputFrame, Sun
from ..pipelines.base import StreamSpec
from ..psnr import psnr_db

Picture = npt.NDArray[np.uint8]
ENGINE_FPS = 60


@dataclass(frozen=True)
class Walk:
    """A part of the sample's path.

    Attributes:
        round_s: how long the whole round takes at this pace. start: where it begins, as a share of the round. theme: of the sample's.
        swing_deg: how far the gaze swings to either side, once in two seconds.
    """

    name: str
    round_s: float
    start: float
    theme: int
    swing_deg: float


WALKS = (Walk("steady", 20.0, 0.10, 0, 0.0), Walk("looking around", 14.0, 0.45, 3, 12.0))


def controls_of(pipeline: Any, walk: Walk) -> Controls:
    """What the walk's theme asks for."""
    timeline = ControlTimeline(pipeline.controls, pipeline.read_controls)
    timeline.apply(load_sample().themes.THEMES[walk.theme].controls, 1, 0.0, 0)
    return timeline.sample(1)[0]


class SampleEngine:
    """The sample's level, drawn off screen at `size` (width, height). A context manager.

    Raises:
        DemoError: Panda3D is not installed. RendererError: it can't draw here.
    """

    def __init__(self, size: tuple[int, int]) -> None:
        self._sample = load_sample()
        self._level = self._sample.level.Level()
        self._renderer = self._sample.renderer.Renderer(self._level, *size)
        if not self._renderer.has_depth:
            self._renderer.close()
            raise self._sample.renderer.RendererError(
                "Panda3D gives no depth here: install EGL (Debian: libegl1 libgl1-mesa-dri)."
            )
        self._renderer.render()  # the first one may still be warming up the driver

    def __enter__(self) -> SampleEngine:
        return self

    def __exit__(self, *exception: object) -> None:
        self._renderer.close()

    def shading_pass(self) -> Any:
        """A `ShadingPass` behind the level's."""
        return self._sample.shading.ShadingPass(self._renderer)

    def draw(self) -> None:
        """The same frame once more."""
        self._renderer.render()

    def frames(self, walk: Walk, count: int) -> Iterator[InputFrame]:
        """`count` frames with color, depth, ids and camera."""
        theme = self._sample.themes.THEMES[walk.theme]
        self._level.set_sun(theme.sun)
        path = self._sample.camera_path.CameraPath(walk.round_s)
        direction = np.array(self._sample.conventions.direction_to_protocol(theme.sun))
        x, y, z = (direction / np.linalg.norm(direction)).tolist()
        for i in range(count):
            seconds = i / ENGINE_FPS
            pose = path.pose(walk.start * walk.round_s + seconds)
            swing = walk.swing_deg * math.sin(math.pi * seconds)
            self._renderer.place(replace(pose, heading=pose.heading + swing))
            self._level.move(seconds)
            seen = self._renderer.render()
            yield InputFrame(i, seen.color, seen.depth, ids=seen.ids, camera=seen.camera, sun=Sun((x, y, z)))


def open_state(pipeline: Any, size: tuple[int, int], steps: int) -> Any:
    """A stream's state whose frames each wait for their own context."""
    width, height = size
    spec = StreamSpec(width, height, width, height, steps=steps, planes=("color", "depth", "ids"), exact=True)
    return pipeline.create_state(spec)


def psnr(picture: Picture, reference: Picture) -> float:
    """Of the colors, dB; see `psnr_db`."""
    error = np.mean((picture[..., :3].astype(np.float32) - reference[..., :3].astype(np.float32)) ** 2)
    return psnr_db(float(error), 255.0)
