"""Where each pixel was in the frame before, by geometry or by the engine's motion vectors: PyTorch, for GPUs and as the reference.

`bridge_server/shader` (reproject.h) does the same on a CPU.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from ..frame import Camera
from ..models.guide import world_rays
from ..models.mirage_lsd_v1 import FEATURE_STRIDE
from ..models.warp import pixel_grid, warp
from .mirage.frame_inputs import FrameInputs
from .projection import project

# A pixel's depth may differ by this share from what the previous frame saw there before it counts as newly visible.
_DEPTH_TOLERANCE = 0.06


@dataclass(frozen=True, slots=True)
class PreviousFrame:
    """The frame before: `camera`; `depth` (1, 1, h, w), metres, 0: sky."""

    camera: Camera | None
    depth: Tensor | None


class Reprojected(NamedTuple):
    """`flow_at_eighth`: (1, 3, h / 8, w / 8), mean motion in pixels and visible share, to be used before the next call. `visible_fraction`: of the picture."""

    flow_at_eighth: Tensor
    visible_fraction: float


def reproject(inputs: FrameInputs, depth: Tensor, before: PreviousFrame, motion: Tensor | None) -> Reprojected:
    """By `motion` (1, 2, h, w), pixels to the frame before, or, where it is None, by `depth` (1, 1, h, w) and both cameras (which must be there)."""
    _, _, h, w = depth.shape
    if motion is not None:
        return by_motion(motion, inside(motion))
    assert before.camera is not None
    assert before.depth is not None
    pose = torch.from_numpy(inputs.world_from_camera)
    rays = world_rays(pose[None], torch.from_numpy(inputs.intrinsics)[None], h, w)[0]
    sky = depth[0] <= 0
    # Sky is far away: only the rotation moves it.
    distance = torch.where(sky, torch.full_like(depth[0], 1e5), depth[0])
    x, y, along = project(pose[:, 3].view(3, 1, 1) + rays * distance, before.camera)
    xs, ys = pixel_grid(h, w, depth.device)
    found = torch.stack([x - xs, y - ys])[None]
    expected = torch.where(sky[0], torch.zeros_like(along), along)[None, None]
    seen = warp(before.depth, found, "nearest")
    same = (seen - expected).abs() <= _DEPTH_TOLERANCE * expected.clamp(min=0.1)
    return by_motion(found, inside(found) & same)


def inside(motion: Tensor) -> Tensor:
    """(1, 1, h, w) bool: the motion leads to a pixel of the frame before."""
    h, w = motion.shape[-2:]
    xs, ys = pixel_grid(h, w, motion.device)
    x, y = xs + motion[:, 0], ys + motion[:, 1]
    return ((x > -0.5) & (x < w - 0.5) & (y > -0.5) & (y < h - 0.5))[:, None]


def by_motion(motion: Tensor, visible: Tensor) -> Reprojected:
    """Follows `motion` (1, 2, h, w) where `visible` (1, 1, h, w)."""
    mask = visible.float()
    flow_at_eighth = F.avg_pool2d(torch.cat([motion, mask], 1), FEATURE_STRIDE)
    return Reprojected(flow_at_eighth, float(mask.mean()))
