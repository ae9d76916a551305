"""Where the sun stands: the frame says it, or the look."""

from __future__ import annotations

import numpy as np

from ...frame import InputFrame
from ...protocol.decode_parts import SHORTEST_DIRECTION
from .look import Look

# Where the sun stands when neither the frame nor the controls say it.
_DEFAULT_SUN = {
    "day": (0.45, 0.75, 0.48),
    "overcast": (0.3, 0.85, 0.43),
    "sunset": (0.7, 0.2, -0.69),
    "night": (-0.5, 0.65, 0.57),
    "neon": (0.3, 0.6, -0.74),
    "fog": (0.4, 0.7, 0.59),
}


def sun_of(frame: InputFrame, look: Look) -> tuple[float, float, float]:
    """Unit, world space, towards the sun.

    Raises:
        ValueError: the frame's direction has no length.
    """
    return sun_of_look(look) if frame.sun is None else _unit(frame.sun.direction)


def sun_of_look(look: Look) -> tuple[float, float, float]:
    """Of frames that have none."""
    direction = look.sun_direction
    if direction is None:
        parts = [np.array(_DEFAULT_SUN.get(k, (0.4, 0.8, 0.45))) * v for k, v in look.lighting.items()]
        direction = tuple(np.sum(parts, axis=0))
    return _unit(direction)


def _unit(direction: tuple[float, ...]) -> tuple[float, float, float]:
    vector = np.asarray(direction, np.float64)
    length = float(np.linalg.norm(vector))
    if not np.isfinite(length) or length < SHORTEST_DIRECTION:
        raise ValueError("The sun's direction has no length; send a unit vector towards the sun.")
    return (float(vector[0] / length), float(vector[1] / length), float(vector[2] / length))
