"""What tests of checkpoints look at: a camera that walks along a wall."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from mirage_lsd.controls import Controls
from mirage_lsd.frame import Camera, InputFrame
from mirage_lsd.pipelines.base import StreamSpec
from mirage_lsd.pipelines.diffusers.files import CheckpointFiles
from mirage_lsd.pipelines.diffusers.loading import Checkpoint, load_checkpoint

SPEC = StreamSpec(96, 64, 96, 64, 4, planes=("color", "depth"))
CPU = torch.device("cpu")


def camera(x: float = 0.0, yaw: float = 0.0) -> Camera:
    """60 degrees, at (x, 1.5, 0), turned by `yaw` radians."""
    c, s = np.cos(yaw), np.sin(yaw)
    pose = np.array([[c, 0, s, x], [0, 1, 0, 1.5], [-s, 0, c, 0], [0, 0, 0, 1]])
    lens = 1.7
    projection = np.array([[lens / 1.5, 0, 0, 0], [0, lens, 0, 0], [0, 0, -1, -0.2], [0, 0, -1, 0]], np.float32)
    return Camera(np.linalg.inv(pose).astype(np.float32), projection)


def wall_frame(seq: int, x: float = 0.0, *, depth: float = 5.0, width: int = 96, height: int = 64) -> InputFrame:
    """A camera before a wall with a grey pattern that is fixed to the wall."""
    columns = x + (np.arange(width) + 0.5 - width / 2) / (width / 2) * depth * 1.5 / 1.7
    rows = (np.arange(height) + 0.5) / height
    grey = 128 + 50 * np.sin(columns * 2)[None] + 40 * np.cos(rows * 9)[:, None]
    color = np.full((height, width, 4), 255, np.uint8)
    color[..., :3] = grey.astype(np.uint8)[..., None]
    return InputFrame(seq, color, np.full((height, width), depth, np.float32), camera=camera(x))


def asking(prompt: str = "a village", **numbers: float) -> Controls:
    return Controls({"prompt": {prompt: 1.0}, **{name: (value,) for name, value in numbers.items()}})


def loaded(root: Path, kind: str = "sd") -> Checkpoint:
    return load_checkpoint(CheckpointFiles(root / kind), CPU)
