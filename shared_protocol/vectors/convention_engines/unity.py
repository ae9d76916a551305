"""The level as Unity stores it: left-handed, y up, z forward, metres, column vectors, OpenGL-style camera matrices.

`view_matrix` is Camera.worldToCameraMatrix, `projection_matrix` Camera.projectionMatrix (not GL.GetGPUProjectionMatrix's). Depth as
the depth texture has it with reversed Z (Direct3D, Metal, Vulkan) and without (OpenGL). Motion as _CameraMotionVectorsTexture and
_MotionVectorTexture have it: current minus previous, in texture coordinates, v downwards (UNITY_UV_STARTS_AT_TOP; on OpenGL y
has the other sign), the camera's motion included.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .level import BOXES, HEIGHT, WIDTH, Array, Lens, Pose, View, directions, pixels

# Unity has no infinite far plane.
DEFAULT_FAR_M = 1000.0


def point(p: Any) -> Array:
    """A position of the protocol's world in Unity's."""
    return np.asarray(p, np.float64) * np.array([1.0, 1.0, -1.0])


def _euler(pose: Pose) -> Array:
    return np.array([-pose.pitch, -pose.heading, -pose.roll])


def rotation(pose: Pose) -> Array:
    """world_from_camera for column vectors: Unity turns about z, then x, then y."""
    x, y, z = np.radians(_euler(pose))
    about_x = np.array([[1, 0, 0], [0, np.cos(x), -np.sin(x)], [0, np.sin(x), np.cos(x)]])
    about_y = np.array([[np.cos(y), 0, np.sin(y)], [0, 1, 0], [-np.sin(y), 0, np.cos(y)]])
    about_z = np.array([[np.cos(z), -np.sin(z), 0], [np.sin(z), np.cos(z), 0], [0, 0, 1]])
    turned: Array = about_y @ about_x @ about_z
    return turned


def view_matrix(pose: Pose) -> Array:
    """Camera.worldToCameraMatrix: the inverse of the transform, z negated, because the camera looks along -z as in OpenGL."""
    matrix = np.eye(4)
    matrix[:3, :3] = rotation(pose).T
    matrix[:3, 3] = -rotation(pose).T @ point(pose.eye)
    turned: Array = np.diag([1.0, 1.0, -1.0, 1.0]) @ matrix
    return turned


def _far(lens: Lens) -> float:
    return DEFAULT_FAR_M if lens.far is None else lens.far


def projection_matrix(lens: Lens) -> Array:
    near, far = lens.near, _far(lens)
    matrix = np.zeros((4, 4))
    matrix[0, 0], matrix[1, 1], matrix[3, 2] = 1 / lens.tan_x, 1 / lens.tan_y, -1.0
    matrix[2, 2], matrix[2, 3] = -(far + near) / (far - near), -2 * far * near / (far - near)
    return matrix


def _motion(pose: Pose, previous: Pose, lens: Lens, view: View) -> Array:
    # The sky lies in the depth texture on the far plane, and Unity takes it to stand there.
    eye, rays = np.array(pose.eye), directions(pose, lens)
    sky = pixels(eye + rays * _far(lens), previous, lens) - pixels(eye + rays, pose, lens)
    motion = np.where(view.sky[..., None], sky, view.motion)
    return -motion / np.array([WIDTH, HEIGHT])


def describe(pose: Pose, previous: Pose, lens: Lens, view: View) -> dict[str, Any]:
    """Everything a Unity plugin reads for this frame."""
    near, far = lens.near, _far(lens)
    metres = np.where(view.sky, far, view.depth)
    boxes = [
        {"name": b.name, "corner_a": point(b.low), "corner_b": point(b.high), "moved": point(b.moved)} for b in BOXES
    ]
    return {
        "level": boxes,
        "camera": {"position": point(pose.eye), "euler_deg": _euler(pose)},
        "previous_camera": {"position": point(previous.eye), "euler_deg": _euler(previous)},
        "view_matrix": view_matrix(pose),
        "previous_view_matrix": view_matrix(previous),
        "projection_matrix": projection_matrix(lens),
        "depth_raw_reversed": near * (far - metres) / (metres * (far - near)),
        "depth_raw_gl": far * (metres - near) / (metres * (far - near)),
        "motion_raw_uv": _motion(pose, previous, lens, view),
        "near_m": near,
        "far_m": far,
    }
