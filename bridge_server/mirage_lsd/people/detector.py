"""What the single-shot detectors of MediaPipe have in common: a square input with bars, and fixed anchors."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from ..picture import Pixels

Floats = npt.NDArray[np.float32]


def grid_anchors(size: int, grids: tuple[tuple[int, int], ...]) -> Floats:
    """The centers of all anchors, N x 2, in 0..1, in the order of a network's outputs.

    Args:
        size: width and height of the network's input, pixels.
        grids: pixels between anchors, and anchors at each place.
    """
    layers = []
    for stride, per_cell in grids:
        places = (np.arange(size // stride, dtype=np.float32) + 0.5) * (stride / size)
        y, x = np.meshgrid(places, places, indexing="ij")
        layers.append(np.repeat(np.stack([x, y], -1).reshape(-1, 2), per_cell, axis=0))
    return np.concatenate(layers)


def into_square(pixels: Pixels, size: int) -> tuple[Floats, float, tuple[int, int]]:
    """The whole picture, H x W x 3 or 4, in a square of `size` pixels, with black bars.

    Returns:
        1 x size x size x 3 in 0..1; how many pixels of the picture one of the square is; the bars' width and height at left and top.
    """
    height, width = pixels.shape[:2]
    scale = max(width, height) / size
    w, h = max(1, round(width / scale)), max(1, round(height / scale))
    left, top = (size - w) // 2, (size - h) // 2
    square = np.zeros((1, size, size, 3), np.float32)
    small = cv2.resize(pixels, (w, h), interpolation=cv2.INTER_AREA)
    square[0, top : top + h, left : left + w] = small[..., :3].astype(np.float32) / 255.0
    return square, scale, (left, top)
