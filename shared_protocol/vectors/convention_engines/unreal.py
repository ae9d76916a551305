"""The level as Unreal Engine 5 stores it: left-handed, z up, x forward, centimetres, row vectors, reversed Z.

Rotator and matrices: FRotationMatrix, FReversedZPerspectiveMatrix, and the swap of axes of the engine's view matrix. Velocity:
current minus previous position in normalised device coordinates (y up), encoded as EncodeVelocityToTexture of Common.ush does
from SM5 on (VELOCITY_ENCODE_GAMMA 1); 0 where nothing was written.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .level import BOXES, HEIGHT, WIDTH, Array, Lens, Pose, View

CM = 100.0
# The far plane that the protocol is told of when the engine's is infinite, metres.
INFINITE_FAR_M = 100000.0


def point(p: Any) -> Array:
    """A position of the protocol's world in Unreal's."""
    p = np.asarray(p, np.float64)
    return np.stack([-p[..., 2], p[..., 0], p[..., 1]], -1) * CM


def _camera(pose: Pose) -> dict[str, Any]:
    rotation = {"pitch": pose.pitch, "yaw": -pose.heading, "roll": pose.roll}
    return {"location_cm": point(pose.eye), "rotation_deg": rotation}


def view_matrix(pose: Pose) -> Array:
    """World to view, for row vectors: translation, inverse rotation, then x right, y up, z forward."""
    p, y, r = np.radians([pose.pitch, -pose.heading, pose.roll])
    sp, sy, sr, cp, cy, cr = np.sin(p), np.sin(y), np.sin(r), np.cos(p), np.cos(y), np.cos(r)
    rotation = np.array(
        [
            [cp * cy, cp * sy, sp],
            [sr * sp * cy - cr * sy, sr * sp * sy + cr * cy, -sr * cp],
            [-(cr * sp * cy + sr * sy), cy * sr - cr * sp * sy, cr * cp],
        ]
    )
    swap = np.array([[0.0, 0, 1], [1, 0, 0], [0, 1, 0]])
    matrix = np.eye(4)
    matrix[:3, :3] = rotation.T @ swap
    matrix[3, :3] = -point(pose.eye) @ matrix[:3, :3]
    return matrix


def projection_matrix(lens: Lens) -> Array:
    """FReversedZPerspectiveMatrix, for row vectors, centimetres."""
    near = lens.near * CM
    matrix = np.zeros((4, 4))
    matrix[0, 0], matrix[1, 1], matrix[2, 3] = 1 / lens.tan_x, 1 / lens.tan_y, 1.0
    if lens.far is None:
        matrix[3, 2] = near
    else:
        far = lens.far * CM
        matrix[2, 2], matrix[3, 2] = near / (near - far), -far * near / (near - far)
    return matrix


def _depth(view: View, projection: Array) -> Array:
    cm = np.where(view.sky, 1.0, view.depth) * CM
    return np.where(view.sky, 0.0, (cm * projection[2, 2] + projection[3, 2]) / cm)


def _velocity(view: View) -> Array:
    ndc = -view.motion * np.array([2.0 / WIDTH, -2.0 / HEIGHT])
    gamma = np.sign(ndc) * np.sqrt(np.abs(ndc)) * (2.0 / np.sqrt(2.0))
    stored = np.round((gamma * (0.499 * 0.5) + 32767.0 / 65535.0) * 65535.0)
    return np.where(view.moving[..., None], stored, 0.0).astype(np.int64)


def describe(pose: Pose, previous: Pose, lens: Lens, view: View) -> dict[str, Any]:
    """Everything an Unreal plugin reads for this frame."""
    projection = projection_matrix(lens)
    boxes = [
        {"name": b.name, "corner_a_cm": point(b.low), "corner_b_cm": point(b.high), "moved_cm": point(b.moved)}
        for b in BOXES
    ]
    return {
        "level": boxes,
        "camera": _camera(pose),
        "previous_camera": _camera(previous),
        "view_matrix": view_matrix(pose),
        "previous_view_matrix": view_matrix(previous),
        "projection_matrix": projection,
        "depth_raw": _depth(view, projection),
        "velocity_raw_u16": _velocity(view),
        "near_m": lens.near,
        "far_m": INFINITE_FAR_M if lens.far is None else lens.far,
    }
