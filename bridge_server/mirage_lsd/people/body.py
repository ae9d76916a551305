"""A body in a picture: where its joints are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .square import TurnedSquare

Floats = npt.NDArray[np.float32]

# Width and height of the landmarks' network's input, in pixels.
BODY_INPUT = 256
NOSE, LEFT_EYE, RIGHT_EYE, LEFT_EAR, RIGHT_EAR, MOUTH_LEFT, MOUTH_RIGHT = 0, 2, 5, 7, 8, 9, 10
SHOULDERS, ELBOWS, WRISTS, HIPS, KNEES, ANKLES = (11, 12), (13, 14), (15, 16), (23, 24), (25, 26), (27, 28)
_JOINTS = 33
# A joint that moved by this part of the shoulders' width, or more, is where it is; one that hardly moved goes this part of the way.
_QUICK, _SLOWEST = 0.08, 0.25


@dataclass(frozen=True, slots=True)
class Body:
    """A body.

    Attributes:
        joints: 33 x 3, MediaPipe's order (0 nose, 11 and 12 shoulders, 23 and 24 hips, left before right), x and y in pixels, depth at the
            same scale (smaller is nearer). Those beyond the picture's edge are guessed.
        seen: 33, how surely each is in sight, 0..1.
        score: how surely it is a body, 0..1.
    """

    joints: Floats
    seen: Floats
    score: float

    @property
    def width(self) -> float:
        """From shoulder to shoulder, pixels, depth included."""
        left, right = self.joints[list(SHOULDERS)]
        return max(float(np.linalg.norm(left - right)), 1.0)

    def steadied(self, before: Body) -> Body:
        """Where a joint hardly moved, it stays nearly where it was: stripes tremble with it."""
        change = self.joints - before.joints
        moved = np.linalg.norm(change[:, :2], axis=1, keepdims=True) / self.width
        if float(np.median(moved)) > 1.0:
            return self
        share = _SLOWEST + (1.0 - _SLOWEST) * np.clip(moved / _QUICK, 0.0, 1.0)
        return Body((before.joints + change * share).astype(np.float32), self.seen, self.score)

    def face_region(self) -> TurnedSquare:
        """Where the network of faces is to look."""
        eyes = (self.joints[LEFT_EYE, :2] + self.joints[RIGHT_EYE, :2]) / 2
        mouth = (self.joints[MOUTH_LEFT, :2] + self.joints[MOUTH_RIGHT, :2]) / 2
        down = mouth - eyes
        length = max(float(np.linalg.norm(down)), 0.25 * self.width / 2.5)
        center = eyes + 0.45 * down
        return TurnedSquare(float(center[0]), float(center[1]), 4.2 * length, float(np.arctan2(-down[0], down[1])))


def body_of(points: Floats, visibility: Floats, score: float) -> Body:
    """`points`: N x 3 in pixels of the picture; `visibility`: N, before the logistic function; the first 33 of both are joints."""
    seen = 1.0 / (1.0 + np.exp(-np.clip(visibility[:_JOINTS], -30.0, 30.0)))
    return Body(points[:_JOINTS].copy(), seen.astype(np.float32), score)
