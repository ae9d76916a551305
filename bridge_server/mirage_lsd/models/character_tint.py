"""The color that a character should have, pixel by pixel."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from .character import CHARACTER_PARTS

# Metres from one band to the next, and stripes around a body.
BAND_PERIOD_M = 0.2
STRIPES = 8
# A body's radius in metres: how wide a stripe is on it, for what a pixel can resolve.
BODY_RADIUS_M = 0.2


def _share(wave: Tensor, turn: Tensor) -> Tensor:
    """Of the second color, for a `wave` in -1..1 of which a pixel covers `turn` radians: hard edges, a mean where nothing can be resolved."""
    width = 0.1 + turn * (0.5 + 0.125 * turn * turn)
    return torch.clamp(0.5 + 0.5 * wave / width, 0.0, 1.0)


def character_tint(ids: Tensor, palette: Tensor, p: Tensor, normal: Tensor, footprint: Tensor) -> Tensor:
    """What a character should wear, pixel by pixel.

    Patterns stay on a body that walks: bands depend on the height, stripes on the direction that the surface faces.

    Args:
        ids: (B, 1, H, W), as floats: 1 skin, 2 hair, 3 outfit; anything else is scenery.
        palette: (B, 3, GARMENT_VALUES), a row (see `Garment.row`) for each of CHARACTER_PARTS.
        p, normal: (B, 3, H, W), metres and unit, world space. footprint: (B, 1, H, W), metres.

    Returns:
        (B, 4, H, W): 1 on a character, and its color, linear RGB; zeros on scenery.
    """
    parts = torch.cat([(ids == float(i + 1)).to(palette.dtype) for i in range(len(CHARACTER_PARTS))], dim=1)
    b, _, h, w = parts.shape
    values = torch.matmul(palette.transpose(1, 2), parts.reshape(b, len(CHARACTER_PARTS), h * w)).view(b, -1, h, w)
    # As turns within one, so that a cosine far from the origin keeps its digits.
    height = p[:, 1:2] * (1.0 / BAND_PERIOD_M)
    bands = _share(
        torch.cos((height - torch.floor(height)) * (2.0 * math.pi)), footprint * (2.0 * math.pi / BAND_PERIOD_M)
    )
    # The cosine of STRIPES times the azimuth of the normal, by doubling the angle three times.
    flat = torch.sqrt(normal[:, :1] * normal[:, :1] + normal[:, 2:3] * normal[:, 2:3])
    flat = torch.clamp(flat, min=0.05)
    c, s = normal[:, :1] / flat, normal[:, 2:3] / flat
    for _ in range(3):
        c, s = c * c - s * s, 2.0 * c * s
    stripes = _share(c, footprint * (STRIPES / BODY_RADIUS_M) / flat)
    share = values[:, 6:7] * bands + values[:, 7:8] * stripes
    color = values[:, 0:3] + (values[:, 3:6] - values[:, 0:3]) * share
    return torch.cat([parts.sum(1, keepdim=True), color], dim=1)
