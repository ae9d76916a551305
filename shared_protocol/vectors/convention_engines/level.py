"""The level, seen by a camera, in the protocol's own convention (PROTOCOL.md, section 2), worked out without any matrix.

It is the ground (y = 0), two boxes, and sky. One box has moved since the previous frame.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

WIDTH, HEIGHT = 32, 18
FAR_AWAY_M = 1e6


@dataclass(frozen=True)
class Box:
    """Corners in metres; `moved` is how far it came since the previous frame."""

    name: str
    low: tuple[float, float, float]
    high: tuple[float, float, float]
    moved: tuple[float, float, float]


BOXES = (
    Box("crate", (1.0, 0.0, -9.0), (3.0, 2.5, -7.0), (0.0, 0.0, 0.0)),
    Box("lift", (-3.5, 0.5, -8.0), (-1.5, 3.0, -6.5), (0.35, 0.2, -0.15)),
)


@dataclass(frozen=True)
class Pose:
    """Where a camera stands and looks: metres, degrees. heading: to the left of -z; pitch: up; roll: the right side goes down."""

    eye: tuple[float, float, float]
    heading: float
    pitch: float
    roll: float

    def axes(self) -> tuple[Array, Array, Array]:
        """Unit vectors right, up, forward in the world."""
        h, p, r = np.radians([self.heading, self.pitch, self.roll])
        forward = np.array([-np.sin(h) * np.cos(p), np.sin(p), -np.cos(h) * np.cos(p)])
        level_right = np.array([np.cos(h), 0.0, -np.sin(h)])
        level_up = np.cross(level_right, forward)
        right = level_right * np.cos(r) - level_up * np.sin(r)
        up = level_up * np.cos(r) + level_right * np.sin(r)
        return right, up, forward


@dataclass(frozen=True)
class Lens:
    """Half the field of view as tangents, near and far in metres; far None: infinite, where the engine can do that."""

    tan_x: float
    tan_y: float
    near: float
    far: float | None


@dataclass(frozen=True)
class View:
    """What one frame holds, row 0 on top. sky: (H, W). depth: (H, W) metres, 0 for sky. world: (H, W, 3), zeros for sky.

    motion: (H, W, 2) pixels, previous minus current. moving: (H, W), the box that has moved.
    """

    sky: npt.NDArray[np.bool_]
    depth: Array
    world: Array
    motion: Array
    moving: npt.NDArray[np.bool_]


def directions(pose: Pose, lens: Lens) -> Array:
    """(H, W, 3): through the pixel centres, scaled to one metre of view depth."""
    right, up, forward = pose.axes()
    x = ((np.arange(WIDTH) + 0.5) / WIDTH * 2 - 1)[None, :, None]
    y = (1 - (np.arange(HEIGHT) + 0.5) / HEIGHT * 2)[:, None, None]
    return forward + right * x * lens.tan_x + up * y * lens.tan_y


def pixels(points: Array, pose: Pose, lens: Lens) -> Array:
    """(..., 2): where world positions (..., 3) stand in the picture; 0, 0 is the centre of the first pixel."""
    right, up, forward = pose.axes()
    to_point = points - np.array(pose.eye)
    depth = to_point @ forward
    x = (to_point @ right) / depth / lens.tan_x
    y = (to_point @ up) / depth / lens.tan_y
    return np.stack([(x * 0.5 + 0.5) * WIDTH - 0.5, (0.5 - y * 0.5) * HEIGHT - 0.5], -1)


def _hit_box(box: Box, eye: Array, rays: Array) -> Array:
    with np.errstate(divide="ignore"):
        a, b = (np.array(box.low) - eye) / rays, (np.array(box.high) - eye) / rays
    near, far = np.minimum(a, b).max(-1), np.maximum(a, b).min(-1)
    return np.where((near < far) & (near > 0), near, np.inf)


def render(pose: Pose, previous: Pose, lens: Lens) -> View:
    """Ray casts the level and follows every surface back to the previous frame."""
    eye, rays = np.array(pose.eye), directions(pose, lens)
    with np.errstate(divide="ignore"):
        ground = -eye[1] / rays[..., 1]
    depth = np.where(ground > 0, ground, np.inf)
    moved = np.zeros_like(rays)
    moving = np.zeros(depth.shape, bool)
    for box in BOXES:
        hit = _hit_box(box, eye, rays)
        closer = hit < depth
        depth = np.where(closer, hit, depth)
        moved[closer] = box.moved
        moving = np.where(closer, any(box.moved), moving)
    sky = ~np.isfinite(depth) | (depth > 150.0)
    world = eye + rays * np.where(sky, 0.0, depth)[..., None]
    # Only a camera's rotation moves the sky.
    before = np.where(sky[..., None], np.array(previous.eye) + rays * FAR_AWAY_M, world - moved)
    motion = pixels(before, previous, lens) - pixels(np.where(sky[..., None], eye + rays, world), pose, lens)
    return View(sky, np.where(sky, 0.0, depth), np.where(sky[..., None], 0.0, world), motion, moving & ~sky)
