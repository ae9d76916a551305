"""What a frame's pixels are in the world, at the sizes that a latent needs, and where another camera saw the same surfaces."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from ...frame import Camera, InputFrame
from ...models.guide import Geometry, normals_from_positions, world_rays
from ...models.warp import pixel_grid, warp
from ..projection import project
from ..reprojection import inside
from ..resample import resample

# Samples each way within a latent's cell.
FINE = 4
_DEPTH_TOLERANCE = 0.06
_FAR_M = 1e5


class Seen(NamedTuple):
    """Where each cell was in another picture: `motion` (1, 2, h, w), cells; `share` (1, 1, h, w), how much of the cell was visible there."""

    motion: Tensor
    share: Tensor


class View:
    """A frame with depth and camera.

    Args:
        depth: (1, 1, H, W), metres, 0: sky, H and W being FINE times the latent's size.

    Attributes:
        p: (1, 3, H, W), metres, sky on a dome around the camera; `normal`, unit; `footprint` (1, 1, H, W), metres a sample; `sky` 0 or 1.
    """

    def __init__(self, camera: Camera, depth: Tensor) -> None:
        self.camera, self.depth = camera, depth
        height, width = depth.shape[-2:]
        pose = torch.from_numpy(np.linalg.inv(np.asarray(camera.view, np.float64))[:3].astype(np.float32))[None]
        m = camera.projection
        lens = torch.tensor([[float(m[0, 0]), float(m[1, 1]), float(m[0, 2]), float(m[1, 2])]])
        self.rays = world_rays(pose, lens, height, width)
        geometry = Geometry(depth, self.rays, pose[:, :, 3], 2.0 / (lens[:, 1] * height))
        self.position = pose[0, :, 3].view(1, 3, 1, 1)
        self.p, self.sky = geometry.p, geometry.sky
        self.normal = normals_from_positions(geometry.p, -geometry.view, geometry.sky)
        self.footprint = geometry.footprint(self.normal)
        self.view = geometry.view

    def in_other(self, camera: Camera, depth: Tensor) -> Seen:
        """Where this view's cells are in the picture of another camera with its `depth`, of the same size."""
        return pooled(*self.samples_in_other(camera, depth))

    def samples_in_other(self, camera: Camera, depth: Tensor) -> tuple[Tensor, Tensor]:
        """The same for each sample: motion (1, 2, H, W), samples, and whether it was visible there (1, 1, H, W) bool."""
        distance = torch.where(self.sky > 0, torch.full_like(self.depth, _FAR_M), self.depth)
        x, y, along = project((self.position + self.rays * distance)[0], camera)
        h, w = self.depth.shape[-2:]
        xs, ys = pixel_grid(h, w, depth.device)
        motion = torch.stack([x - xs, y - ys])[None]
        expected = torch.where(self.sky[0, 0] > 0, torch.zeros_like(along), along)[None, None]
        found = warp(depth, motion, "nearest")
        same = (found - expected).abs() <= _DEPTH_TOLERANCE * expected.clamp(min=0.1)
        return motion, inside(motion) & same & (along > 0)[None, None]


def pooled(motion: Tensor, visible: Tensor) -> Seen:
    """From samples to cells: the mean motion of the visible ones, in cells."""
    share = visible.float()
    weight = F.avg_pool2d(share, FINE)
    mean = F.avg_pool2d(torch.nan_to_num(motion, 0.0, 0.0, 0.0) * share, FINE) / weight.clamp(min=1e-6)
    return Seen(mean / FINE, weight)


def fine_plane(plane: np.ndarray, latent: tuple[int, int]) -> Tensor:
    """An engine's plane at FINE times the latent's size, (1, C, H, W) float32, nearest samples."""
    picked = np.ascontiguousarray(resample(plane, latent[0] * FINE, latent[1] * FINE))
    found = torch.from_numpy(picked.astype(np.float32))
    return found[None, None] if found.ndim == 2 else found.permute(2, 0, 1)[None]


def view_of(frame: InputFrame, latent: tuple[int, int]) -> View | None:
    """None where the frame has no depth or no camera.

    Raises:
        ValueError: the camera can't be used.
    """
    if frame.depth is None or frame.camera is None:
        return None
    view, projection = np.asarray(frame.camera.view), np.asarray(frame.camera.projection)
    if not (np.isfinite(view).all() and np.isfinite(projection).all()) or abs(np.linalg.det(view[:3, :3])) < 1e-9:
        raise ValueError("The camera holds numbers that can't be used; send a valid view and projection matrix.")
    if abs(projection[3, 2] + 1.0) > 1e-3 or abs(projection[0, 0]) < 1e-4 or abs(projection[1, 1]) < 1e-4:
        raise ValueError("The projection is no perspective; send frames of orthographic cameras without a camera.")
    depth = fine_plane(frame.depth, latent)
    return View(frame.camera, torch.where(torch.isfinite(depth) & (depth > 0), depth, torch.zeros_like(depth)))


def engine_motion(frame: InputFrame, latent: tuple[int, int]) -> Tensor | None:
    """The engine's motion vectors in fine samples, (1, 2, H, W); None where it sent none."""
    if frame.motion is None:
        return None
    height, width = frame.motion.shape[:2]
    motion = fine_plane(frame.motion, latent)
    scale = torch.tensor([latent[1] * FINE / width, latent[0] * FINE / height]).view(1, 2, 1, 1)
    return torch.nan_to_num(motion, 0.0, 0.0, 0.0) * scale
