"""The picture's own edges for what is known of it more coarsely: joint bilateral upsampling (Kopf et al., 2007)."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

# What comes out is this many times smaller than the base picture.
_FINE_STRIDE = 2
# Fall-off with distance, in cells, and with the difference in color, on the scale -1..1.
_NEAR, _ALIKE = 0.6, 0.15
# The same where cells are smoothed among themselves.
_ALIKE_CELLS = 0.6


class EdgeUpsampling(nn.Module):
    """(cells (1, C, h / stride, w / stride), picture (1, 3, h, w) in -1..1) -> (1, C, h / 2, w / 2).

    Each pixel takes the mean of the cells around it, those most that are near and whose color is its own.

    Args:
        stride: a cell's side in pixels, even.
        smoothed: how often cells are first smoothed among themselves, along the picture's edges, each time from twice as far (an edge-avoiding
            wavelet's residue: Dammertz et al., 2010). Bumps in a guessed depth bend what is painted on it.
    """

    falloff: Tensor

    def __init__(self, stride: int, smoothed: int = 0) -> None:
        super().__init__()
        self.stride, self.rounds = stride, smoothed
        self.scale = stride // _FINE_STRIDE
        # Offset from the pixel to its cell's centre, in cells.
        within = (torch.arange(self.scale) + 0.5) / self.scale - 0.5
        offsets = torch.tensor([-1.0, 0.0, 1.0])
        falloff = torch.exp(-((within[None] - offsets[:, None]) ** 2) / (2 * _NEAR**2))
        self.register_buffer("falloff", falloff, persistent=False)

    def extra_repr(self) -> str:
        """Tells apart what has no weights to tell it apart."""
        return f"stride={self.stride}, smoothed={self.rounds}"

    def forward(self, estimate: Tensor, picture: Tensor) -> Tensor:
        h, w = estimate.shape[-2:]
        pixels, colors = F.avg_pool2d(picture, _FINE_STRIDE), F.avg_pool2d(picture, self.stride)
        for i in range(self.rounds):
            estimate = self._smoothed(estimate, colors, 2**i)
        cells = F.pad(torch.cat([estimate, colors], 1), (1, 1, 1, 1), mode="replicate")
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

    @staticmethod
    def _smoothed(estimate: Tensor, colors: Tensor, reach: int) -> Tensor:
        """The mean of each cell and eight others, `reach` cells away, those most whose color is its own."""
        h, w = estimate.shape[-2:]
        around = F.pad(torch.cat([estimate, colors], 1), (reach, reach, reach, reach), mode="replicate")
        total, weights = torch.zeros_like(estimate), torch.zeros_like(estimate[:, :1])
        for y in (0, reach, 2 * reach):
            for x in (0, reach, 2 * reach):
                cell = around[:, :, y : y + h, x : x + w]
                weight = torch.exp((colors - cell[:, -3:]).square().sum(1, keepdim=True) / (-2 * _ALIKE_CELLS**2))
                total, weights = total + weight * cell[:, :-3], weights + weight
        return total / weights
