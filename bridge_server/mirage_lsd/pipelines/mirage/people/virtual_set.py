"""A place that stands behind people: a small level of boxes, drawn as an engine's editor would show it, with depth and camera.

What is drawn goes through the model as any engine's frame does, so that the place is painted as well as a game's level.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from ....frame import Camera, InputFrame

Floats = npt.NDArray[np.float64]

_EYE_HEIGHT = 1.55
_LOOKS_UP = math.radians(4.0)
# Of the longer side: a camera on a desk.
_FIELD_OF_VIEW = math.radians(58.0)
_NEAR_M, _FAR_M = 0.25, 400.0
_SKY_GREY, _AMBIENT = 0.76, 0.55
_LIGHT = np.array((0.38, 0.72, 0.58))
# Sides of a box: outward axis and sign, and the corners counter-clockwise as seen from outside.
_SIDES = tuple((axis, sign) for axis in range(3) for sign in (-1.0, 1.0))


@dataclass(frozen=True, slots=True)
class Box:
    """An upright box, metres, +y up: its middle, half its sides, and its grey 0..1."""

    center: tuple[float, float, float]
    half: tuple[float, float, float]
    grey: float


def street(seed: int) -> tuple[Box, ...]:
    """A street that leads away from the camera, which stands in its middle and looks along -z; `seed` chooses the houses."""
    draw = np.random.default_rng(seed)
    boxes = []
    for side in (-1.0, 1.0):
        z = 1.0
        while z > -62.0:
            length, height = draw.uniform(4.5, 9.0), draw.uniform(4.0, 11.0)
            front, grey = draw.uniform(3.2, 5.0), draw.uniform(0.5, 0.72)
            if draw.random() < 0.85:
                boxes.append(_standing(side * (front + 4.0), z - length / 2, 4.0, length / 2 - 0.2, height, grey))
            if draw.random() < 0.5:
                boxes.append(_standing(side * (front - 0.5), z - length / 2, 0.5, 0.6, draw.uniform(0.4, 1.2), 0.62))
            if draw.random() < 0.4:
                boxes.append(_standing(side * (front - 0.9), z - length, 0.22, 0.22, draw.uniform(3.0, 4.5), 0.66))
            z -= length
    at = draw.uniform(-34.0, -24.0)
    boxes += [_standing(x, at, 0.6, 0.6, 5.0, 0.6) for x in (-2.9, 2.9)]
    boxes.append(Box((0.0, 5.5, at), (3.9, 0.5, 0.7), 0.6))
    boxes.append(_standing(draw.uniform(-2.5, 2.5), -75.0, 4.0, 4.0, draw.uniform(14.0, 22.0), 0.58))
    return tuple(boxes)


def _standing(x: float, z: float, half_x: float, half_z: float, height: float, grey: float) -> Box:
    return Box((x, height / 2, z), (half_x, height / 2, half_z), grey)


def camera_at(offset: tuple[float, float], height: int, width: int) -> Camera:
    """The camera of a picture of `height` x `width`, moved to the right and up by `offset` metres."""
    c, s = math.cos(_LOOKS_UP), math.sin(_LOOKS_UP)
    pose = np.eye(4)
    pose[:3, :3] = ((1, 0, 0), (0, c, -s), (0, s, c))
    # Not on the fields' lattice.
    pose[:3, 3] = (0.13 + offset[0], _EYE_HEIGHT + offset[1], 0.17)
    scale = 1.0 / math.tan(_FIELD_OF_VIEW / 2) * max(height, width)
    a, b = (_FAR_M + _NEAR_M) / (_NEAR_M - _FAR_M), 2 * _FAR_M * _NEAR_M / (_NEAR_M - _FAR_M)
    projection = np.array([[scale / width, 0, 0, 0], [0, scale / height, 0, 0], [0, 0, a, b], [0, 0, -1, 0]])
    return Camera(np.linalg.inv(pose).astype(np.float32), projection.astype(np.float32), _NEAR_M, _FAR_M)


def draw_set(boxes: tuple[Box, ...], camera: Camera, height: int, width: int, seq: int = 1) -> InputFrame:
    """What the camera sees of the boxes and of the ground under them: color, depth, normals."""
    view = camera.view.astype(np.float64)
    eye: Floats = np.linalg.inv(view)[:3, 3].astype(np.float64)
    sx, sy = float(camera.projection[0, 0]) * width / 2, float(camera.projection[1, 1]) * height / 2
    nearest = np.zeros((height, width), np.float32)  # the inverse of depth
    shown = np.zeros((height, width), np.uint16)
    normals, greys = [np.zeros(3)], [_SKY_GREY]
    for corners, normal, grey in _faces(boxes, eye):
        polygon = _clipped(corners @ view[:3, :3].T + view[:3, 3])
        if len(polygon) < 3:
            continue
        # A plane's inverse depth is linear on the picture.
        plane_normal = view[:3, :3] @ normal
        away = float(plane_normal @ polygon[0])
        if abs(away) < 1e-9:
            continue
        pixels = np.stack(
            [polygon[:, 0] / -polygon[:, 2] * sx + width / 2, height / 2 - polygon[:, 1] / -polygon[:, 2] * sy], 1
        )
        low = np.clip(np.floor(pixels.min(0)) - 1, 0, (width, height)).astype(int)
        high = np.clip(np.ceil(pixels.max(0)) + 1, 0, (width, height)).astype(int)
        if (high <= low).any():
            continue
        window = np.s_[low[1] : high[1], low[0] : high[0]]
        covered = np.zeros((high[1] - low[1], high[0] - low[0]), np.uint8)
        # In sixteenths of a pixel; a pixel's middle is at its whole number for OpenCV.
        points = np.clip((pixels - 0.5 - low) * 16, -(2**26), 2**26)
        cv2.fillConvexPoly(covered, np.round(points).astype(np.int32), 1, cv2.LINE_8, 4)
        x = (np.arange(low[0], high[0]) + 0.5 - width / 2) / sx
        y = (height / 2 - np.arange(low[1], high[1]) - 0.5) / sy
        inverse = ((plane_normal[0] * x + (plane_normal[1] * y - plane_normal[2])[:, None]) / away).astype(np.float32)
        front = (covered > 0) & (inverse > nearest[window])
        nearest[window][front] = inverse[front]
        shown[window][front] = len(normals)
        normals.append(normal)
        greys.append(grey * (_AMBIENT + (1.0 - _AMBIENT) * max(0.0, float(normal @ _LIGHT))))
    depth = np.zeros_like(nearest)
    np.divide(1.0, nearest, out=depth, where=nearest > 1.0 / _FAR_M)
    color = np.full((height, width, 4), 255, np.uint8)
    color[..., :3] = (np.array(greys) * 255).astype(np.uint8)[shown][..., None]
    normal_bytes = np.full((len(normals), 4), 255, np.uint8)
    normal_bytes[:, :3] = np.round((np.array(normals) / 2 + 0.5) * 255)
    return InputFrame(seq, color, depth=depth, normal=normal_bytes[shown], camera=camera)


def _faces(boxes: tuple[Box, ...], eye: Floats) -> list[tuple[Floats, Floats, float]]:
    """Corners (4, 3), normal and grey of each side that faces the eye, the ground first."""
    ground = np.array([(-200, 0, 60), (200, 0, 60), (200, 0, -380), (-200, 0, -380)], np.float64)
    found = [(ground, np.array((0.0, 1.0, 0.0)), 0.62)]
    for box in boxes:
        center, half = np.array(box.center), np.array(box.half)
        for axis, sign in _SIDES:
            normal = np.zeros(3)
            normal[axis] = sign
            if (eye - center)[axis] * sign <= half[axis]:
                continue
            u, v = (axis + 1) % 3, (axis + 2) % 3
            corners = np.tile(center + normal * half, (4, 1))
            for i, (a, b) in enumerate(((-1, -1), (1, -1), (1, 1), (-1, 1))):
                corners[i, u] += a * half[u]
                corners[i, v] += b * half[v]
            found.append((corners, normal, box.grey))
    return found


def _clipped(polygon: Floats) -> Floats:
    """The part of a polygon (N, 3), camera space, that lies beyond the near plane (Sutherland and Hodgman, 1974)."""
    kept = []
    for i, now in enumerate(polygon):
        before = polygon[i - 1]
        inside, was_inside = now[2] <= -_NEAR_M, before[2] <= -_NEAR_M
        if inside != was_inside:
            share = (-_NEAR_M - before[2]) / (now[2] - before[2])
            kept.append(before + share * (now - before))
        if inside:
            kept.append(now)
    return np.array(kept)
