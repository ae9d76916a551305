"""The color of the light on a painted picture, where words ask for more than the model's lightings have."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

_Picture = npt.NDArray[np.uint8]

# How much of a color falls on a picture, and by how much a channel may change.
_SHARE, _MOST = 0.45, 1.5
_LUMA = np.array((0.299, 0.587, 0.114))


def is_tint(color: tuple[float, ...] | None) -> bool:
    """Whether this color changes a picture: white and gray don't."""
    return color is not None and min(color) != max(color)


def tinted(picture: _Picture, color: tuple[float, ...] | None) -> _Picture:
    """A picture, H x W x 4 RGBA, in light of this color (sRGB, 0..1) and as bright as before; the picture itself where the color is white, or None."""
    if color is None or not is_tint(color):
        return picture
    light = np.array(color, np.float64)
    gains = np.clip(1.0 + _SHARE * (light / float(light @ _LUMA) - 1.0), 0.0, _MOST)
    table = np.tile(np.arange(256, dtype=np.float64)[:, None], (1, 4))
    table[:, :3] *= gains
    found: _Picture = np.asarray(cv2.LUT(picture, np.clip(table + 0.5, 0, 255).astype(np.uint8)[None]), np.uint8)
    return found
