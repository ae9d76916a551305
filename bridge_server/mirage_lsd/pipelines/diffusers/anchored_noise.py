"""Starting noise that sticks to surfaces, at a latent's footprint: unit variance, white, and the same when the camera comes back.

Each latent takes the sum of the noise of the world's cells that it covers, by how much it covers of each, divided by the length of those
weights. So a cell that enters or leaves a latent does it gradually, neighbours share almost nothing, and the variance is one whatever the
view. (Chang et al., "How I Warped Your Noise", 2024, integrate warped noise to the same end; a world with positions needs no warping.)
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from ...models.fields import cell_hash
from ...models.seed import seed_offset
from .view import FINE, View

# A cell is between a quarter and half as wide as a latent.
_SAMPLES_A_CELL = FINE / 2


def anchored_noise(view: View, channels: int, seed: int, layer: int = 0) -> Tensor:
    """(1, channels, h, w) for a view of (h * FINE) x (w * FINE) samples; `layer`: another number, other noise on the same surfaces."""
    offset = seed_offset(seed).view(1, 3, 1, 1)
    size = torch.log2(torch.clamp(view.footprint, 1e-3, 64.0) * _SAMPLES_A_CELL)
    level = torch.floor(size)
    # Between two sizes of cells both are mixed: nothing pops when the camera comes nearer.
    share = size - level
    p = view.p - view.normal * 0.01 + offset
    finer, coarser = (_cell_noise(p / torch.pow(2.0, level + up), channels, layer, level + up) for up in (0.0, 1.0))
    coarse = F.avg_pool2d(share, FINE)
    return finer * (1 - coarse).sqrt() + coarser * coarse.sqrt()


def screen_noise(latent: tuple[int, int], channels: int, seed: int, layer: int = 0) -> Tensor:
    """(1, channels, h, w), the same for the same seed, where nothing is known of the world."""
    generator = torch.Generator().manual_seed(seed * 64 + layer)
    return torch.randn(1, channels, *latent, generator=generator)


def _cell_noise(q: Tensor, channels: int, layer: int, level: Tensor) -> Tensor:
    """Unit noise of each latent's cells. `q`: (1, 3, H, W), positions in cells; `level`: the size's exponent, so that sizes differ."""
    cell = torch.floor(q)
    values = _gaussian(cell + level * 71.0, channels, layer)
    _, _, height, width = q.shape
    h, w = height // FINE, width // FINE

    def by_latent(x: Tensor) -> Tensor:
        return x.view(x.shape[1], h, FINE, w, FINE).permute(0, 1, 3, 2, 4).reshape(x.shape[1], h, w, FINE * FINE)

    cells, noise = by_latent(cell), by_latent(values)
    # Two samples in one cell have the same noise: the sum's variance is the number of such pairs.
    same = (cells[..., None] == cells[..., None, :]).all(0).flatten(2).sum(-1).to(q.dtype)
    return (noise.sum(-1) / same.sqrt())[None]


def _gaussian(cell: Tensor, channels: int, layer: int) -> Tensor:
    """(1, channels, H, W) by Box and Muller's transform from two hashes a pair of channels."""
    found = []
    for pair in range((channels + 1) // 2):
        salts = [torch.full((), 53.0 + 29.0 * k + 11.0 * pair + 7.0 * layer, dtype=cell.dtype) for k in (0, 1, 2, 3)]
        # A hash has 289 values: two of them make a fine one.
        first, second = (
            (cell_hash(cell, a) * 0.5 + 0.5) * (288 / 289) + (cell_hash(cell, b) * 0.5 + 0.5) * (1 / 289)
            for a, b in (salts[:2], salts[2:])
        )
        radius = torch.sqrt(-2.0 * torch.log(torch.clamp(first, 1e-5, 1.0 - 1e-5)))
        found += [radius * torch.cos(2 * math.pi * second), radius * torch.sin(2 * math.pi * second)]
    return torch.cat(found[:channels], 1)
