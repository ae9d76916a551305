"""Brings a picture to the size that was asked for."""

from __future__ import annotations

import numpy as np
from PIL import Image

from .picture import Pixels

FITS = ("cover", "contain", "stretch")


def fit(pixels: Pixels, width: int, height: int, how: str = "cover") -> Pixels:
    """Resizes `pixels` (H x W x 4) to `width` x `height`.

    Args:
        how: "cover" fills the size and cuts what sticks out at the sides, "contain" keeps all of the picture and adds black bars,
            "stretch" ignores the proportions.
    """
    h, w = pixels.shape[:2]
    if (w, h) == (width, height):
        return pixels
    if how == "contain":
        scale = min(width / w, height / h)
        inner = min(width, max(1, round(w * scale))), min(height, max(1, round(h * scale)))
        left, top = (width - inner[0]) // 2, (height - inner[1]) // 2
        framed = np.zeros((height, width, 4), np.uint8)
        framed[..., 3] = 255
        framed[top : top + inner[1], left : left + inner[0]] = _resize(pixels, (0.0, 0.0, w, h), inner)
        return framed
    box = (0.0, 0.0, float(w), float(h)) if how == "stretch" else cover_box(w, h, width, height)
    return _resize(pixels, box, (width, height))


def cover_box(w: int, h: int, width: int, height: int) -> tuple[float, float, float, float]:
    """The middle part (left, top, right, bottom) of a `w` x `h` picture that has the proportions of `width` x `height`."""
    inner_w, inner_h = min(float(w), h * width / height), min(float(h), w * height / width)
    left, top = (w - inner_w) / 2, (h - inner_h) / 2
    return left, top, left + inner_w, top + inner_h


def _resize(pixels: Pixels, box: tuple[float, float, float, float], size: tuple[int, int]) -> Pixels:
    # Pillow weights colors by alpha; a camera's alpha is all 255, an engine's is data that must not touch the colors.
    image = Image.fromarray(pixels).resize(size, Image.Resampling.BILINEAR, box, reducing_gap=2.0)
    return np.asarray(image, np.uint8)
