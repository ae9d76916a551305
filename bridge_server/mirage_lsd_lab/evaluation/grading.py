"""What a colorist makes of a picture without painting anything: another picture's colors. A judge of themes is not to be fooled by it."""

from __future__ import annotations

import torch
from torch import Tensor


def look_of(pictures: Tensor) -> Tensor:
    """Mean and spread of each color of pictures (..., 3, H, W): (..., 2, 3)."""
    return torch.stack([pictures.mean((-2, -1)), pictures.std((-2, -1))], -2)


def with_look(pictures: Tensor, look: Tensor) -> Tensor:
    """Pictures (..., 3, H, W) in 0..1 with these means and spreads (..., 2, 3) (Reinhard et al., 2001)."""
    own = look_of(pictures)[..., None, None]
    aim = look[..., None, None]
    graded = (pictures - own[..., 0, :, :, :]) / (own[..., 1, :, :, :] + 1e-3) * aim[..., 1, :, :, :]
    return (graded + aim[..., 0, :, :, :]).clamp(0, 1)


def with_colors(pictures: Tensor, others: Tensor) -> Tensor:
    """Pictures (..., 3, H, W) with the distribution of each color of others of the same size."""
    rank = pictures.flatten(-2).argsort(-1).argsort(-1)
    return others.flatten(-2).sort(-1).values.gather(-1, rank).view_as(pictures)
