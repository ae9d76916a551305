"""The turned square of a picture that a network looks at, and the way there and back."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from ..picture import Pixels

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class TurnedSquare:
    """A turned square, in pixels of the picture.

    Attributes:
        x, y: its center. side: its length.
        angle: radians by which it is turned, clockwise as seen.
    """

    x: float
    y: float
    side: float
    angle: float

    def to_picture(self, size: int) -> Floats:
        """2 x 3: from pixels of a network's input, `size` wide and high, to pixels of the picture."""
        step = self.side / size
        c, s = math.cos(self.angle) * step, math.sin(self.angle) * step
        half = size / 2
        return np.array([[c, -s, self.x - (c - s) * half], [s, c, self.y - (s + c) * half]], np.float32)

    def cut(self, pixels: Pixels, size: int) -> Floats:
        """1 x size x size x 3 in 0..1; black beyond the picture's edge."""
        crop = cv2.warpAffine(
            pixels,
            self.to_picture(size),
            (size, size),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_CONSTANT,
        )
        return crop[None, ..., :3].astype(np.float32) / np.float32(255.0)

    def in_picture(self, points: Floats, size: int) -> Floats:
        """N x 3 in pixels of a network's input as pixels of the picture; the third number is depth at the same scale."""
        way = self.to_picture(size)
        placed = np.empty_like(points)
        placed[:, :2] = points[:, :2] @ way[:, :2].T + way[:, 2]
        placed[:, 2] = points[:, 2] * (self.side / size)
        return placed
