"""The turned square of a picture in which a hand's joints are looked for, and the way there and back."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ...people.square import TurnedSquare
from .palm import Palm

Floats = npt.NDArray[np.float32]

# Width and height of the joints' network's input, in pixels.
HAND_INPUT = 224
# The fingers reach beyond a palm: the square is larger, and moved towards them.
_PALM_SCALE, _PALM_SHIFT = 2.6, 0.5
_HAND_SCALE, _HAND_SHIFT = 2.0, 0.1
# The joints that say where a hand is, without the finger tips, which come and go.
_STEADY = [0, 1, 2, 3, 5, 6, 9, 10, 13, 14, 17, 18]
_WRIST, _INDEX, _MIDDLE, _RING = 0, 6, 10, 14


@dataclass(frozen=True, slots=True)
class Region(TurnedSquare):
    """Turned by 0 where the fingers point up."""

    @classmethod
    def of_palm(cls, palm: Palm) -> Region:
        """Where the hand with this palm must be."""
        angle = _turn(palm.wrist, palm.knuckle)
        left, top, right, bottom = palm.box
        side = max(right - left, bottom - top)
        x, y = (left + right) / 2, (top + bottom) / 2
        shift = side * _PALM_SHIFT
        return cls(x + math.sin(angle) * shift, y - math.cos(angle) * shift, side * _PALM_SCALE, angle)

    @classmethod
    def of_joints(cls, joints: Floats) -> Region:
        """Where a hand must be in the next picture: joints is 21 x 2 (or 3), in pixels of this one."""
        points = joints[:, :2]
        knuckle = ((points[_INDEX] + points[_RING]) / 2 + points[_MIDDLE]) / 2
        angle = _turn(tuple(points[_WRIST]), tuple(knuckle))
        along = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]], np.float32)
        turned = points[_STEADY] @ along.T
        low, high = turned.min(0), turned.max(0)
        middle = (low + high) / 2 @ along
        side = float((high - low).max())
        shift = side * _HAND_SHIFT
        return cls(
            float(middle[0]) + math.sin(angle) * shift,
            float(middle[1]) - math.cos(angle) * shift,
            side * _HAND_SCALE,
            angle,
        )

    def joints_in_picture(self, joints: Floats) -> Floats:
        """21 x 3 of the network, in pixels of its input, as pixels of the picture; the third number is depth at the same scale."""
        return self.in_picture(joints, HAND_INPUT)


def _turn(wrist: tuple[float, float], knuckle: tuple[float, float]) -> float:
    return math.atan2(knuckle[0] - wrist[0], wrist[1] - knuckle[1])
