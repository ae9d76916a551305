"""Palm detection: from a picture to oriented palms. The network is a single-shot detector with fixed anchors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ...people.detector import grid_anchors, into_square
from ...picture import Pixels

Floats = npt.NDArray[np.float32]

# Width and height of the network's input, in pixels.
PALM_INPUT = 192
# Anchors lie on a grid of 8 pixels, two to a cell, and on one of 16, six to a cell (three layers of two).
_GRIDS = ((8, 2), (16, 6))
_LEAST_SCORE = 0.5
_MOST_OVERLAP = 0.3
# Of the seven points of a palm: the wrist, and the knuckle of the middle finger.
_WRIST, _MIDDLE_KNUCKLE = 0, 2


@dataclass(frozen=True, slots=True)
class Palm:
    """A palm in pixels of the picture.

    Attributes:
        box: left, top, right, bottom; a square around the palm, without the fingers.
        wrist, knuckle: the wrist and the middle finger's knuckle, which say where the hand points.
        score: 0 to 1.
    """

    box: tuple[float, float, float, float]
    wrist: tuple[float, float]
    knuckle: tuple[float, float]
    score: float


def make_anchors() -> Floats:
    """The centers of all anchors, N x 2, in 0..1, in the order of the network's outputs."""
    return grid_anchors(PALM_INPUT, _GRIDS)


def letterbox(pixels: Pixels) -> tuple[Floats, float, tuple[int, int]]:
    """The whole picture in the network's square; see `people.detector.into_square`."""
    return into_square(pixels, PALM_INPUT)


def read_palms(
    boxes: Floats, scores: Floats, anchors: Floats, scale: float, bars: tuple[int, int], most: int = 2
) -> list[Palm]:
    """The palms in the network's outputs, the surest first; of those that overlap only the surest.

    Args:
        boxes: N x 18: center, size and seven points, in pixels of the square and relative to the anchor.
        scores: N, before the logistic function.
    """
    likely = np.flatnonzero(scores > np.log(_LEAST_SCORE / (1.0 - _LEAST_SCORE)))
    likely = likely[np.argsort(-scores[likely])]
    found: list[Palm] = []
    for i in likely:
        center = anchors[i] * PALM_INPUT
        x, y = (boxes[i, :2] + center - bars) * scale
        half_w, half_h = boxes[i, 2:4] * scale / 2
        points = (boxes[i, 4:].reshape(7, 2) + center - bars) * scale
        box = (float(x - half_w), float(y - half_h), float(x + half_w), float(y + half_h))
        if any(overlap(box, palm.box) > _MOST_OVERLAP for palm in found):
            continue
        wrist, knuckle = points[_WRIST], points[_MIDDLE_KNUCKLE]
        score = 1.0 / (1.0 + float(np.exp(-scores[i])))
        found.append(
            Palm(box, (float(wrist[0]), float(wrist[1])), (float(knuckle[0]), float(knuckle[1])), round(score, 4))
        )
        if len(found) == most:
            break
    return found


def overlap(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> float:
    """The part of two boxes' joint area that they share, 0 to 1."""
    w = max(0.0, min(a[2], b[2]) - max(a[0], b[0]))
    h = max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
    both = w * h
    joint = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - both
    return both / joint if joint > 0.0 else 0.0
