"""Ready-made engine frames: the camera walks slowly along a grey corridor, and back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..client import Camera

_HALF_WIDTH_M, _FLOOR_M, _CEILING_M, _END_M = 2.5, -1.6, 1.8, -25.0
_STEP_M = 0.05
_FIELD_OF_VIEW_DEG = 60.0
_NEAR_M, _FAR_M = 0.1, 100.0


@dataclass(frozen=True, slots=True)
class EngineFrame:
    """What an engine submits: sRGB color, linear depth in metres, and the camera of both."""

    color: npt.NDArray[np.uint8]
    depth: npt.NDArray[np.float32]
    camera: Camera


def greybox_frames(width: int, height: int, positions: int = 6) -> list[EngineFrame]:
    """A cycle of 2 * `positions` - 2 frames; each differs from its neighbours, the last from the first, by one step."""
    walk = [_frame(width, height, -_STEP_M * i) for i in range(positions)]
    return walk + walk[-2:0:-1]


def _frame(width: int, height: int, z: float) -> EngineFrame:
    """The view along -z from (0, 0, z): each pixel's nearest plane of the corridor."""
    tangent = np.tan(np.radians(_FIELD_OF_VIEW_DEG) / 2)
    x = ((np.arange(width) + 0.5) / width * 2 - 1)[None, :] * tangent * width / height
    y = (1 - (np.arange(height) + 0.5) / height * 2)[:, None] * tangent
    with np.errstate(divide="ignore"):
        wall = np.broadcast_to(_HALF_WIDTH_M / np.abs(x), (height, width))
        slab = np.broadcast_to(np.where(y < 0, _FLOOR_M, _CEILING_M) / y, (height, width))
    end = np.full((height, width), z - _END_M)
    planes = np.stack([wall, slab, end])
    nearest = planes.argmin(axis=0)
    depth = planes.min(axis=0)
    grey = np.array([150.0, 190.0, 110.0])[nearest]
    lines = (np.floor(z - depth) % 2) * 12.0  # a tile every metre, so that something moves
    color = np.empty((height, width, 4), np.uint8)
    color[..., :3] = np.clip(grey + lines - depth, 0, 255)[..., None]
    color[..., 3] = 255
    return EngineFrame(color, depth.astype(np.float32), _camera(width, height, z, float(tangent)))


def _camera(width: int, height: int, z: float, tangent: float) -> Camera:
    view = np.eye(4, dtype=np.float32)
    view[2, 3] = -z
    projection = np.zeros((4, 4), np.float32)
    projection[0, 0] = height / width / tangent
    projection[1, 1] = 1 / tangent
    projection[2, 2] = (_FAR_M + _NEAR_M) / (_NEAR_M - _FAR_M)
    projection[2, 3] = 2 * _FAR_M * _NEAR_M / (_NEAR_M - _FAR_M)
    projection[3, 2] = -1
    return Camera(view, projection, _NEAR_M, _FAR_M)
