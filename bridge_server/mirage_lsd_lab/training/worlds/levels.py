"""Random grey-box levels and cameras. A seed gives the same level everywhere: the random numbers are drawn on the CPU."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from .raycast import Level


@dataclass(frozen=True)
class View:
    """A camera: `world_from_camera` (3, 4), `intrinsics` (4,) as in `models.guide.world_rays`."""

    world_from_camera: Tensor
    intrinsics: Tensor


def _uniform(g: torch.Generator, low: float, high: float) -> float:
    return low + (high - low) * float(torch.rand((), generator=g))


def _rotation(yaw: float, pitch: float = 0.0) -> Tensor:
    cy, sy, cp, sp = math.cos(yaw), math.sin(yaw), math.cos(pitch), math.sin(pitch)
    about_y = torch.tensor([[cy, 0.0, sy], [0.0, 1.0, 0.0], [-sy, 0.0, cy]])
    about_x = torch.tensor([[1.0, 0.0, 0.0], [0.0, cp, -sp], [0.0, sp, cp]])
    return about_y @ about_x


class _Builder:
    """Collects the solids of a level."""

    def __init__(self) -> None:
        self.boxes: list[tuple[list[float], list[float], Tensor]] = []
        self.spheres: list[list[float]] = []
        self.columns: list[list[float]] = []
        self.parts: dict[str, list[int]] = {"box": [], "sphere": [], "column": []}
        self.velocities: dict[str, list[list[float]]] = {"box": [], "sphere": [], "column": []}

    def _note(self, kind: str, part: int, velocity: tuple[float, float]) -> None:
        self.parts[kind].append(part)
        self.velocities[kind].append([velocity[0], 0.0, velocity[1]])

    def box(
        self, center: list[float], half: list[float], rotation: Tensor, velocity: tuple[float, float] = (0, 0)
    ) -> None:
        self.boxes.append((center, half, rotation))
        self._note("box", 0, velocity)

    def sphere(
        self, x: float, y: float, z: float, radius: float, part: int = 0, velocity: tuple[float, float] = (0, 0)
    ) -> None:
        self.spheres.append([x, y, z, radius])
        self._note("sphere", part, velocity)

    def column(
        self, x: float, z: float, radius: float, bottom: float, top: float, part: int = 0,
        velocity: tuple[float, float] = (0, 0),
    ) -> None:  # fmt: skip
        self.columns.append([x, z, radius, bottom, top])
        self._note("column", part, velocity)

    def level(self) -> Level:
        kinds = ("box", "sphere", "column")
        return Level(
            torch.tensor([b[0] for b in self.boxes]).reshape(-1, 3),
            torch.tensor([b[1] for b in self.boxes]).reshape(-1, 3),
            torch.stack([b[2] for b in self.boxes]),
            torch.tensor(self.spheres).reshape(-1, 4),
            torch.tensor(self.columns).reshape(-1, 5),
            torch.tensor([0] + [p for kind in kinds for p in self.parts[kind]]),
            torch.tensor([[0.0, 0.0, 0.0]] + [v for kind in kinds for v in self.velocities[kind]]),
        )


def _room(g: torch.Generator, build: _Builder) -> None:
    """An interior around the origin: four walls, two of them with a door, and a ceiling."""
    a, b, h = _uniform(g, 3.5, 7), _uniform(g, 3.5, 7), _uniform(g, 2.6, 4)
    still = _rotation(0)
    door = 0.6
    for side in (-1, 1):
        build.box([side * a, h / 2, 0], [0.15, h / 2, b], still)
        at = _uniform(g, -a + 1.5, a - 1.5)
        for low, high in ((-a, at - door), (at + door, a)):
            build.box([(low + high) / 2, h / 2, side * b], [(high - low) / 2, h / 2, 0.15], still)
        build.box([at, (h + 2.1) / 2, side * b], [door, (h - 2.1) / 2, 0.15], still)
    if _uniform(g, 0, 1) < 0.7:
        build.box([0, h + 0.1, 0], [a, 0.1, b], still)


def _character(g: torch.Generator, build: _Builder, x: float, z: float) -> None:
    """A walking figure of 1.7 m: legs and body in its outfit, arms and face of skin, hair."""
    speed, heading = (_uniform(g, 0.5, 2.0) if _uniform(g, 0, 1) < 0.6 else 0.0), _uniform(g, 0, 2 * math.pi)
    v = (speed * math.cos(heading), speed * math.sin(heading))
    build.column(x, z, 0.24, 0.0, 1.40, 3, v)
    build.sphere(x, 1.40, z, 0.24, 3, v)
    build.sphere(x, 1.60, z, 0.14, 1, v)
    build.sphere(x - 0.04 * math.cos(heading), 1.65, z - 0.04 * math.sin(heading), 0.15, 2, v)
    build.column(x + 0.28 * math.sin(heading), z - 0.28 * math.cos(heading), 0.06, 0.75, 1.35, 1, v)


def random_level(g: torch.Generator) -> Level:
    """Buildings, crates, stairs, a ramp, an arch, hills, spheres and columns around the origin, now and then an interior, a figure, something that moves."""
    build = _Builder()
    spread = _uniform(g, 14, 40)
    axis_aligned = _uniform(g, 0, 1) < 0.6

    def place(minimum: float) -> tuple[float, float]:
        angle, radius = _uniform(g, 0, 2 * math.pi), minimum + (spread - minimum) * math.sqrt(_uniform(g, 0, 1))
        return radius * math.cos(angle), radius * math.sin(angle)

    def yaw() -> float:
        return 0.0 if axis_aligned else _uniform(g, -math.pi, math.pi)

    inside = _uniform(g, 0, 1) < 0.12
    if inside:
        _room(g, build)
    for _ in range(int(_uniform(g, 3, 10))):
        x, z = place(9 if inside else 6)
        h = _uniform(g, 2, 16)
        build.box([x, h / 2, z], [_uniform(g, 1.2, 5), h / 2, _uniform(g, 1.2, 5)], _rotation(yaw()))
    for _ in range(int(_uniform(g, 1, 6))):
        x, z = place(2.5)
        a, h = _uniform(g, 0.3, 1.4), _uniform(g, 0.3, 1.2)
        moves = (_uniform(g, -2, 2), _uniform(g, -2, 2)) if _uniform(g, 0, 1) < 0.15 else (0.0, 0.0)
        build.box([x, h, z], [a, h, _uniform(g, 0.3, 1.4)], _rotation(yaw()), moves)
    if _uniform(g, 0, 1) < 0.4:
        x, z = place(5)
        turn = yaw()
        direction = _rotation(turn) @ torch.tensor([0.0, 0.0, 1.0])
        for i in range(5):
            h = 0.3 * (i + 1)
            c = torch.tensor([x, h / 2, z]) + direction * (0.5 * i)
            build.box(c.tolist(), [1.5, h / 2, 0.25], _rotation(turn))
    if _uniform(g, 0, 1) < 0.4:
        x, z = place(5)
        build.box([x, 0.2, z], [_uniform(g, 1, 2), 0.2, _uniform(g, 2, 4)], _rotation(yaw(), _uniform(g, 0.15, 0.5)))
    if _uniform(g, 0, 1) < 0.4:
        x, z = place(6)
        h, w = _uniform(g, 2.5, 5), _uniform(g, 1.0, 2.5)
        for offset in (-w, w):
            build.box([x + offset, h / 2, z], [0.4, h / 2, 0.4], _rotation(0))
        build.box([x, h + 0.4, z], [w + 0.4, 0.4, 0.4], _rotation(0))
    for _ in range(int(_uniform(g, 0, 4))):
        # A hill: the top of a large sphere that is sunk into the ground.
        x, z = place(10)
        r = _uniform(g, 8, 40)
        build.sphere(x, _uniform(g, 0.6, 0.06 * r + 1.0) - r, z, r)
    for _ in range(int(_uniform(g, 0, 5))):
        x, z = place(3)
        r = _uniform(g, 0.3, 1.8)
        moves = (_uniform(g, -2, 2), _uniform(g, -2, 2)) if _uniform(g, 0, 1) < 0.15 else (0.0, 0.0)
        build.sphere(x, r * _uniform(g, 0.7, 1.4), z, r, 0, moves)
    for _ in range(int(_uniform(g, 0, 5))):
        x, z = place(3)
        build.column(x, z, _uniform(g, 0.2, 0.9), 0.0, _uniform(g, 1.5, 9))
    for _ in range(int(_uniform(g, -1, 2.5))):
        angle, radius = _uniform(g, 0, 2 * math.pi), _uniform(g, 0, 10)
        _character(g, build, radius * math.cos(angle), radius * math.sin(angle))
    return build.level()


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


def next_view(g: torch.Generator, view: View) -> View:
    """The camera a frame later: a step of up to 15 cm and a turn of up to 3 degrees."""
    turn = _rotation(_uniform(g, -0.05, 0.05), _uniform(g, -0.015, 0.015))
    rotation = view.world_from_camera[:, :3] @ turn
    step = torch.tensor([_uniform(g, -0.1, 0.1), _uniform(g, -0.02, 0.02), _uniform(g, -0.15, 0.1)])
    position = view.world_from_camera[:, 3] + view.world_from_camera[:, :3] @ step
    return View(torch.cat([rotation, position[:, None]], 1), view.intrinsics)


def random_view(g: torch.Generator, level: Level, aspect: float) -> View:
    """A camera at eye height, sometimes higher, looking into the level; never inside a solid. Field of view 50 to 110 degrees."""
    position = torch.tensor([0.0, 1.7, 0.0])
    for _ in range(50):
        height = _uniform(g, 1.2, 2.2) if _uniform(g, 0, 1) < 0.75 else _uniform(g, 2.2, 12)
        reach = _uniform(g, 0, 24) if _uniform(g, 0, 1) < 0.8 else _uniform(g, 0, 3)
        angle = _uniform(g, 0, 2 * math.pi)
        position = torch.tensor([reach * math.cos(angle), height, reach * math.sin(angle)])
        if not _inside(level, position):
            break
    toward = math.atan2(float(position[0]), float(position[2])) + _uniform(g, -1.0, 1.0)
    pitch = _uniform(g, -0.22, 0.18) - 0.02 * max(0.0, float(position[1]) - 2)
    rotation = _rotation(toward, pitch)
    fov = math.radians(_uniform(g, 50, 110))
    sx = 1.0 / math.tan(fov / 2)
    return View(torch.cat([rotation, position[:, None]], 1), torch.tensor([sx, sx * aspect, 0.0, 0.0]))
