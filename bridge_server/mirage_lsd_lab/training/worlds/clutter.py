"""What films and games are full of and grey boxes are not: trees, shrubs, people close by, cars."""

from __future__ import annotations

import math
from dataclasses import replace

import torch
from torch import Tensor

from .levels import View
from .raycast import Level


def with_clutter(level: Level, view: View, g: torch.Generator) -> Level:
    """The level with up to six trees, four people and three cars, most of them in front of the camera. `part` is 0 for all of them."""

    def u(low: float, high: float) -> float:
        return low + (high - low) * float(torch.rand((), generator=g))

    spheres: list[list[float]] = []
    columns: list[list[float]] = []
    boxes: list[tuple[list[float], list[float], Tensor]] = []
    forward, position = -view.world_from_camera[:, 2], view.world_from_camera[:, 3]
    heading = math.atan2(float(forward[0]), float(forward[2]))

    def ahead(nearest: float, farthest: float) -> tuple[float, float]:
        angle, distance = heading + u(-0.8, 0.8), nearest + (farthest - nearest) * u(0, 1) ** 1.5
        return float(position[0]) + distance * math.sin(angle), float(position[2]) + distance * math.cos(angle)

    for _ in range(int(u(-3, 7))):
        x, z = ahead(3, 30)
        size, stem = u(0.6, 2.5), u(0.0, 3.0)
        columns.append([x, z, 0.1 * size + 0.05, 0.0, stem + size])
        for _ in range(int(u(5, 10))):
            r = size * u(0.25, 0.7)
            spheres.append([x + u(-size, size), stem + size + u(-0.8, 1.2) * size, z + u(-size, size), r])
    for _ in range(int(u(-3, 5))):
        x, z = ahead(0.9, 8)
        height, turn = u(1.0, 1.9), u(0, 6.3)
        columns += [
            [x + s * 0.1 * math.cos(turn), z + s * 0.1 * math.sin(turn), 0.09, 0.0, 0.5 * height] for s in (-1, 1)
        ]
        columns.append([x, z, u(0.17, 0.26), 0.48 * height, 0.82 * height])
        spheres += [[x, 0.8 * height, z, 0.2], [x, 0.93 * height, z, 0.07 * height + 0.02]]
    for _ in range(int(u(-3, 4))):
        x, z = ahead(2.5, 15)
        turn = u(-math.pi, math.pi)
        c, s = math.cos(turn), math.sin(turn)
        rotation = torch.tensor([[c, 0.0, s], [0.0, 1.0, 0.0], [-s, 0.0, c]])
        boxes.append(([x, 0.55, z], [0.9, 0.35, 2.1], rotation))
        boxes.append(([x, 1.15, z], [0.75, 0.3, 1.1], rotation))
    return _added(level, boxes, spheres, columns)


def _added(
    level: Level, boxes: list[tuple[list[float], list[float], Tensor]], spheres: list[list[float]], columns: list[list[float]]
) -> Level:  # fmt: skip
    k, s = 1 + len(level.box_center), 1 + len(level.box_center) + len(level.sphere)

    def inserted(old: Tensor) -> Tensor:
        """Zeros for the new objects; their order is boxes, spheres, columns."""
        shape = old.shape[1:]
        new = [old.new_zeros(len(more), *shape) for more in (boxes, spheres, columns)]
        return torch.cat([old[:k], new[0], old[k:s], new[1], old[s:], new[2]])

    def appended(old: Tensor, new: list[list[float]]) -> Tensor:
        return torch.cat([old, torch.tensor(new, dtype=old.dtype).reshape(-1, old.shape[1])])

    rotations = torch.stack([b[2] for b in boxes]) if boxes else level.box_rotation[:0]
    return replace(
        level,
        box_center=appended(level.box_center, [b[0] for b in boxes]),
        box_half=appended(level.box_half, [b[1] for b in boxes]),
        box_rotation=torch.cat([level.box_rotation, rotations]),
        sphere=appended(level.sphere, spheres),
        column=appended(level.column, columns),
        part=inserted(level.part),
        velocity=inserted(level.velocity),
    )
