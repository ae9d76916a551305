"""Geometry from a picture alone: what the guide would say of each pixel if there were an engine to ask.

A small U-Net. It gives the guide's own channels, not depth and camera, so that where the picture leaves something open the trunk gets the mean of
what it would have got.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .blocks import PixelNorm
from .guide import GEOMETRY_AT, GEOMETRY_FLAG_AT, GUIDE_CHANNELS

# Inverse depth, log depth, normal, sky, sun on surface, sun in view, view elevation; the geometry flag between them is known.
# Normals and view are those of a camera that looks along -z: which way is north can't be seen.
ESTIMATED_CHANNELS = 9
ESTIMATE_STRIDE = 4


class _Block(nn.Module):
    """Norm, SiLU, 3x3, SiLU, 3x3, added to the input."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = PixelNorm()
        self.conv1 = nn.Conv2d(width, width, 3, padding=1)
        self.conv2 = nn.Conv2d(width, width, 3, padding=1)
        nn.init.zeros_(self.conv2.weight)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.conv2(F.silu(self.conv1(F.silu(self.norm(x)))))  # type: ignore[no-any-return]


class GeometryEstimator(nn.Module):
    """Picture (B, 3, h, w) in -1..1, sides multiples of 16 -> (B, ESTIMATED_CHANNELS, h / 4, w / 4), on the guide's scales."""

    def __init__(self, widths: tuple[int, int, int] = (32, 64, 128)) -> None:
        super().__init__()
        a, b, c = widths
        # The picture, and where in it a pixel lies: the sky is rather above, the ground below.
        self.enter = nn.Conv2d(5, 16, 5, stride=2, padding=2)
        self.down0 = nn.Conv2d(16, a, 3, stride=2, padding=1)
        self.fine = _Block(a)
        self.down1 = nn.Conv2d(a, b, 3, stride=2, padding=1)
        self.middle = nn.Sequential(_Block(b), _Block(b))
        self.down2 = nn.Conv2d(b, c, 3, stride=2, padding=1)
        self.deep = nn.Sequential(_Block(c), _Block(c), _Block(c), _Block(c))
        self.overall = nn.Linear(c, c)
        self.up2 = nn.Conv2d(c, b, 1)
        self.middle_again = _Block(b)
        self.up1 = nn.Conv2d(b, a, 1)
        self.fine_again = _Block(a)
        self.norm = PixelNorm()
        self.leave = nn.Conv2d(a, ESTIMATED_CHANNELS, 1)

    def forward(self, picture: Tensor) -> Tensor:
        batch, _, h, w = picture.shape
        ys = torch.linspace(-1, 1, h, dtype=picture.dtype, device=picture.device).view(1, 1, h, 1)
        xs = torch.linspace(-1, 1, w, dtype=picture.dtype, device=picture.device).view(1, 1, 1, w)
        places = [ys.expand(batch, 1, h, w), xs.expand(batch, 1, h, w)]
        a = self.fine(self.down0(F.silu(self.enter(torch.cat([picture, *places], 1)))))
        b = self.middle(self.down1(a))
        c = self.deep(self.down2(b))
        c = c + self.overall(c.mean((2, 3)))[:, :, None, None]
        b = self.middle_again(b + F.interpolate(self.up2(c), scale_factor=2.0, mode="nearest"))
        a = self.fine_again(a + F.interpolate(self.up1(b), scale_factor=2.0, mode="nearest"))
        return self.leave(F.silu(self.norm(a)))  # type: ignore[no-any-return]


def estimated_guide(picture: Tensor, estimate: Tensor) -> Tensor:
    """The trunk's guide of a frame without geometry: picture (B, 3, h, w) in -1..1 and its estimate -> (B, GUIDE_CHANNELS, h, w).

    To the trunk it looks like an engine's frame whose fields can't be resolved.
    """
    up = F.interpolate(estimate, scale_factor=float(ESTIMATE_STRIDE), mode="bilinear", align_corners=False)
    before_flag = GEOMETRY_FLAG_AT - GEOMETRY_AT
    guide = torch.cat([picture, up[:, :before_flag], torch.ones_like(picture[:, :1]), up[:, before_flag:]], 1)
    return F.pad(guide, (0, 0, 0, 0, 0, GUIDE_CHANNELS - guide.shape[1]))
