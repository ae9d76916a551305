"""FlowNet-lite: where each pixel was a frame ago, from two pictures alone. Used only where an engine sends neither motion vectors nor depth and camera.

Features of both pictures are compared within a few cells (a correlation volume, as in Dosovitskiy et al., "FlowNet", 2015, and in Sun et al.,
"PWC-Net", 2018) at an eighth of the size; the flow found there is refined once at a quarter.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .warp import warp

# Cells compared each way; at an eighth of the base picture they reach 24 pixels.
RADIUS = 3
_FEATURES = 24
_WIDTH = 48


def correlation(now: Tensor, before: Tensor, radius: int) -> Tensor:
    """Mean product of `now` (B, C, H, W) with `before` moved by each offset: (B, (2 radius + 1)^2, H, W), rows of offsets top to bottom."""
    h, w = now.shape[-2:]
    padded = F.pad(before, (radius, radius, radius, radius))
    moved = [padded[:, :, y : y + h, x : x + w] for y in range(2 * radius + 1) for x in range(2 * radius + 1)]
    return torch.cat([(now * m).mean(1, keepdim=True) for m in moved], 1)


class FlowNetLite(nn.Module):
    """Two pictures (B, 3, h, w) in -1..1, sides multiples of 16 -> (B, 3, h, w): flow from now to before in pixels, and a logit of being visible there."""

    def __init__(self) -> None:
        super().__init__()
        self.quarter = nn.Sequential(
            nn.Conv2d(3, 16, 5, 2, 2), nn.SiLU(), nn.Conv2d(16, _FEATURES, 3, 2, 1), nn.SiLU(),
            nn.Conv2d(_FEATURES, _FEATURES, 3, 1, 1),
        )  # fmt: skip
        self.eighth = nn.Sequential(
            nn.SiLU(), nn.Conv2d(_FEATURES, _WIDTH, 3, 2, 1), nn.SiLU(), nn.Conv2d(_WIDTH, 32, 3, 1, 1)
        )
        cells = (2 * RADIUS + 1) ** 2
        self.coarse = nn.Sequential(
            nn.Conv2d(cells + 32, 64, 3, 1, 1), nn.SiLU(), nn.Conv2d(64, _WIDTH, 3, 1, 1), nn.SiLU(),
            nn.Conv2d(_WIDTH, _WIDTH, 3, 1, 2, dilation=2), nn.SiLU(), nn.Conv2d(_WIDTH, 3, 3, 1, 1),
        )  # fmt: skip
        near = 5**2
        self.fine = nn.Sequential(
            nn.Conv2d(near + _FEATURES + 3, _WIDTH, 3, 1, 1), nn.SiLU(), nn.Conv2d(_WIDTH, 32, 3, 1, 1), nn.SiLU(),
            nn.Conv2d(32, 3, 3, 1, 1),
        )  # fmt: skip

    def forward(self, now: Tensor, before: Tensor) -> Tensor:
        a4, b4 = self.quarter(now), self.quarter(before)
        a8, b8 = self.eighth(a4), self.eighth(b4)
        coarse = self.coarse(torch.cat([correlation(a8, b8, RADIUS), a8], 1))
        up = F.interpolate(coarse, scale_factor=2.0, mode="bilinear", align_corners=False)
        # From cells of eight pixels to cells of four.
        up = torch.cat([up[:, :2] * 2, up[:, 2:]], 1)
        nearby = correlation(a4, warp(b4, up[:, :2]), 2)
        fine = up + self.fine(torch.cat([nearby, a4, up], 1))
        full = F.interpolate(fine, scale_factor=4.0, mode="bilinear", align_corners=False)
        return torch.cat([full[:, :2] * 4, full[:, 2:]], 1)
