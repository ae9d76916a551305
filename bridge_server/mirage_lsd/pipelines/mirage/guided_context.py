"""The picture's own edges for the head's context, where no geometry draws them: joint bilateral upsampling (Kopf et al., 2007)."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...models.mirage_lsd_v1 import CONTEXT_STRIDE

# The upsampled context is this many times smaller than the base picture.
_FINE_STRIDE = 2
# Fall-off with distance, in cells, and with the difference in color, on the scale -1..1.
_NEAR, _ALIKE = 0.6, 0.15


class GuidedContext(nn.Module):
    """(context (1, C, h / 8, w / 8), picture (1, 3, h, w) in -1..1) -> (1, C, h / 2, w / 2).

    Each pixel takes the mean of the cells around it, those most that are near and whose color is its own.
    """

    falloff: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.scale = CONTEXT_STRIDE // _FINE_STRIDE
        # Of a pixel to the middle of its cell, in cells.
        within = (torch.arange(self.scale) + 0.5) / self.scale - 0.5
        offsets = torch.tensor([-1.0, 0.0, 1.0])
        falloff = torch.exp(-((within[None] - offsets[:, None]) ** 2) / (2 * _NEAR**2))
        self.register_buffer("falloff", falloff, persistent=False)

    def forward(self, context: Tensor, picture: Tensor) -> Tensor:
        h, w = context.shape[-2:]
        pixels = F.avg_pool2d(picture, _FINE_STRIDE)
        cells = F.pad(torch.cat([context, F.avg_pool2d(picture, CONTEXT_STRIDE)], 1), (1, 1, 1, 1), mode="replicate")
        total, weights = torch.zeros_like(pixels[:, :1]), torch.zeros_like(pixels[:, :1])
        for y in range(3):
            for x in range(3):
                near = (self.falloff[y][:, None] * self.falloff[x][None]).repeat(h, w)
                cell = F.interpolate(cells[:, :, y : y + h, x : x + w], scale_factor=float(self.scale), mode="nearest")
                unlike = (pixels - cell[:, -3:]).square().sum(1, keepdim=True)
                # No weight is ever zero: a pixel unlike everything around it takes their mean.
                weight = near * (torch.exp(-unlike / (2 * _ALIKE**2)) + 1e-4)
                total, weights = total + weight * cell[:, :-3], weights + weight
        return total / weights
