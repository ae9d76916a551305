"""The targets: a level shaded as a theme. Every texture is a function of the world fields that the network is given too,
so nothing in a target is left to chance."""

from __future__ import annotations

import torch
from torch import Tensor

from ...models.fields import CELL_SIZES, NOISE_FREQUENCIES
from .greybox import linear_to_srgb

SCENES = ("forest", "city", "scifi", "desert")
LIGHTINGS = ("day", "night", "neon", "sunset")


def _c(*rgb: float, like: Tensor) -> Tensor:
    return torch.tensor(rgb, device=like.device, dtype=like.dtype)


def _step(low: float, high: float, x: Tensor) -> Tensor:
    t = ((x - low) / (high - low)).clamp(0, 1)
    return t * t * (3 - 2 * t)


def _mix(a: Tensor, b: Tensor, w: Tensor) -> Tensor:
    return a + (b - a) * w


class Fields:
    """The columns of `models.fields.world_fields` by name, each (N, 1)."""

    def __init__(self, columns: Tensor) -> None:
        n, c = len(NOISE_FREQUENCIES), len(CELL_SIZES)
        self.wide, self.broad, self.medium, self.fine = columns[:, :n].chunk(n, 1)
        self.cell, self.speck = columns[:, n : n + c].chunk(c, 1)
        self.sin_u, self.sin_v, self.cos_u, self.cos_v, self.line_u, self.line_v = columns[:, n + c :].chunk(6, 1)
        # 1 where the grid is resolved, 0 far away.
        self.near = (self.sin_u**2 + self.cos_u**2).clamp(0, 1)


def _forest(f: Fields, wall: Tensor) -> tuple[Tensor, Tensor]:
    like = f.wide
    grass = _mix(
        _c(0.10, 0.26, 0.04, like=like),
        _c(0.26, 0.42, 0.08, like=like),
        _step(-0.6, 0.6, f.medium * 0.6 + f.fine * 0.5),
    )
    grass = _mix(grass, _c(0.23, 0.15, 0.07, like=like), _step(0.15, 0.4, f.broad * 0.8 + f.medium * 0.3))
    flower = _step(0.6, 0.65, f.speck) * _step(0.35, 0.5, f.fine) * _step(-0.1, 0.2, f.medium)
    grass = _mix(grass, _c(0.9, 0.75, 0.25, like=like), flower)
    stone = _mix(
        _c(0.22, 0.17, 0.12, like=like),
        _c(0.38, 0.32, 0.25, like=like),
        _step(-0.5, 0.5, f.fine * 0.7 + f.speck * 0.25),
    )
    joint = torch.maximum(f.line_v, f.line_u)
    stone = stone * (1 - 0.6 * joint)
    moss = _step(0.0, 0.35, f.medium * 0.7 + f.broad * 0.6)
    stone = _mix(stone, _c(0.09, 0.22, 0.05, like=like), moss * 0.9)
    return _mix(grass, stone, wall), torch.zeros_like(grass)


def _window(f: Fields) -> Tensor:
    return _step(0.05, 0.3, -f.cos_u + 0.2 * f.near) * _step(0.0, 0.25, -f.cos_v + 0.1 * f.near)


def _city(f: Fields, wall: Tensor) -> tuple[Tensor, Tensor]:
    like = f.wide
    asphalt = 0.10 + 0.03 * f.fine + 0.025 * f.broad
    paving = _mix(asphalt.expand(-1, 3), _c(0.55, 0.48, 0.3, like=like), f.line_u * _step(-0.1, 0.1, f.wide) * 0.8)
    facade = _mix(
        _c(0.30, 0.25, 0.22, like=like), _c(0.42, 0.41, 0.40, like=like), _step(-0.3, 0.3, f.wide + 0.3 * f.broad)
    )
    facade = facade * (1 + 0.12 * f.fine) * (1 - 0.45 * f.line_v)
    window = _window(f)
    glass = _mix(_c(0.04, 0.07, 0.11, like=like), _c(0.10, 0.16, 0.22, like=like), _step(-0.8, 0.8, f.cell))
    facade = _mix(facade, glass, window)
    lamp = _mix(_c(1.0, 0.62, 0.22, like=like), _c(1.0, 0.88, 0.6, like=like), _step(0.2, 0.9, f.cell))
    return _mix(paving, facade, wall), lamp * (window * _step(0.05, 0.12, f.cell) * wall * 0.9)


def _scifi(f: Fields, wall: Tensor) -> tuple[Tensor, Tensor]:
    like = f.wide
    floor = (0.06 + 0.02 * f.cell + 0.01 * f.fine).expand(-1, 3) * _c(0.9, 1.0, 1.25, like=like)
    panel = (0.13 + 0.06 * f.cell + 0.03 * f.speck).expand(-1, 3) * _c(0.85, 0.95, 1.15, like=like)
    panel = panel * (1 - 0.7 * f.line_u)
    cyan, pink = _c(0.1, 0.85, 1.0, like=like), _c(1.0, 0.15, 0.65, like=like)
    glow = torch.maximum(f.line_u, f.line_v) * (1 - wall) * cyan
    strip_color = _mix(cyan, pink, _step(-0.1, 0.1, f.wide + f.broad * 0.5))
    glow = glow + strip_color * (f.line_v * wall * 1.2)
    return _mix(floor, panel, wall), glow


