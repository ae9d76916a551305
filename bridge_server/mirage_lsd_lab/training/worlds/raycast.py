"""Analytic ray casting of a handful of primitives, in torch: the same code on CPU and CUDA."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

_EPS = 1e-6
MISS = 1e9


@dataclass(frozen=True)
class Level:
    """The solids of a level, metres, +y up, ground plane at y = 0.

    Attributes:
        box_center, box_half: (K, 3); box_rotation: (K, 3, 3), world_from_box.
        sphere: (S, 4), centre and radius.
        column: (C, 5), x, z, radius, bottom, top: upright cylinders.
        part: (objects,), 0 scenery, 1 skin, 2 hair, 3 outfit of a character (the values of the plane `ids`).
        velocity: (objects, 3), metres a second.
    """

    box_center: Tensor
    box_half: Tensor
    box_rotation: Tensor
    sphere: Tensor
    column: Tensor
    part: Tensor
    velocity: Tensor

    def after(self, seconds: float) -> Level:
        """The level with everything moved on."""
        moved = self.velocity * seconds
        k, s = len(self.box_center), len(self.sphere)
        sphere, column = self.sphere.clone(), self.column.clone()
        sphere[:, :3] += moved[1 + k : 1 + k + s]
        column[:, :2] += moved[1 + k + s :, [0, 2]]
        return replace(self, box_center=self.box_center + moved[1 : 1 + k], sphere=sphere, column=column)

    def to(self, device: str) -> Level:
        """The level on a device."""
        return Level(*(t.to(device) for t in vars(self).values()))

    @property
    def objects(self) -> int:
        """Number of solids; object numbers of a hit: 0 the ground, then boxes, spheres, columns."""
        return 1 + len(self.box_center) + len(self.sphere) + len(self.column)


@dataclass(frozen=True)
class Hit:
    """First hits of N rays: `t` (N,) in units of the ray's length (MISS: sky), unit `normal` (N, 3), `index` (N,) of the object, -1 for sky."""

    t: Tensor
    normal: Tensor
    index: Tensor


def _box_distances(level: Level, origin: Tensor, direction: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    # One matrix for all boxes' axes: a single product, several times faster than a small one for each ray.
    k = len(level.box_center)
    axes = level.box_rotation.permute(1, 0, 2).reshape(3, 3 * k)
    o = (origin @ axes).view(-1, k, 3) - torch.einsum("kj,kji->ki", level.box_center, level.box_rotation)
    d = (direction @ axes).view(-1, k, 3)
    d = torch.where(d.abs() < _EPS, torch.full_like(d, _EPS), d)
    inverse = 1.0 / d
    middle, reach = -o * inverse, level.box_half * inverse.abs()
    near, axis = (middle - reach).max(-1)
    far = (middle + reach).amin(-1)
    t = torch.where((near < far) & (near > 1e-3), near, torch.full_like(near, MISS))
    return t, axis, d


def _sphere_distances(sphere: Tensor, origin: Tensor, direction: Tensor) -> Tensor:
    o = origin[:, None, :] - sphere[:, :3]
    a = (direction * direction).sum(-1, keepdim=True)
    b = torch.einsum("nsi,ni->ns", o, direction)
    c = (o * o).sum(-1) - sphere[:, 3] ** 2
    root = b * b - a * c
    t = (-b - torch.sqrt(torch.clamp(root, min=0))) / a
    return torch.where((root > 0) & (t > 1e-3), t, torch.full_like(t, MISS))


def _column_distances(column: Tensor, origin: Tensor, direction: Tensor) -> tuple[Tensor, Tensor]:
    """Distances to the side and to the top disc of each column."""
    ox, oz = origin[:, None, 0] - column[:, 0], origin[:, None, 2] - column[:, 1]
    dx, dz, dy = direction[:, None, 0], direction[:, None, 2], direction[:, None, 1]
    a = dx * dx + dz * dz + _EPS
    b = ox * dx + oz * dz
    root = b * b - a * (ox * ox + oz * oz - column[:, 2] ** 2)
    t = (-b - torch.sqrt(torch.clamp(root, min=0))) / a
    y = origin[:, None, 1] + t * dy
    miss = torch.full_like(t, MISS)
    side = torch.where((root > 0) & (t > 1e-3) & (y > column[:, 3]) & (y < column[:, 4]), t, miss)
    dy = torch.where(dy.abs() < _EPS, torch.full_like(dy, _EPS), dy)
    t = (column[:, 4] - origin[:, None, 1]) / dy
    x, z = ox + t * dx, oz + t * dz
    top = torch.where((t > 1e-3) & (x * x + z * z < column[:, 2] ** 2), t, miss)
    return side, top


def cast(level: Level, origin: Tensor, direction: Tensor) -> Hit:
    """First hit of each ray. `origin`, `direction`: (N, 3), the direction of any length."""
    n = len(origin)
    dy = torch.where(direction[:, 1].abs() < _EPS, torch.full_like(direction[:, 1], _EPS), direction[:, 1])
    ground = -origin[:, 1] / dy
    ground = torch.where((ground > 1e-3) & (ground < 4e3), ground, torch.full_like(ground, MISS))
    box_t, box_axis, box_d = _box_distances(level, origin, direction)
    sphere_t = _sphere_distances(level.sphere, origin, direction)
    side, top = _column_distances(level.column, origin, direction)
    t, which = torch.cat([ground[:, None], box_t, sphere_t, torch.minimum(side, top)], 1).min(1)
    hit = t < MISS
    k, s = len(level.box_center), len(level.sphere)
    rows = torch.arange(n, device=origin.device)
    normal = torch.zeros_like(direction)
    normal[:, 1] = 1.0
    point = origin + direction * t[:, None]
    is_box = hit & (which >= 1) & (which <= k)
    if k:
        index = (which - 1).clamp(0, k - 1)
        axis = box_axis[rows, index]
        sign = -torch.sign(box_d[rows, index, axis])
        normal = torch.where(is_box[:, None], level.box_rotation[index, :, axis] * sign[:, None], normal)
    if s:
        index = (which - 1 - k).clamp(0, s - 1)
        round_normal = (point - level.sphere[index, :3]) / level.sphere[index, 3:4]
        normal = torch.where((hit & (which > k) & (which <= k + s))[:, None], round_normal, normal)
    if len(level.column):
        index = (which - 1 - k - s).clamp(0, len(level.column) - 1)
        column = level.column[index]
        around = (
            torch.stack([point[:, 0] - column[:, 0], torch.zeros_like(t), point[:, 2] - column[:, 1]], 1)
            / column[:, 2:3]
        )
        on_side = side[rows, index] <= top[rows, index]
        normal = torch.where((hit & (which > k + s) & on_side)[:, None], around, normal)
    normal = torch.where(hit[:, None], normal, torch.zeros_like(normal))
    return Hit(t, normal, torch.where(hit, which, torch.full_like(which, -1)))


def occluded(level: Level, origin: Tensor, direction: Tensor) -> Tensor:
    """Whether anything lies on each ray: (N,) bool. For shadows."""
    t = (
        _box_distances(level, origin, direction)[0].amin(1)
        if len(level.box_center)
        else origin.new_full((len(origin),), MISS)
    )
    if len(level.sphere):
        t = torch.minimum(t, _sphere_distances(level.sphere, origin, direction).amin(1))
    if len(level.column):
        side, top = _column_distances(level.column, origin, direction)
        t = torch.minimum(t, torch.minimum(side, top).amin(1))
    return t < MISS
