"""Backward warping: what was elsewhere in the frame before, brought here."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor


def pixel_grid(height: int, width: int, device: torch.device) -> tuple[Tensor, Tensor]:
    """x and y of every pixel, (H, W) each; 0 is the centre of the first."""
    ys, xs = torch.meshgrid(
        torch.arange(height, dtype=torch.float32, device=device),
        torch.arange(width, dtype=torch.float32, device=device),
        indexing="ij",
    )
    return xs, ys


def warp(picture: Tensor, motion: Tensor, mode: str = "bilinear") -> Tensor:
    """`picture` (B, C, H, W) of the frame before, sampled at each pixel plus `motion` (B, 2, H, W), in pixels; the border repeats."""
    h, w = picture.shape[-2:]
    xs, ys = pixel_grid(h, w, picture.device)
    x, y = xs + motion[:, 0], ys + motion[:, 1]
    grid = torch.stack([(2 * x + 1) / w - 1, (2 * y + 1) / h - 1], -1)
    return F.grid_sample(picture, grid, mode=mode, padding_mode="border", align_corners=False)
