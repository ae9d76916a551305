"""Where on a body each pixel lies: how far along trunk, arm or leg, and how far around it. Patterns are drawn there, so that they go with the body."""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt

from ....people.body import ANKLES, ELBOWS, HIPS, KNEES, SHOULDERS, WRISTS, Body

Floats = npt.NDArray[np.float32]

# The places are worked out on a picture at most this wide.
_WIDE = 640
# Metres: from shoulder to shoulder, radii of trunk, arms and legs, and of an adult's trunk the length.
_SHOULDERS_M, _TRUNK_M, _ARM_M, _LEG_M, _TRUNK_LENGTH_M = 0.36, 0.19, 0.075, 0.11, 0.5
# How much a ring around the trunk sags in front, seen from the height of the eyes.
_SAG_M = 0.03
# A joint that is less sure than this is not where it is said to be.
_LEAST_SEEN = 0.4


def around_body(body: Body, shape: tuple[int, int]) -> tuple[Floats, Floats]:
    """(around, along), H x W each, in metres, for a picture of `shape`: around trunk or limb from its front, and along it from the shoulders down."""
    height, width = shape
    shrink = max(1.0, max(height, width) / _WIDE)
    w, h = max(2, round(width / shrink)), max(2, round(height / shrink))
    joints = body.joints / np.float32(shrink)
    per_metre = body.width / shrink / _SHOULDERS_M
    y, x = np.mgrid[:h, :w].astype(np.float32)
    y, x = y + np.float32(0.5), x + np.float32(0.5)
    neck, hip = joints[list(SHOULDERS)].mean(0), joints[list(HIPS)].mean(0)
    down = (hip - neck)[:2]
    # A trunk that leans away is shorter on the picture.
    length = float(np.hypot(*down)) + 1e-3
    down = down / length
    foreshortened = min(1.0, length / (per_metre * _TRUNK_LENGTH_M))
    right, left = joints[SHOULDERS[1]], joints[SHOULDERS[0]]
    yaw = math.atan2(float(left[2] - right[2]), float(left[0] - right[0]) + 1e-6)
    yaw = (yaw + math.pi / 2) % math.pi - math.pi / 2
    dx, dy = x - neck[0], y - neck[1]
    beside = (dx * -down[1] + dy * down[0]) * -1.0 / per_metre
    across = np.clip(beside / _TRUNK_M, -1.0, 1.0)
    around = (np.arcsin(across) - yaw) * _TRUNK_M
    along = (dx * down[0] + dy * down[1]) / per_metre / max(foreshortened, 0.4)
    along += _SAG_M * across**2
    # Distances in radii: a pixel is of the limb or trunk to whose middle it is nearest.
    nearest = np.maximum(np.abs(beside) / _TRUNK_M, np.where(along < 0.0, 1.2, 0.0))
    for side in (0, 1):
        start = 0.0
        for a, b, radius in (
            (SHOULDERS[side], ELBOWS[side], _ARM_M), (ELBOWS[side], WRISTS[side], _ARM_M),
            (HIPS[side], KNEES[side], _LEG_M), (KNEES[side], ANKLES[side], _LEG_M),
        ):  # fmt: skip
            if a == HIPS[side]:
                start = _TRUNK_LENGTH_M
            bone = joints[b, :2] - joints[a, :2]
            bone_length = float(np.hypot(*bone)) + 1e-3
            seen = min(float(body.seen[a]), float(body.seen[b])) >= _LEAST_SEEN
            if seen and (a in (*SHOULDERS, *HIPS) or _inside(joints[b], w, h)):
                bone = bone / bone_length
                bx, by = x - joints[a, 0], y - joints[a, 1]
                on = bx * bone[0] + by * bone[1]
                off = (by * bone[0] - bx * bone[1]) / per_metre
                beyond = np.maximum(np.maximum(-on, on - bone_length) / per_metre, 0.0)
                distance = np.hypot(off, beyond) / radius
                of_limb = distance < np.minimum(nearest, 2.5)
                nearest = np.where(of_limb, distance, nearest)
                along = np.where(of_limb, start + on / per_metre, along)
                around = np.where(of_limb, np.arcsin(np.clip(off / radius, -1.0, 1.0)) * radius, around)
            start += bone_length / per_metre
    size = (width, height)
    return (
        np.asarray(cv2.resize(around.astype(np.float32), size, interpolation=cv2.INTER_LINEAR), np.float32),
        np.asarray(cv2.resize(along.astype(np.float32), size, interpolation=cv2.INTER_LINEAR), np.float32),
    )


def _inside(joint: Floats, width: int, height: int) -> bool:
    """A hand or foot beyond the picture's edge is a guess, and its sleeve would come and go."""
    return 0.0 <= float(joint[0]) < width and 0.0 <= float(joint[1]) < height
