"""Random grey-box levels and cameras. A seed gives the same level everywhere: the random numbers are drawn on the CPU."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from .raycast import Level


@dataclass(frozen=True)
class View:
    """A camera: `camera_to_world` (3, 4), `lens` (4,) as in `models.guide.world_rays`."""

    camera_to_world: Tensor
    lens: Tensor


def _uniform(g: torch.Generator, low: float, high: float) -> float:
    return low + (high - low) * float(torch.rand((), generator=g))


def _rotation(yaw: float, pitch: float = 0.0) -> Tensor:
    cy, sy, cp, sp = math.cos(yaw), math.sin(yaw), math.cos(pitch), math.sin(pitch)
    about_y = torch.tensor([[cy, 0.0, sy], [0.0, 1.0, 0.0], [-sy, 0.0, cy]])
    about_x = torch.tensor([[1.0, 0.0, 0.0], [0.0, cp, -sp], [0.0, sp, cp]])
    return about_y @ about_x


def random_level(g: torch.Generator) -> Level:
    """Buildings, crates, stairs, a ramp, an arch, spheres and columns around the origin."""
    boxes: list[tuple[list[float], list[float], Tensor]] = []
    spread = _uniform(g, 14, 40)
    axis_aligned = _uniform(g, 0, 1) < 0.6

    def place(minimum: float) -> tuple[float, float]:
        angle, radius = _uniform(g, 0, 2 * math.pi), minimum + (spread - minimum) * math.sqrt(_uniform(g, 0, 1))
        return radius * math.cos(angle), radius * math.sin(angle)

    def yaw() -> float:
        return 0.0 if axis_aligned else _uniform(g, -math.pi, math.pi)

    for _ in range(int(_uniform(g, 3, 10))):
        x, z = place(6)
        h = _uniform(g, 2, 16)
        boxes.append(([x, h / 2, z], [_uniform(g, 1.2, 5), h / 2, _uniform(g, 1.2, 5)], _rotation(yaw())))
    for _ in range(int(_uniform(g, 1, 6))):
        x, z = place(2.5)
        a, h = _uniform(g, 0.3, 1.4), _uniform(g, 0.3, 1.2)
        boxes.append(([x, h, z], [a, h, _uniform(g, 0.3, 1.4)], _rotation(yaw())))
    if _uniform(g, 0, 1) < 0.4:
        x, z = place(5)
        turn = yaw()
        direction = _rotation(turn) @ torch.tensor([0.0, 0.0, 1.0])
        for i in range(5):
            h = 0.3 * (i + 1)
            c = torch.tensor([x, h / 2, z]) + direction * (0.5 * i)
            boxes.append((c.tolist(), [1.5, h / 2, 0.25], _rotation(turn)))
    if _uniform(g, 0, 1) < 0.4:
        x, z = place(5)
        boxes.append(
            ([x, 0.2, z], [_uniform(g, 1, 2), 0.2, _uniform(g, 2, 4)], _rotation(yaw(), _uniform(g, 0.15, 0.5)))
        )
    if _uniform(g, 0, 1) < 0.4:
        x, z = place(6)
        h, w = _uniform(g, 2.5, 5), _uniform(g, 1.0, 2.5)
        for offset in (-w, w):
            boxes.append(([x + offset, h / 2, z], [0.4, h / 2, 0.4], _rotation(0)))
        boxes.append(([x, h + 0.4, z], [w + 0.4, 0.4, 0.4], _rotation(0)))
    spheres = []
    for _ in range(int(_uniform(g, 0, 5))):
        x, z = place(3)
        r = _uniform(g, 0.3, 1.8)
        spheres.append([x, r * _uniform(g, 0.7, 1.4), z, r])
    columns = []
    for _ in range(int(_uniform(g, 0, 5))):
        x, z = place(3)
        columns.append([x, z, _uniform(g, 0.2, 0.9), 0.0, _uniform(g, 1.5, 9)])
    return Level(
        torch.tensor([b[0] for b in boxes]),
        torch.tensor([b[1] for b in boxes]),
        torch.stack([b[2] for b in boxes]),
        torch.tensor(spheres).reshape(-1, 4),
        torch.tensor(columns).reshape(-1, 5),
    )


def _inside(level: Level, p: Tensor) -> bool:
    local = torch.einsum("kji,kj->ki", level.box_rotation, p - level.box_center)
    in_box = bool((local.abs() < level.box_half + 0.5).all(-1).any())
    in_sphere = len(level.sphere) > 0 and bool(
        ((p - level.sphere[:, :3]).norm(dim=-1) < level.sphere[:, 3] + 0.5).any()
    )
    in_column = len(level.column) > 0 and bool(
        ((p[[0, 2]] - level.column[:, :2]).norm(dim=-1) < level.column[:, 2] + 0.5).any()
    )
    return in_box or in_sphere or in_column


def random_view(g: torch.Generator, level: Level, aspect: float) -> View:
    """A camera at eye height, sometimes higher, looking into the level; never inside a solid. Field of view 50 to 100 degrees."""
    position = torch.tensor([0.0, 1.7, 0.0])
    for _ in range(50):
        height = _uniform(g, 1.2, 2.2) if _uniform(g, 0, 1) < 0.75 else _uniform(g, 2.2, 12)
        reach = _uniform(g, 0, 24)
        angle = _uniform(g, 0, 2 * math.pi)
        position = torch.tensor([reach * math.cos(angle), height, reach * math.sin(angle)])
        if not _inside(level, position):
            break
    toward = math.atan2(float(position[0]), float(position[2])) + _uniform(g, -1.0, 1.0)
    pitch = _uniform(g, -0.22, 0.18) - 0.02 * max(0.0, float(position[1]) - 2)
    rotation = _rotation(toward, pitch)
    fov = math.radians(_uniform(g, 50, 100))
    sx = 1.0 / math.tan(fov / 2)
    # Levels stand anywhere in an engine's world, not just around the origin.
    return View(torch.cat([rotation, position[:, None]], 1), torch.tensor([sx, sx * aspect, 0.0, 0.0]))