def _desert(f: Fields, wall: Tensor) -> tuple[Tensor, Tensor]:
    like = f.wide
    sand = _mix(
        _c(0.62, 0.42, 0.22, like=like),
        _c(0.80, 0.60, 0.36, like=like),
        _step(-0.6, 0.6, f.broad * 0.5 + f.medium * 0.4 + f.fine * 0.25),
    )
    bands = _step(-0.4, 0.4, f.sin_v + 0.7 * f.broad + 0.5 * f.medium)
    rock = _mix(_c(0.42, 0.19, 0.09, like=like), _c(0.72, 0.43, 0.24, like=like), bands)
    rock = rock * (1 + 0.18 * f.fine)
    return _mix(sand, rock, wall), torch.zeros_like(sand)


_MATERIALS = (_forest, _city, _scifi, _desert)

# Each lighting: sun colour, ambient from above, ambient from below, horizon, zenith, cloud colour, fog per metre, emission, stars.
_LIGHT = {
    "day": ((2.6, 2.4, 2.1), (0.55, 0.70, 0.95), (0.30, 0.28, 0.24), (0.70, 0.82, 0.95), (0.16, 0.38, 0.80), (1.1, 1.1, 1.1), 0.006, 0.15, 0.0),
    "night": ((0.20, 0.26, 0.42), (0.07, 0.10, 0.19), (0.03, 0.04, 0.07), (0.05, 0.075, 0.15), (0.010, 0.018, 0.055), (0.09, 0.11, 0.17), 0.008, 1.6, 1.0),
    "neon": ((0.50, 0.16, 0.60), (0.26, 0.10, 0.42), (0.05, 0.14, 0.20), (0.50, 0.08, 0.45), (0.09, 0.02, 0.22), (0.60, 0.20, 0.75), 0.009, 2.0, 0.0),
    "sunset": ((2.6, 1.15, 0.45), (0.42, 0.33, 0.48), (0.24, 0.15, 0.12), (1.05, 0.50, 0.22), (0.20, 0.20, 0.46), (1.25, 0.62, 0.42), 0.006, 0.7, 0.0),
}  # fmt: skip


def shade(
    scene: str,
    lighting: str,
    fields: Tensor,
    normal: Tensor,
    sky: Tensor,
    depth: Tensor,
    view: Tensor,
    sun: Tensor,
    lit: Tensor,
) -> Tensor:
    """The themed picture of N points, sRGB in 0..1, (N, 3).

    Args:
        scene, lighting: of SCENES and LIGHTINGS.
        fields: (N, FIELD_CHANNELS). normal, view: (N, 3), unit. sky: (N, 1). depth: (N, 1), metres. sun: (3,), unit.
        lit: (N, 1), 1 lit by the sun, 0 in shadow.
    """
    f = Fields(fields)
    sun_rgb, above, below, horizon, zenith, cloud_rgb, fog, emission, stars = _LIGHT[lighting]

    def rgb(values: tuple[float, float, float]) -> Tensor:
        return _c(*values, like=fields)

    wall = 1.0 - _step(0.45, 0.75, normal[:, 1:2])
    albedo, emitted = _MATERIALS[SCENES.index(scene)](f, wall)
    lambert = (normal * sun).sum(1, keepdim=True).clamp(min=0) * lit
    ambient = _mix(rgb(below), rgb(above), normal[:, 1:2] * 0.5 + 0.5)
    color = albedo * (lambert * rgb(sun_rgb) + ambient) + emitted * emission

    up = view[:, 1:2]
    toward_sun = (view * sun).sum(1, keepdim=True).clamp(min=0)
    air = _mix(rgb(horizon), rgb(zenith), up.clamp(0, 1) ** 0.55) + rgb(sun_rgb) * (0.10 * toward_sun**12)
    if scene == "desert":
        air = _mix(air, air * _c(1.1, 0.95, 0.8, like=air), (1 - up.clamp(0, 1)) ** 2)
    # On the dome one unit is about the cloud's size: the wide octaves are the clouds, the fine ones their edge, cells are stars.
    cover = _step(0.0, 0.55, 0.75 * f.broad + 0.5 * f.medium + 0.3 * f.wide + 0.12 * f.fine) * _step(0.02, 0.25, up)
    cover = cover * (0.35 if scene == "desert" else 0.8)
    heavens = _mix(air, rgb(cloud_rgb) * (0.8 + 0.35 * toward_sun**2), cover)
    heavens = (
        heavens
        + stars * _step(0.55, 0.65, f.speck) * _step(0.5, 0.62, f.fine) * (1 - cover) * _step(0.1, 0.3, up) * 0.8
    )
    heavens = heavens + rgb(sun_rgb) * (_step(0.9985, 0.9993, toward_sun) * (1 - cover * 0.7))
    haze = 1 - torch.exp(-depth * (fog * (1.6 if scene == "forest" else 1.0)))
    color = _mix(color, air, haze)
    color = _mix(color, heavens, sky)
    return linear_to_srgb(1.0 - torch.exp(-1.25 * color))
