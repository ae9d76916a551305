"""The level as Panda3D stores it: right-handed, z up, y forward, metres, row vectors, OpenGL clip space. It has no velocity buffer.

`view_matrix` is root.getMat(camera), `projection_matrix` lens.getProjectionMat(): from z-up camera space to clip space.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .level import BOXES, Array, Lens, Pose, View

DEFAULT_FAR_M = 1000.0


def point(p: Any) -> Array:
    """A position of the protocol's world in Panda3D's."""
    p = np.asarray(p, np.float64)
    return np.stack([p[..., 0], -p[..., 2], p[..., 1]], -1)


def view_matrix(pose: Pose) -> Array:
    """World to camera for row vectors; heading about z, pitch about x, roll about y, each anticlockwise seen from its tip."""
    h, p, r = np.radians([pose.heading, pose.pitch, pose.roll])
    about_z = np.array([[np.cos(h), -np.sin(h), 0], [np.sin(h), np.cos(h), 0], [0, 0, 1]])
    about_x = np.array([[1, 0, 0], [0, np.cos(p), -np.sin(p)], [0, np.sin(p), np.cos(p)]])
    about_y = np.array([[np.cos(r), 0, np.sin(r)], [0, 1, 0], [-np.sin(r), 0, np.cos(r)]])
    world_from_camera = about_z @ about_x @ about_y
    matrix = np.eye(4)
    matrix[:3, :3] = world_from_camera
    matrix[3, :3] = -point(pose.eye) @ world_from_camera
    return matrix


def _far(lens: Lens) -> float:
    return DEFAULT_FAR_M if lens.far is None else lens.far


def projection_matrix(lens: Lens) -> Array:
    near, far = lens.near, _far(lens)
    matrix = np.zeros((4, 4))
    matrix[0, 0], matrix[2, 1] = 1 / lens.tan_x, 1 / lens.tan_y
    matrix[1, 2], matrix[1, 3] = (far + near) / (far - near), 1.0
    matrix[3, 2] = -2 * far * near / (far - near)
    return matrix


def describe(pose: Pose, previous: Pose, lens: Lens, view: View) -> dict[str, Any]:
    """Everything a Panda3D program reads for this frame."""
    near, far = lens.near, _far(lens)
    metres = np.where(view.sky, far, view.depth)
    boxes = [
        {"name": b.name, "corner_a": point(b.low), "corner_b": point(b.high), "moved": point(b.moved)} for b in BOXES
    ]
    hpr, previous_hpr = ([p.heading, p.pitch, p.roll] for p in (pose, previous))
    return {
        "level": boxes,
        "camera": {"position": point(pose.eye), "hpr_deg": hpr},
        "previous_camera": {"position": point(previous.eye), "hpr_deg": previous_hpr},
        "view_matrix": view_matrix(pose),
        "previous_view_matrix": view_matrix(previous),
        "projection_matrix": projection_matrix(lens),
        "depth_raw": np.where(view.sky, 1.0, far * (metres - near) / (metres * (far - near))),
        "near_m": near,
        "far_m": far,
    }
