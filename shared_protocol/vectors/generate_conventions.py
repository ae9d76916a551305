"""Writes conventions.json: one small level as Unreal, Unity and Panda3D describe it, and what the protocol makes of it.

    python shared_protocol/vectors/generate_conventions.py [FOLDER]

Plugins read their engine's part and must come to `expected`. Matrices are listed row by row as the engine indexes them (Unreal's
M[row][column], Unity's m<row><column>, Panda3D's getCell(row, column)): whether vectors are rows or columns is the engine's
affair. Pictures are listed row by row, row 0 on top. Everything of `expected` is in the protocol's convention (PROTOCOL.md,
section 2): `view` and `previous_view` are the same for all engines; `projection`, `near_m` and `far_m` are the engine's own, because
engines differ in their far plane. `depth_m` is 0 for sky; `motion_px` is previous minus current, +y down.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from convention_engines import panda3d, unity, unreal
from convention_engines.level import HEIGHT, WIDTH, Array, Lens, Pose, render

ENGINES = {"unreal": unreal, "unity": unity, "panda3d": panda3d}
CASES = {
    "walk": (
        Pose((0.3, 1.7, 0.4), 4.0, -6.0, 0.0),
        Pose((0.1, 1.65, 0.6), 6.5, -5.0, 0.0),
        Lens(1.0, 0.5625, 0.1, None),
    ),
    "roll": (
        Pose((-6.0, 3.2, -2.0), -38.0, -14.0, 17.0),
        Pose((-6.3, 3.1, -1.8), -35.0, -13.0, 12.0),
        Lens(0.8, 0.45, 0.25, 200.0),
    ),
}


def protocol_view(pose: Pose) -> Array:
    """camera_from_world of the protocol, straight from the axes."""
    right, up, forward = pose.axes()
    matrix = np.eye(4)
    matrix[:3, :3] = np.stack([right, up, -forward])
    matrix[:3, 3] = -matrix[:3, :3] @ np.array(pose.eye)
    return matrix


def protocol_projection(lens: Lens, near: float, far: float) -> Array:
    """clip_from_camera of the protocol: OpenGL clip space."""
    matrix = np.zeros((4, 4))
    matrix[0, 0], matrix[1, 1], matrix[3, 2] = 1 / lens.tan_x, 1 / lens.tan_y, -1.0
    matrix[2, 2], matrix[2, 3] = -(far + near) / (far - near), -2 * far * near / (far - near)
    return matrix


def case(name: str) -> dict[str, Any]:
    pose, previous, lens = CASES[name]
    view = render(pose, previous, lens)
    engines = {}
    for engine, module in ENGINES.items():
        described = module.describe(pose, previous, lens, view)
        described["expected_projection"] = protocol_projection(lens, described["near_m"], described["far_m"])
        engines[engine] = described
    expected = {
        "view": protocol_view(pose),
        "previous_view": protocol_view(previous),
        "depth_m": view.depth,
        "world_m": view.world,
        "motion_px": view.motion,
        "moving": view.moving.astype(int),
    }
    return {"name": name, "width": WIDTH, "height": HEIGHT, "expected": expected, "engines": engines}


def _plain(value: Any) -> Any:
    """Arrays as lists of pixels or of matrix elements, row by row; floats to 9 digits, enough for float32."""
    if isinstance(value, np.ndarray):
        if value.ndim >= 2 and value.shape[:2] == (HEIGHT, WIDTH):
            value = value.reshape(HEIGHT * WIDTH, -1)
            value = value[:, 0] if value.shape[1] == 1 else value
        elif value.ndim == 2:
            value = value.reshape(-1)
        return [_plain(v) for v in value.tolist()]
    if isinstance(value, list):
        return [_plain(v) for v in value]
    if isinstance(value, dict):
        return {key: _plain(v) for key, v in value.items()}
    return float(f"{value:.9g}") + 0.0 if isinstance(value, float) else value


def _text(value: Any, indent: int = 0) -> str:
    """JSON with one line per list."""
    if not isinstance(value, dict) and not (isinstance(value, list) and value and isinstance(value[0], dict)):
        return json.dumps(value)
    pad = " " * (indent + 1)
    if isinstance(value, list):
        return "[\n" + ",\n".join(pad + _text(v, indent + 1) for v in value) + "\n" + " " * indent + "]"
    items = (f"{pad}{json.dumps(key)}: {_text(v, indent + 1)}" for key, v in value.items())
    return "{\n" + ",\n".join(items) + "\n" + " " * indent + "}"


def generate(folder: Path) -> None:
    """Writes conventions.json below `folder`."""
    assert __doc__ is not None
    data = {"about": " ".join(__doc__.split("\n\n")[2].split()), "cases": [_plain(case(name)) for name in CASES]}
    (folder / "conventions.json").write_text(_text(data) + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    generate(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
