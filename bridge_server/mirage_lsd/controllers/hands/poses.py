"""How a hand is held in one picture."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from enum import Enum

import numpy as np

from .tracker import Floats, Hand

_WRIST, _THUMB_JOINT, _THUMB_TIP, _INDEX_MIDDLE, _INDEX_TIP, _MIDDLE_KNUCKLE = 0, 2, 4, 6, 8, 9
_KNUCKLES = np.array([5, 9, 13, 17])
# Degrees by which a finger is bent, from the palm to its tip: straight below, curled above.
_STRAIGHT, _CURLED = 85.0, 115.0
# An open palm's four fingers are straighter than that on the average; those of a hand at ease are not.
_PALM_MEAN = 54.0
# In palms: the tips of thumb and index finger touch below the first, and are as far apart as they go at the second.
CLOSED, OPEN = 0.37, 1.0
_THUMB_OUT, _THUMB_ASIDE = 0.62, 0.8
_UPRIGHT, _VERTICAL = 50.0, 50.0


class Pose(Enum):
    """What a hand shows."""

    OTHER = "other"
    PALM = "palm"
    POINT = "point"
    PINCH = "pinch"
    THUMB_UP = "thumb_up"
    THUMB_DOWN = "thumb_down"


@dataclass(frozen=True, slots=True)
class Held:
    """A hand as the gestures need it.

    Attributes:
        x, y: the palm's middle, in pixels. palm: its length in pixels, turned away or not.
        open: three fingers or more are straight and point up.
        gap: between the tips of thumb and index finger, in palms.
        fist: all four fingers are curled.
    """

    pose: Pose
    x: float
    y: float
    palm: float
    open: bool
    gap: float
    fist: bool


def read_pose(hand: Hand) -> Held:
    """What this hand shows."""
    shape = hand.shape
    palm = max(1e-6, _length(shape[_MIDDLE_KNUCKLE] - shape[_WRIST]))
    bends = [finger_bend(shape, int(knuckle)) for knuckle in _KNUCKLES]
    straight, curled = [b < _STRAIGHT for b in bends], [b > _CURLED for b in bends]
    from_up = _angle_from_up(shape[_MIDDLE_KNUCKLE] - shape[_WRIST])
    upright = from_up < _UPRIGHT
    # The palm's length in pixels: by the mean scale of all joints, which a tilted hand shortens less than its palm. The gap between two
    # tips is measured in the picture too, where they are found more exactly than in space.
    pixels = max(1e-6, _size(hand.joints) / max(1e-6, _size(shape)) * palm)
    gap = _length(hand.joints[_THUMB_TIP] - hand.joints[_INDEX_TIP]) / pixels
    pose = Pose.OTHER
    if gap < CLOSED and upright and sum(curled[1:]) <= 1:
        pose = Pose.PINCH
    elif all(straight) and sum(bends) / 4 < _PALM_MEAN and upright and gap > _THUMB_ASIDE:
        pose = Pose.PALM
    elif straight[0] and all(curled[1:]):
        pose = Pose.POINT
    elif all(curled):
        pose = _thumb(shape, palm)
    x, y = hand.joints[_KNUCKLES, :2].mean(0) * 0.5 + hand.joints[_WRIST, :2] * 0.5
    return Held(pose, float(x), float(y), pixels, sum(straight) >= 3 and upright, gap, all(curled))


def finger_bend(shape: Floats, knuckle: int) -> float:
    """Degrees from the palm's direction, through both middle joints, to the tip of the finger that begins at `knuckle`."""
    points = [shape[_WRIST], *shape[knuckle : knuckle + 4]]
    bones = [b - a for a, b in itertools.pairwise(points)]
    return sum(_between(a, b) for a, b in itertools.pairwise(bones))


def _thumb(shape: Floats, palm: float) -> Pose:
    """Of a hand whose fingers are curled."""
    thumb = shape[_THUMB_TIP] - shape[_THUMB_JOINT]
    if _length(shape[_THUMB_TIP] - shape[_INDEX_MIDDLE]) / palm < _THUMB_OUT:
        return Pose.OTHER
    from_up = _angle_from_up(thumb)
    if from_up < _VERTICAL:
        return Pose.THUMB_UP
    return Pose.THUMB_DOWN if from_up > 180.0 - _VERTICAL else Pose.OTHER


def _angle_from_up(direction: Floats) -> float:
    """Degrees in the picture's plane; its y goes down."""
    return float(np.degrees(np.arctan2(abs(direction[0]), -direction[1])))


def _between(a: Floats, b: Floats) -> float:
    cosine = float(a @ b) / max(1e-9, _length(a) * _length(b))
    return float(np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))))


def _length(vector: Floats) -> float:
    return float(np.linalg.norm(vector))


def _size(points: Floats) -> float:
    return float(np.linalg.norm(points - points.mean(0)))
