"""Writes the sample level for Unreal from the one source of it, mirage_lsd.samples.greybox.solids.

    python unreal_plugin/generate_greybox_level.py [FILE]

Panda3D: metres, x right, y forward, z up. Unreal: centimetres, x forward, y right, z up. Each solid becomes one of the engine's basic shapes, which
are 100 cm large.
"""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY / "bridge_server"))

from mirage_lsd.samples.greybox import solids, themes  # noqa: E402

TARGET = REPOSITORY / "unreal_plugin" / "MirageLSD" / "Content" / "Python" / "greybox_level.json"
CM = 100.0
SLAB_M = 0.2


def _point(x: float, y: float, z: float) -> list[float]:
    return [round(y * CM, 3), round(x * CM, 3), round(z * CM, 3)]


def _shape(shape: str, center: list[float], scale: list[float], grey: float, pitch: float = 0.0) -> dict[str, Any]:
    return {"shape": shape, "location_cm": center, "pitch_deg": pitch, "scale": scale, "grey": grey}


def _box(box: solids.Box) -> dict[str, Any]:
    width, depth, height = box.size
    return _shape("Cube", _point(*box.center), [depth, width, height], box.grey)


def _ramp(ramp: solids.Ramp) -> dict[str, Any]:
    """The engine has no wedge: a slab whose upper side is the slope."""
    (x0, y0), (x1, y1) = ramp.low, ramp.high
    run = y1 - y0
    angle = math.atan2(ramp.height, run)
    below = SLAB_M / 2
    center = _point((x0 + x1) / 2, (y0 + y1) / 2 + below * math.sin(angle), ramp.height / 2 - below * math.cos(angle))
    scale = [round(math.hypot(run, ramp.height), 4), x1 - x0, SLAB_M]
    return _shape("Cube", center, scale, ramp.grey, round(math.degrees(angle), 4))


def _column(column: solids.Column) -> dict[str, Any]:
    x, y, z = column.base
    size = column.radius * 2
    return _shape("Cylinder", _point(x, y, z + column.height / 2), [size, size, column.height], column.grey)


def _sphere(sphere: solids.Sphere) -> dict[str, Any]:
    return _shape("Sphere", _point(*sphere.center), [sphere.radius * 2] * 3, sphere.grey)


def level() -> dict[str, Any]:
    ground = solids.Box((0.0, 0.0, -0.5), (solids.PLATE_SIZE, solids.PLATE_SIZE, 1.0), 0.45)
    shapes = [_box(ground), *map(_box, solids.BOXES), *map(_ramp, solids.RAMPS)]
    shapes += [*map(_column, solids.COLUMNS), *map(_sphere, solids.SPHERES)]
    first = themes.THEMES[0]
    towards = _point(*first.sun)
    return {
        "shapes": shapes,
        "start_cm": _point(0.0, -27.0, 1.7),
        "sun": {"towards": [round(v / CM, 4) for v in towards]},
        "theme": {"scene": first.scene, "lighting": first.lighting},
    }


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET
    target.write_text(json.dumps(level(), indent=1) + "\n", encoding="utf-8", newline="\n")
