"""Draws docs/images/gestures.png: each gesture with the joints that the recognizer finds in it.

python tests/media/gesture_pictures.py docs/images/gestures.png
"""

from __future__ import annotations

import itertools
import sys
from pathlib import Path

import cv2
import numpy as np
from hand_drawing import POSES, Pixels, PlacedHand, Scenery, draw, moved, pinch

from mirage_lsd.controllers.hands import Hand, HandNetworks, HandTracker
from mirage_lsd.controllers.hands.poses import Pose, read_pose
from mirage_lsd.people.files import HANDS

_WIDTH, _HEIGHT = 240, 240
_INK, _SHADOW = (255, 255, 255, 255), (20, 20, 20, 255)


def main() -> None:
    networks = HandNetworks(*HANDS.paths())
    rng = np.random.default_rng(12)
    upright = PlacedHand(POSES["palm"], 120, 135, 62, yaw=8.0)
    shown = [
        ("swipe", Pose.PALM, [moved(upright, x=70.0, roll=-12.0), moved(upright, x=165.0, roll=12.0)]),
        ("point", Pose.POINT, [moved(upright, pose=POSES["point"], y=150.0)]),
        ("open palm", Pose.PALM, [moved(upright, left=True)]),
        ("pinch ...", Pose.PINCH, [moved(upright, pose=pinch(0.18))]),
        ("... and open", Pose.OTHER, [moved(upright, pose=pinch(0.8))]),
        ("thumb up", Pose.THUMB_UP, [moved(upright, pose=POSES["thumb"], roll=-90.0, y=130.0)]),
        ("thumb down", Pose.THUMB_DOWN, [moved(upright, pose=POSES["thumb"], roll=90.0, left=False, y=110.0)]),
    ]
    tiles = [_tile(networks, rng, *what) for what in shown]
    rows = np.hstack(tiles)
    # A palette keeps it small.
    from PIL import Image

    Image.fromarray(rows[..., :3]).quantize(200, dither=Image.Dither.NONE).save(Path(sys.argv[1]), optimize=True)


def _tile(networks: HandNetworks, rng: np.random.Generator, title: str, pose: Pose, hands: list[PlacedHand]) -> Pixels:
    """The last of these hands with its joints; the one before it as a ghost."""
    found: list[Hand] = []
    while [read_pose(hand).pose for hand in found] != [pose]:  # another room, until the hand is plain to see
        scenery = Scenery.random(rng, _WIDTH, _HEIGHT)
        clean = draw(scenery, hands[-1:], rng)
        tracker = HandTracker(networks)
        tracker.hands(clean)
        found = tracker.hands(clean)
    tile = clean
    if len(hands) > 1:
        tile = cv2.addWeighted(draw(scenery, hands[:1], rng), 0.35, clean, 0.65, 0.0)
    tile = cv2.medianBlur(tile, 3)  # the camera's noise would only make the file large
    for hand in found:
        _draw_joints(tile, hand.joints)
    for color, thickness in ((_SHADOW, 4), (_INK, 1)):
        cv2.putText(tile, title, (8, 22), cv2.FONT_HERSHEY_SIMPLEX, 0.6, color, thickness, cv2.LINE_AA)
    if len(hands) > 1:
        cv2.arrowedLine(tile, (80, 210), (170, 210), _INK, 3, cv2.LINE_AA, tipLength=0.2)
    return tile


def _draw_joints(tile: Pixels, joints: np.ndarray) -> None:
    places = [(round(float(x)), round(float(y))) for x, y in joints[:, :2]]
    for finger in range(5):
        chain = [places[0], *places[1 + 4 * finger : 5 + 4 * finger]]
        for a, b in itertools.pairwise(chain):
            cv2.line(tile, a, b, (60, 255, 90, 255), 1, cv2.LINE_AA)
    for place in places:
        cv2.circle(tile, place, 2, (255, 70, 70, 255), -1, cv2.LINE_AA)


if __name__ == "__main__":
    main()
