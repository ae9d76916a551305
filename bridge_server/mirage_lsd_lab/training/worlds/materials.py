"""What each scene is made of: albedo and emission, linear RGB, as functions of the world fields."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from mirage_lsd.models.fields import CELL_SIZES, NOISE_FREQUENCIES


def rgb(r: float, g: float, b: float, like: Tensor) -> Tensor:
    """A color (3,) of the type and on the device of `like`."""
    return torch.tensor((r, g, b), device=like.device, dtype=like.dtype)


def smoothstep(low: float, high: float, x: Tensor) -> Tensor:
    """0 below `low`, 1 above `high`, smooth between."""
    t = ((x - low) / (high - low)).clamp(0, 1)
    return t * t * (3 - 2 * t)


class Fields:
    """The columns of `models.fields.world_fields` by name, each (N, 1)."""

    def __init__(self, columns: Tensor) -> None:
        n, c = len(NOISE_FREQUENCIES), len(CELL_SIZES)
        self.wide, self.broad, self.medium, self.fine, self.grain = columns[:, :n].chunk(n, 1)
        self.cell, self.speck = columns[:, n : n + c].chunk(c, 1)
        rest = columns[:, n + c :]
        self.sin_u, self.sin_v, self.cos_u, self.cos_v, self.line_u, self.line_v, self.joint, self.brick = rest.chunk(
            8, 1
        )
        # 1 where the grid is resolved, 0 far away.
        self.near = (self.sin_u**2 + self.cos_u**2).clamp(0, 1)

    def mix(self, a: tuple[float, float, float], b: tuple[float, float, float], w: Tensor) -> Tensor:
        """A color between two."""
        return torch.lerp(rgb(*a, like=w), rgb(*b, like=w), w)

    def color(self, r: float, g: float, b: float) -> Tensor:
        """One color."""
        return rgb(r, g, b, like=self.wide)


def _windows(f: Fields) -> Tensor:
    """Coverage of the windows: one in each cell of the 2 m grid."""
    return smoothstep(0.05, 0.25, -f.cos_u + 0.2 * f.near) * smoothstep(0.0, 0.2, -f.cos_v + 0.1 * f.near)


def _frames(f: Fields) -> Tensor:
    """A band around each window."""
    outer = smoothstep(-0.25, -0.1, -f.cos_u + 0.2 * f.near) * smoothstep(-0.3, -0.15, -f.cos_v + 0.1 * f.near)
    return outer * (1 - _windows(f))


def _lamplight(f: Fields) -> Tensor:
    return f.mix((1.0, 0.62, 0.22), (1.0, 0.88, 0.6), smoothstep(0.2, 0.9, f.cell))


def _forest(f: Fields, wall: Tensor) -> tuple[Tensor, Tensor]:
    blades = smoothstep(-0.6, 0.6, f.medium * 0.5 + f.fine * 0.4 + f.grain * 0.45)
    grass = f.mix((0.07, 0.20, 0.03), (0.28, 0.45, 0.08), blades)
    earth = f.mix((0.16, 0.10, 0.05), (0.30, 0.20, 0.10), smoothstep(-0.5, 0.5, f.grain + 0.3 * f.fine))
    grass = torch.lerp(grass, earth, smoothstep(0.15, 0.4, f.broad * 0.8 + f.medium * 0.3))
    flower = smoothstep(0.5, 0.58, f.speck) * smoothstep(0.2, 0.35, f.fine) * smoothstep(-0.1, 0.2, f.medium)
    grass = torch.lerp(grass, f.color(0.9, 0.75, 0.25), flower)
    stone = f.mix(
        (0.20, 0.16, 0.12), (0.40, 0.35, 0.28), smoothstep(-0.6, 0.6, f.fine * 0.5 + f.grain * 0.4 + f.brick * 0.3)
    )
    stone = stone * (1 - 0.6 * f.joint)
    moss = smoothstep(0.0, 0.3, f.medium * 0.7 + f.broad * 0.6 + f.fine * 0.15)
    leaves = f.mix((0.05, 0.15, 0.03), (0.15, 0.32, 0.06), smoothstep(-0.4, 0.5, f.grain + 0.5 * f.fine))
    return torch.lerp(grass, torch.lerp(stone, leaves, moss * 0.95), wall), torch.zeros_like(grass)


def _city(f: Fields, wall: Tensor) -> tuple[Tensor, Tensor]:
    asphalt = (0.10 + 0.03 * f.grain + 0.02 * f.fine + 0.025 * f.broad).expand(-1, 3)
    paving = torch.lerp(asphalt, f.color(0.55, 0.48, 0.3), f.line_u * smoothstep(-0.1, 0.1, f.wide) * 0.8)
    red = f.mix((0.26, 0.11, 0.07), (0.42, 0.20, 0.13), f.brick * 0.5 + 0.5)
    red = torch.lerp(red, f.color(0.45, 0.42, 0.38), f.joint * 0.8)
    concrete = f.mix((0.34, 0.33, 0.32), (0.46, 0.45, 0.43), smoothstep(-0.6, 0.6, f.fine * 0.6 + f.grain * 0.5))
    facade = torch.lerp(red, concrete, smoothstep(-0.06, 0.06, f.wide))
    facade = facade * (1 - 0.45 * f.line_v)
    facade = torch.lerp(facade, f.color(0.62, 0.60, 0.56), _frames(f))
    window = _windows(f)
    glass = f.mix((0.03, 0.06, 0.10), (0.14, 0.21, 0.28), smoothstep(-0.8, 0.8, f.cell + 0.5 * f.sin_v))
    facade = torch.lerp(facade, glass, window)
    lit = window * smoothstep(0.05, 0.12, f.cell) * wall * 0.9
    return torch.lerp(paving, facade, wall), _lamplight(f) * lit * (0.8 + 0.2 * f.sin_u)


def _scifi(f: Fields, wall: Tensor) -> tuple[Tensor, Tensor]:
    floor = (0.06 + 0.02 * f.cell + 0.02 * f.speck + 0.01 * f.grain).expand(-1, 3) * f.color(0.9, 1.0, 1.25)
    panel = (0.15 + 0.06 * f.cell + 0.05 * f.speck + 0.015 * f.grain).expand(-1, 3) * f.color(0.85, 0.95, 1.15)
    panel = panel * (1 - 0.7 * f.line_u)
    grille = smoothstep(0.3, 0.4, f.speck) * smoothstep(0.0, 0.3, f.cell)
    panel = panel * (1 - 0.6 * f.joint * grille)
    cyan, pink = (0.1, 0.85, 1.0), (1.0, 0.15, 0.65)
    glow = torch.maximum(f.line_u, f.line_v) * (1 - wall) * f.color(*cyan)
    strip = f.mix(cyan, pink, smoothstep(-0.1, 0.1, f.wide + f.broad * 0.5))
    diode = smoothstep(0.86, 0.9, f.brick) * (1 - f.joint) * smoothstep(-0.1, 0.1, f.broad) * wall
    glow = glow + strip * (f.line_v * wall * 1.2) + f.color(0.2, 1.0, 0.5) * diode * 0.5
    return torch.lerp(floor, panel, wall), glow


def _desert(f: Fields, wall: Tensor) -> tuple[Tensor, Tensor]:
    ripple = smoothstep(-0.7, 0.7, f.broad * 0.5 + f.medium * 0.4 + f.fine * 0.25 + f.grain * 0.25)
    sand = f.mix((0.58, 0.38, 0.19), (0.84, 0.63, 0.38), ripple)
    pebble = smoothstep(0.45, 0.55, f.speck) * smoothstep(0.15, 0.3, f.grain)
    sand = torch.lerp(sand, f.color(0.36, 0.24, 0.16), pebble)
    bands = smoothstep(-0.4, 0.4, f.sin_v + 0.7 * f.broad + 0.5 * f.medium + 0.2 * f.fine)
    rock = f.mix((0.42, 0.19, 0.09), (0.74, 0.45, 0.25), bands) * (1 + 0.15 * f.fine + 0.18 * f.grain)
    return torch.lerp(sand, rock, wall), torch.zeros_like(sand)


def _snow(f: Fields, wall: Tensor) -> tuple[Tensor, Tensor]:
    drift = smoothstep(-0.6, 0.6, f.broad * 0.6 + f.medium * 0.4)
    snow = f.mix((0.62, 0.70, 0.82), (0.93, 0.95, 0.98), drift) * (1 + 0.05 * f.grain + 0.03 * f.fine)
    stone = f.mix((0.17, 0.18, 0.21), (0.34, 0.35, 0.38), smoothstep(-0.6, 0.6, f.fine * 0.5 + f.grain * 0.5))
    plank = f.mix((0.13, 0.08, 0.05), (0.28, 0.18, 0.11), f.brick * 0.4 + 0.5 + f.fine * 0.2) * (1 - 0.7 * f.joint)
    side = torch.lerp(stone, plank, smoothstep(-0.05, 0.05, f.wide))
    side = torch.lerp(side, snow, smoothstep(0.2, 0.35, f.medium * 0.6 + f.broad * 0.5 + f.fine * 0.25))
    pane = _windows(f) * smoothstep(0.35, 0.42, f.cell)
    side = torch.lerp(side, f.color(0.10, 0.12, 0.16), pane)
    return torch.lerp(snow, side, wall), _lamplight(f) * pane * wall * 0.9


def _village(f: Fields, wall: Tensor) -> tuple[Tensor, Tensor]:
    cobble = f.mix((0.20, 0.18, 0.15), (0.42, 0.38, 0.33), f.brick * 0.4 + 0.5 + f.grain * 0.3) * (1 - 0.7 * f.joint)
    mud = f.mix((0.19, 0.14, 0.08), (0.31, 0.23, 0.14), smoothstep(-0.5, 0.5, f.fine + f.grain * 0.5))
    ground = torch.lerp(cobble, mud, smoothstep(0.1, 0.3, f.broad + 0.4 * f.medium))
    plaster = f.mix((0.60, 0.50, 0.36), (0.78, 0.70, 0.55), smoothstep(-0.6, 0.6, f.medium * 0.5 + f.grain * 0.4))
    masonry = f.mix((0.24, 0.22, 0.20), (0.46, 0.43, 0.39), f.brick * 0.4 + 0.5 + f.fine * 0.25) * (1 - 0.6 * f.joint)
    house = torch.lerp(plaster, masonry, smoothstep(0.02, 0.12, f.wide + 0.1 * f.broad))
    beam = torch.maximum(
        smoothstep(0.86, 0.93, f.cos_u), torch.maximum(smoothstep(0.86, 0.93, f.cos_v), _frames(f) * 0.8)
    )
    timber = f.mix((0.09, 0.055, 0.03), (0.19, 0.12, 0.07), smoothstep(-0.5, 0.5, f.fine + f.grain * 0.6))
    house = torch.lerp(house, timber, beam)
    pane = _windows(f) * smoothstep(-0.1, 0.0, f.cell)
    house = torch.lerp(house, f.color(0.06, 0.07, 0.08), pane)
    lit = pane * smoothstep(0.25, 0.32, f.cell) * wall
    return torch.lerp(ground, house, wall), _lamplight(f) * lit * 0.9


def _underwater(f: Fields, wall: Tensor) -> tuple[Tensor, Tensor]:
    sand = f.mix((0.45, 0.40, 0.26), (0.75, 0.69, 0.50), smoothstep(-0.6, 0.6, f.medium * 0.5 + f.grain * 0.5))
    weed = f.mix((0.03, 0.14, 0.06), (0.12, 0.33, 0.10), smoothstep(-0.5, 0.5, f.grain + 0.4 * f.fine))
    bed = torch.lerp(sand, weed, smoothstep(0.2, 0.35, f.broad * 0.7 + f.medium * 0.5))
    rock = f.mix((0.11, 0.12, 0.12), (0.30, 0.30, 0.27), smoothstep(-0.6, 0.6, f.fine * 0.6 + f.grain * 0.4))
    rock = rock * (1 - 0.4 * f.joint)
    kind = smoothstep(-0.1, 0.1, f.broad)
    coral = f.mix((0.62, 0.16, 0.22), (0.82, 0.48, 0.14), kind) * (0.8 + 0.4 * f.grain)
    rock = torch.lerp(rock, coral, smoothstep(0.1, 0.22, f.medium * 0.7 + f.fine * 0.35))
    polyp = smoothstep(0.5, 0.58, f.speck) * smoothstep(0.25, 0.35, f.fine)
    return torch.lerp(bed, rock, wall), f.color(0.25, 0.95, 0.85) * polyp * wall * 0.7


def _volcanic(f: Fields, wall: Tensor) -> tuple[Tensor, Tensor]:
    basalt = f.mix((0.035, 0.032, 0.034), (0.13, 0.115, 0.11), smoothstep(-0.7, 0.7, f.fine * 0.5 + f.grain * 0.5))
    ash = f.mix((0.14, 0.13, 0.13), (0.24, 0.22, 0.21), smoothstep(-0.5, 0.5, f.grain + 0.3 * f.fine))
    ground = torch.lerp(basalt, ash, smoothstep(0.1, 0.35, f.broad * 0.8 - f.medium * 0.2))
    column = f.mix((0.06, 0.055, 0.06), (0.19, 0.17, 0.16), f.brick * 0.4 + 0.5 + f.fine * 0.3) * (1 - 0.5 * f.joint)
    # Lava runs where two octaves cancel out: a network of cracks.
    crack = (f.medium * 0.75 + f.fine * 0.22 + f.broad * 0.35).abs()
    heat = (1 - smoothstep(0.02, 0.16, crack)) * smoothstep(-0.25, 0.0, -f.broad)
    heat = heat * torch.lerp(torch.ones_like(heat), smoothstep(0.0, 0.2, f.wide), wall)
    lava = f.mix((1.1, 0.13, 0.02), (1.5, 0.75, 0.12), heat**2) * heat
    return torch.lerp(ground, column, wall) * (1 - 0.8 * heat), lava * 1.4 + f.color(0.5, 0.05, 0.0) * heat * 0.8


Material = Callable[[Fields, Tensor], tuple[Tensor, Tensor]]

# By scene: the fields and how much each point is a wall (N, 1), to albedo and emission (N, 3).
MATERIALS: dict[str, Material] = {
    "forest": _forest,
    "city": _city,
    "scifi": _scifi,
    "desert": _desert,
    "snow": _snow,
    "village": _village,
    "underwater": _underwater,
    "volcanic": _volcanic,
}
