"""The level as data: where its solids stand. Panda3D's space: metres, z up, ground at z = 0."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True)
class Box:
    """`center` and `size` along x, y, z; `grey` 0..1, the material."""

    center: tuple[float, float, float]
    size: tuple[float, float, float]
    grey: float = 0.6


@dataclass(frozen=True)
class Ramp:
    """A wedge over the rectangle `low`..`high` of the ground, rising from 0 at low y to `height` at high y."""

    low: tuple[float, float]
    high: tuple[float, float]
    height: float
    grey: float = 0.6


@dataclass(frozen=True)
class Column:
    """An upright cylinder."""

    base: tuple[float, float, float]
    radius: float
    height: float
    grey: float = 0.7


@dataclass(frozen=True)
class Sphere:
    """A ball."""

    center: tuple[float, float, float]
    radius: float
    grey: float = 0.65


@dataclass(frozen=True)
class Route:
    """A closed way over the ground: corners, metres a second, and how far along it starts."""

    corners: tuple[tuple[float, float], ...]
    speed: float
    start: float = 0.0

    def at(self, way: float) -> tuple[float, float, float]:
        """x, y and heading (degrees, 0: +y, positive: to the left) after `way` metres."""
        legs = list(pairwise((*self.corners, self.corners[0])))
        left = (self.start + way) % sum(math.dist(a, b) for a, b in legs)
        for (ax, ay), (bx, by) in legs:
            length = math.dist((ax, ay), (bx, by))
            if left <= length:
                break
            left -= length
        share = left / length
        return ax + (bx - ax) * share, ay + (by - ay) * share, math.degrees(math.atan2(ax - bx, by - ay))


# The level is 80 x 80 m; the plate under it goes on, so that the horizon is ground and not an edge.
LEVEL_SIZE = 80.0
PLATE_SIZE = 500.0


def _standing(x: float, y: float, width: float, depth: float, height: float, grey: float, bottom: float = 0.0) -> Box:
    return Box((x, y, bottom + height / 2), (width, depth, height), grey)


BUILDINGS = (
    # West of the street, from south to north, then east of it, then the far side of the square.
    _standing(-12.0, -29.0, 10.0, 12.0, 8.0, 0.55),
    _standing(-11.0, -14.5, 8.0, 9.0, 12.0, 0.62),
    _standing(-17.0, 1.0, 8.0, 10.0, 6.0, 0.50),
    _standing(-20.0, 18.0, 12.0, 14.0, 14.0, 0.58),
    _standing(12.5, -30.0, 11.0, 10.0, 5.5, 0.60),
    _standing(11.5, -15.5, 9.0, 11.0, 9.0, 0.52),
    _standing(24.0, -6.0, 9.0, 12.0, 11.0, 0.64),
    _standing(23.0, 24.0, 14.0, 10.0, 7.0, 0.56),
    _standing(1.0, 31.0, 12.0, 8.0, 13.0, 0.60),
    _standing(-8.0, 35.0, 6.0, 6.0, 4.0, 0.50),
    _standing(33.0, 10.0, 6.0, 16.0, 5.0, 0.58),
    _standing(-34.0, -8.0, 8.0, 20.0, 9.0, 0.54),
    _standing(-33.0, 32.0, 10.0, 10.0, 10.0, 0.62),
    _standing(33.0, -32.0, 10.0, 10.0, 14.0, 0.55),
)

# A gate across the street: two posts and a lintel.
GATE = (
    _standing(-4.0, -8.5, 1.2, 1.4, 4.4, 0.68),
    _standing(4.0, -8.5, 1.2, 1.4, 4.4, 0.68),
    _standing(0.0, -8.5, 9.2, 1.4, 1.0, 0.68, bottom=4.4),
)

# Eight stairs up to a platform on the square's east side.
STAIRS = tuple(_standing(12.2 + 0.4 * i, 9.0, 0.4, 5.0, 0.25 * (i + 1), 0.66) for i in range(8))
PLATFORM = _standing(18.4, 9.0, 6.0, 9.0, 2.25, 0.60)

CRATES = (
    _standing(-5.2, -20.0, 1.4, 1.4, 1.4, 0.70),
    _standing(-5.0, -18.4, 1.0, 1.0, 1.0, 0.60),
    _standing(5.4, -24.0, 1.2, 2.0, 1.2, 0.66),
    _standing(-7.0, 8.0, 2.0, 1.2, 0.9, 0.58),
    _standing(8.0, 18.0, 1.6, 1.6, 1.6, 0.70),
)

BOXES = BUILDINGS + GATE + STAIRS + (PLATFORM,) + CRATES
RAMPS = (Ramp((-14.0, 9.0), (-10.5, 15.0), 2.0, 0.64), Ramp((5.5, 21.0), (9.0, 26.0), 1.6, 0.60))
COLUMNS = (
    *(Column((x, 17.0, 0.0), 0.45, 5.0) for x in (-6.5, -2.2, 2.2, 6.5)),
    Column((-8.0, 1.0, 0.0), 0.7, 7.0, 0.62),
)
SPHERES = (
    Sphere((9.0, 1.5, 1.3), 1.3, 0.70),
    Sphere((-4.5, 11.5, 0.8), 0.8, 0.60),
    Sphere((18.4, 9.0, 3.35), 1.1, 0.72),
)
# Along the street on both sides of the camera's walk, around the square, and where the street ends.
ROUTES = (
    Route(((2.6, -24.0), (2.6, -10.0), (3.1, -10.0), (3.1, -24.0)), 1.1, 4.0),
    Route(((-2.9, -17.0), (-2.9, -3.0), (-2.4, -3.0), (-2.4, -17.0)), 1.0, 2.0),
    Route(((6.5, 4.0), (10.5, 4.0), (10.5, 7.0), (6.5, 7.0)), 0.9),
    Route(((-5.0, 19.0), (5.0, 19.0), (5.0, 21.0), (-5.0, 21.0)), 1.2, 3.0),
    Route(((-3.0, 14.5), (1.5, 14.5), (1.5, 15.5), (-3.0, 15.5)), 0.8),
    Route(((0.5, -31.5), (5.0, -31.5), (5.0, -34.0), (0.5, -34.0)), 1.0),
    Route(((-9.0, 4.0), (-5.5, 4.0), (-5.5, 9.5), (-9.0, 9.5)), 1.0, 5.0),
)
