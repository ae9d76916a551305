"""A walk through the level: a closed, smooth path at eye height, that turns away from where it came from and comes back."""

from __future__ import annotations

import math
from dataclasses import dataclass

EYE_HEIGHT = 1.7


@dataclass(frozen=True)
class Pose:
    """Panda3D's space: `position` in metres, `heading` in degrees (0: +y, positive: to the left), `pitch` in degrees."""

    position: tuple[float, float, float]
    heading: float
    pitch: float


# Evenly spaced in time: x, y, heading, pitch. North through the gate, around the square, back through the gate and around.
_KEYS = (
    (0.0, -27.0, 0.0, 2.0),
    (0.6, -23.0, -4.0, 2.0),
    (0.8, -18.0, 10.0, 3.0),
    (0.0, -13.0, 0.0, 3.0),
    (0.0, -8.0, -8.0, 2.0),
    (1.0, -3.0, -35.0, 0.0),
    (2.6, 1.5, -48.0, 0.0),
    (4.0, 6.0, -25.0, 3.0),
    (3.4, 10.5, 25.0, 3.0),
    (0.5, 12.5, 70.0, 0.0),
    (-2.2, 9.5, 125.0, 0.0),
    (-2.4, 4.5, 172.0, 2.0),
    (-1.5, -2.0, 186.0, 3.0),
    (-0.6, -8.0, 180.0, 3.0),
    (-0.8, -14.0, 172.0, 2.0),
    (-2.0, -20.0, 188.0, 1.0),
    (-3.0, -25.0, 240.0, 1.0),
    (-1.6, -28.5, 315.0, 2.0),
)


class CameraPath:
    """The walk, once around in `duration` seconds."""

    def __init__(self, duration: float = 20.0) -> None:
        if not duration > 0:
            raise ValueError("the walk's duration must be positive.")
        self.duration = duration

    def pose(self, t: float) -> Pose:
        """Where the camera is `t` seconds after the start; the walk repeats."""
        place = (t / self.duration) % 1.0 * len(_KEYS)
        i = math.floor(place) % len(_KEYS)
        values = _catmull_rom([_key(i + k) for k in (-1, 0, 1, 2)], place - math.floor(place))
        x, y, heading, pitch = values
        return Pose((x, y, EYE_HEIGHT), heading, pitch)


def _key(i: int) -> tuple[float, float, float, float]:
    """Key `i` of the endless walk: each round adds a full turn, because the walk ends a turn further than it began."""
    turns, k = divmod(i, len(_KEYS))
    x, y, heading, pitch = _KEYS[k]
    return x, y, heading + 360.0 * turns, pitch


def _catmull_rom(keys: list[tuple[float, float, float, float]], u: float) -> tuple[float, ...]:
    a, b, c, d = keys
    return tuple(
        0.5 * (2 * q + (r - p) * u + (2 * p - 5 * q + 4 * r - s) * u**2 + (3 * q - p - 3 * r + s) * u**3)
        for p, q, r, s in zip(a, b, c, d, strict=True)
    )
