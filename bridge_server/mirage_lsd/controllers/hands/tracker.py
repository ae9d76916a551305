"""Hands from picture to picture: palms are looked for only where no hand is known."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ...openvino_core import openvino_core
from ...picture import Pixels
from .palm import Palm, letterbox, make_anchors, read_palms
from .region import HAND_INPUT, Region

Floats = npt.NDArray[np.float32]

MOST_HANDS = 2
_LEAST_SCORE = 0.5
# With one hand known, a second one is looked for in every fourth picture only.
_LOOK_EVERY = 4
# For so many pictures a hand that is lost (too quick for the camera) is remembered.
_REMEMBERED = 5
# Two regions whose centers are nearer than this part of their side are of the same hand.
_SAME_HAND = 0.35


@dataclass(frozen=True, slots=True)
class Hand:
    """A hand in a picture.

    Attributes:
        number: stays with the hand while it is followed.
        joints: 21 x 3: x and y in pixels, depth at the same scale (smaller is nearer); wrist, then four of each finger from the thumb on.
        shape: 21 x 3 in meters, around the hand's middle, in the picture's directions.
        right: how surely it is a right hand in a mirrored picture, 0 to 1.
        score: how surely it is a hand, 0 to 1.
    """

    number: int
    joints: Floats
    shape: Floats
    right: float
    score: float


class HandNetworks:
    """The two networks on the CPU, on one thread each: they run beside a stream.

    Args:
        palm_file, hand_file: TensorFlow Lite files as they are in MediaPipe.
    """

    def __init__(self, palm_file: Path, hand_file: Path) -> None:
        core = openvino_core()
        settings = {"INFERENCE_NUM_THREADS": 1, "PERFORMANCE_HINT": "LATENCY"}
        self._palm: Any = core.compile_model(str(palm_file), "CPU", settings)
        self._hand: Any = core.compile_model(str(hand_file), "CPU", settings)
        self._anchors = make_anchors()

    def palms(self, pixels: Pixels) -> list[Palm]:
        """The palms in a picture, H x W x 3 or 4."""
        square, scale, bars = letterbox(pixels)
        out = self._palm(square)
        return read_palms(out[0][0], out[1][0, :, 0], self._anchors, scale, bars, MOST_HANDS)

    def hand(self, pixels: Pixels, region: Region) -> tuple[Floats, Floats, float, float]:
        """Joints in pixels of the picture, shape in meters, how surely it is a right hand, and how surely it is one at all."""
        out = self._hand(region.cut(pixels, HAND_INPUT))
        joints = region.joints_in_picture(np.asarray(out[0], np.float32).reshape(21, 3))
        shape = np.array(out[3], np.float32).reshape(21, 3)
        c, s = np.cos(region.angle), np.sin(region.angle)
        shape[:, :2] = shape[:, :2] @ np.array([[c, s], [-s, c]], np.float32)
        return joints, shape, float(out[2].item()), float(out[1].item())


class HandTracker:
    """Follows up to two hands. One thread."""

    def __init__(self, networks: HandNetworks) -> None:
        self._networks = networks
        self._known: dict[int, Region] = {}
        # Where hands were when they were lost, and how many pictures ago.
        self._lost: dict[int, tuple[Region, int]] = {}
        self._next_number = 1
        self._since_look = _LOOK_EVERY

    def hands(self, pixels: Pixels) -> list[Hand]:
        """The hands of the next picture, H x W x 3 or 4."""
        found: list[Hand] = []
        for number, region in self._known.items():
            self._try(pixels, number, region, found)
        seen = {hand.number for hand in found}
        self._lost = {number: (region, age + 1) for number, (region, age) in self._lost.items() if age < _REMEMBERED}
        self._lost |= {number: (region, 1) for number, region in self._known.items() if number not in seen}
        self._since_look += 1
        if self._lost or not found or (len(found) < MOST_HANDS and self._since_look >= _LOOK_EVERY):
            self._since_look = 0
            for palm in self._networks.palms(pixels):
                region = Region.of_palm(palm)
                if len(found) < MOST_HANDS and not any(_near(region, Region.of_joints(h.joints)) for h in found):
                    self._try(pixels, self._number_of(region), region, found)
        for hand in found:
            self._lost.pop(hand.number, None)
        self._known = {hand.number: Region.of_joints(hand.joints) for hand in found}
        return found

    def _try(self, pixels: Pixels, number: int, region: Region, found: list[Hand]) -> None:
        joints, shape, right, score = self._networks.hand(pixels, region)
        if score < _LEAST_SCORE:
            return
        place = Region.of_joints(joints)
        if not any(_near(place, Region.of_joints(other.joints)) for other in found):
            found.append(Hand(number, joints, shape, right, score))

    def _number_of(self, region: Region) -> int:
        """A hand that moved too far between two pictures is still the same one: the nearest of those that were lost just now."""
        ways = [
            (abs(region.x - was.x) + abs(region.y - was.y), number)
            for number, (was, age) in self._lost.items()
            if abs(region.x - was.x) + abs(region.y - was.y) < (1.0 + 0.5 * age) * was.side
        ]
        if ways:
            return min(ways)[1]
        self._next_number += 1
        return self._next_number - 1


def _near(a: Region, b: Region) -> bool:
    return (a.x - b.x) ** 2 + (a.y - b.y) ** 2 < (_SAME_HAND * max(a.side, b.side)) ** 2
