"""What ControlNets and adapters are fed with, from what the engine knows: (1, 3, H, W) in 0..1, in the colors that their training used."""

from __future__ import annotations

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from ...frame import Camera, InputFrame
from ..resample import resample
from .view import View

# The ADE20K dataset's colors, in which segmentation ControlNets were trained.
_ADE20K = {
    "building": (180, 120, 120), "foliage": (4, 200, 3), "terrain": (120, 120, 70), "water": (61, 230, 250),
    "vehicle": (0, 102, 200), "glass": (230, 230, 230), "skin": (150, 5, 61), "hair": (150, 5, 61), "outfit": (150, 5, 61),
    "creature": (150, 5, 61),
}  # fmt: skip
_WALL, _SKY = (120, 120, 120), (6, 230, 230)
_CANNY = (100, 200)
_NEAR_SETTLES = 0.1


class DepthRange:
    """How near is near: the 98th percentile of inverse depth, which follows the frames slowly. Taken anew for each of them it would flicker."""

    def __init__(self) -> None:
        self._near: float | None = None

    def of(self, depth: Tensor) -> float:
        """For this frame."""
        inverse = torch.where(depth > 0, 1.0 / depth.clamp(min=0.05), torch.zeros_like(depth)).flatten()
        found = max(float(torch.quantile(inverse, 0.98)), 1e-6)
        self._near = found if self._near is None else self._near + (found - self._near) * _NEAR_SETTLES
        return self._near

    def forget(self) -> None:
        """A camera cut."""
        self._near = None


def disparity(depth: Tensor, near: float) -> Tensor:
    """Inverse depth over `near`, 0..1, near is bright, sky 0."""
    inverse = torch.where(depth > 0, 1.0 / depth.clamp(min=0.05), torch.zeros_like(depth))
    return (inverse / near).clamp(0.0, 1.0)


def depth_picture(depth: Tensor, near: float, size: tuple[int, int]) -> Tensor:
    """As MiDaS draws depth."""
    return F.interpolate(disparity(depth, near), size, mode="bilinear", align_corners=False).expand(1, 3, *size)


def normal_picture(view: View, size: tuple[int, int]) -> Tensor:
    """As ControlNet 1.1 takes normals: blue faces the camera, red the left, green up."""
    rotation = torch.from_numpy(np.asarray(view.camera.view, np.float32)[:3, :3].copy())
    x, y, z = torch.einsum("ij,bjhw->bihw", rotation, view.normal).unbind(1)
    picture = torch.stack([-x, y, z], 1) * 0.5 + 0.5
    picture = picture * (1 - view.sky) + torch.tensor([0.5, 0.5, 1.0]).view(1, 3, 1, 1) * view.sky
    return F.interpolate(picture, size, mode="bilinear", align_corners=False)


def class_picture(frame: InputFrame, size: tuple[int, int]) -> Tensor:
    """Each slot in its class's color; what no slot says is wall, and sky where the depth says so."""
    colors = np.tile(np.array(_WALL, np.uint8), (256, 1))
    table = [(slot.slot, slot.object_class) for slot in frame.slots] or [(1, "skin"), (2, "hair"), (3, "outfit")]
    for number, kind in table:
        colors[number] = _ADE20K.get(kind, _WALL)
    height, width = size
    ids = np.zeros(size, np.uint8) if frame.ids is None else resample(frame.ids, height, width)
    picture = colors[ids]
    if frame.depth is not None:
        depth = resample(frame.depth, height, width)
        picture[(depth <= 0) | ~np.isfinite(depth)] = _SKY
    return torch.from_numpy(picture).permute(2, 0, 1)[None].float() / 255


def canny_picture(color: Tensor) -> Tensor:
    """White edges of the engine's picture, (1, 3, H, W) in 0..1."""
    rgb = (color[0].permute(1, 2, 0).clamp(0, 1) * 255).to(torch.uint8).numpy()
    edges = cv2.Canny(np.ascontiguousarray(rgb), *_CANNY)
    return torch.from_numpy(edges)[None, None].float().expand(1, 3, *edges.shape) / 255


def front_view(depth: Tensor) -> View:
    """As a camera with a lens of 60 degrees would see an estimated depth."""
    lens = 1.0 / np.tan(np.radians(30.0))
    projection = np.array(
        [[lens * depth.shape[-2] / depth.shape[-1], 0, 0, 0], [0, lens, 0, 0], [0, 0, -1, -0.2], [0, 0, -1, 0]],
        np.float32,
    )
    return View(Camera(np.eye(4, dtype=np.float32), projection), depth)
