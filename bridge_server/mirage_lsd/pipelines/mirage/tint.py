"""The color of the light on a painted picture, where words ask for more than the model's lightings have."""

from __future__ import annotations

# How much of a color falls on a picture, and by how much a channel may change.
_SHARE, _MOST = 0.45, 1.5
_LUMA = (0.299, 0.587, 0.114)


def light_gains(color: tuple[float, ...] | None) -> tuple[float, float, float]:
    """By what red, green and blue of a picture (sRGB) are multiplied in light of this color (sRGB, 0..1): it stays about as bright. White, gray and None: 1."""
    if color is None or min(color) == max(color):
        return 1.0, 1.0, 1.0
    luma = sum(share * channel for share, channel in zip(_LUMA, color, strict=True))
    red, green, blue = (min(max(1.0 + _SHARE * (channel / luma - 1.0), 0.0), _MOST) for channel in color)
    return red, green, blue
