"""Warping that neither blurs nor rings nor wanders, for what is warped again and again."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from ...models.warp import pixel_grid, warp

# Of the fourth difference, at half a sample: fits the cubic's gain from long waves to those of four samples.
_FOURTH = 0.0265


def sharp_warp(picture: Tensor, motion: Tensor) -> Tensor:
    """As `warp`, by cubic interpolation, kept within what stands around each sample.

    Linear interpolation blurs a little with each frame, cubic alone overshoots at edges, and a stream feeds that back into itself until it rings.
    """
    highest = warp(F.max_pool2d(picture, 3, 1, 1), motion, "nearest")
    lowest = -warp(F.max_pool2d(-picture, 3, 1, 1), motion, "nearest")
    found = _catmull_rom(picture, motion)
    return torch.minimum(torch.maximum(found + _lost(found, motion), lowest), highest)


def _lost(found: Tensor, motion: Tensor) -> Tensor:
    """What Catmull and Rom's cubic takes away halfway between two samples, to fourth order: a fourth difference along each axis."""
    channels = found.shape[1]
    lost = torch.zeros_like(found)
    for axis in (0, 1):
        part = motion[:, axis : axis + 1] - torch.floor(motion[:, axis : axis + 1])
        taps = torch.tensor([1.0, -4.0, 6.0, -4.0, 1.0], device=found.device)
        kernel = taps.view(1, 1, *((1, 5) if axis == 0 else (5, 1))).expand(channels, 1, -1, -1)
        padding = (2, 2, 0, 0) if axis == 0 else (0, 0, 2, 2)
        difference = F.conv2d(F.pad(found, padding, mode="replicate"), kernel, groups=channels)
        lost += difference * (_FOURTH * (4 * part * (1 - part)).square())
    return lost


def _catmull_rom(picture: Tensor, motion: Tensor) -> Tensor:
    """Catmull and Rom's cubic, whose samples stand where they should: PyTorch's own "bicubic" (Keys' with -0.75) shifts a ramp with every
    call, by up to a twentieth of a pixel. Sixteen taps as nine bilinear ones, the inner two of each axis in one."""
    h, w = picture.shape[-2:]
    xs, ys = pixel_grid(h, w, picture.device)
    columns = _taps(xs + motion[:, 0], w)
    found = torch.zeros_like(picture)
    for y, weight_y in _taps(ys + motion[:, 1], h):
        for x, weight_x in columns:
            grid = torch.stack([x, y], -1)
            sample = F.grid_sample(picture, grid, mode="bilinear", padding_mode="border", align_corners=False)
            found += sample * (weight_x * weight_y)[:, None]
    return found


def _taps(at: Tensor, size: int) -> list[tuple[Tensor, Tensor]]:
    """Three places of one axis, as `grid_sample` counts them, and how much each weighs. `at` (B, H, W), pixels."""
    first = torch.floor(at)
    f = at - first
    before = f * (-0.5 + f * (1.0 - 0.5 * f))
    here = 1.0 + f * f * (-2.5 + 1.5 * f)
    next_one = f * (0.5 + f * (2.0 - 1.5 * f))
    after = f * f * (-0.5 + 0.5 * f)
    inner = here + next_one
    places = (first - 1.0, first + next_one / inner, first + 2.0)
    return [((2 * place + 1) / size - 1, weight) for place, weight in zip(places, (before, inner, after), strict=True)]
