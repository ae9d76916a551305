"""World-anchored fields: noise and coordinates that are functions of world position, so that what is painted sticks to surfaces.

Everything here is float arithmetic without branches (the permutation polynomial `(34 x + 1) x mod 289` of Gustavson and McEwan,
"Efficient computational noise in GLSL", 2012), exact in float32, so that CPU, CUDA and exported graphs agree bit for bit in the hashes.
Positions are metres; `footprint` is the size of a pixel on the surface in metres; every field fades out where its period falls
under about 1.2 pixels, because what a pixel can't resolve would only alias.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

_PERIOD = 289.0
# Octaves of smooth noise (cycles per metre) and sizes of constant cells (metres).
NOISE_FREQUENCIES = (0.06, 0.25, 1.0, 4.0, 14.0)
CELL_SIZES = (2.0, 0.5)
GRID_PERIOD = 2.0
LINE_HALF_WIDTH = 0.05
# Bricks in running bond: length and height in metres, and half the width of a joint.
BRICK_SIZE = (0.5, 0.25)
JOINT_HALF_WIDTH = 0.012
# Walls that stand between the axes take one or the other by columns of space this wide, metres; a multiple of GRID_PERIOD.
DIAGONAL_CELL = 8.0
FIELD_CHANNELS = len(NOISE_FREQUENCIES) + len(CELL_SIZES) + 8


def _mod(x: Tensor) -> Tensor:
    return x - torch.floor(x * (1.0 / _PERIOD)) * _PERIOD


def _permute(x: Tensor) -> Tensor:
    return _mod((x * 34.0 + 1.0) * x)


def _unit(x: Tensor) -> Tensor:
    """A hash value 0..288 as a number in -1..1, after one more scramble (neighbouring inputs decorrelate)."""
    return _permute(x) * (2.0 / 288.0) - 1.0


def _salts(first: float, step: float, count: int, like: Tensor) -> Tensor:
    """(count, 1, 1, 1): a salt for each of several hashes that are evaluated side by side."""
    return (torch.arange(count, dtype=like.dtype, device=like.device) * step + first).view(count, 1, 1, 1)


def cell_hash(cell: Tensor, salt: Tensor) -> Tensor:
    """One value in -1..1 per integer lattice cell. `cell`: (..., 3, H, W) of integers held in floats. Returns (..., 1, H, W)."""
    x, y, z = (_mod(c) for c in cell.chunk(3, dim=-3))
    return _unit(_permute(_permute(x + salt) + y) + z)


def value_noise(p: Tensor, salt: Tensor) -> Tensor:
    """Smooth noise in about -1..1 with lattice spacing 1. `p`: (..., 3, H, W). Returns (..., 1, H, W)."""
    base = torch.floor(p)
    f = p - base
    f = f * f * (3.0 - 2.0 * f)
    x0, y0, z0 = (_mod(c) for c in base.chunk(3, dim=-3))
    x1, y1, z1 = (_mod(c + 1.0) for c in (x0, y0, z0))
    fx, fy, fz = f.chunk(3, dim=-3)
    a0, a1 = _permute(x0 + salt), _permute(x1 + salt)
    columns = []
    for y in (y0, y1):
        b0, b1 = _permute(a0 + y), _permute(a1 + y)
        rows = []
        for z in (z0, z1):
            v0 = _unit(b0 + z)
            rows.append(v0 + (_unit(b1 + z) - v0) * fx)
        columns.append(rows)
    (n00, n01), (n10, n11) = columns
    m0: Tensor = n00 + (n10 - n00) * fy
    m1: Tensor = n01 + (n11 - n01) * fy
    return m0 + (m1 - m0) * fz


def fade(footprint: Tensor, period: float) -> Tensor:
    """1 where `period` metres span at least 2.4 pixels of size `footprint`, 0 under 1.2 pixels, linear between."""
    return torch.clamp(period / (footprint * 1.2) - 1.0, 0.0, 1.0)


def surface_coordinates(p: Tensor, normal: Tensor, tangent: Tensor) -> Tensor:
    """The two world coordinates that run along the surface, chosen by the axis that it faces most.

    (z, y) on walls that face x, (x, y) on walls that face z, (x, z) on floors. Where a wall stands nearly diagonally, each column of space of
    DIAGONAL_CELL metres has a limit of its own between 48 and 58 degrees: at 45 degrees, which levels are full of, no noise in a wall's direction can
    change its choice from pixel to pixel, and at any other angle only that of a few columns.

    `p`, `normal`: (..., 3, H, W). `tangent`: the same, `guide.row_tangent`, which says the wall's direction better than the normal does; zeros: not known.
    Returns (..., 2, H, W).
    """
    x, y, z = p.chunk(3, dim=-3)
    ax, ay, az = normal.abs().chunk(3, dim=-3)
    tx, ty, tz = tangent.abs().chunk(3, dim=-3)
    floor = (ay >= 0.7).to(p.dtype)
    known = (tx * tx + tz * tz > ty * ty).to(p.dtype)
    across, along = tz * known + ax * (1.0 - known), tx * known + az * (1.0 - known)
    column = torch.cat(
        [torch.floor(x * (1.0 / DIAGONAL_CELL)), torch.zeros_like(y), torch.floor(z * (1.0 / DIAGONAL_CELL))], dim=-3
    )
    limit = cell_hash(column, torch.full((), 157.0, dtype=p.dtype, device=p.device)) * 0.25 + 1.38
    faces_x = (across > along * limit).to(p.dtype) * (1.0 - floor)
    u = z * faces_x + x * (1.0 - faces_x)
    v = z * floor + y * (1.0 - floor)
    return torch.cat([u, v], dim=-3)


def _line_coverage(distance: Tensor, half_width: float, footprint: Tensor) -> Tensor:
    """How much of a pixel a line covers whose axis is `distance` metres away: as wide as the pixel but as bright as the line."""
    half_pixel = footprint * 0.5
    covered = torch.clamp(half_width + half_pixel - distance, min=0.0)
    coverage = torch.minimum(covered / (2.0 * half_pixel + 1e-6), torch.ones_like(covered))
    return torch.minimum(coverage, half_width / (half_pixel + 1e-6))


def _bricks(uv: Tensor, footprint: Tensor) -> Tensor:
    """Coverage of the joints and a hash of each brick, (..., 2, H, W)."""
    length, height = BRICK_SIZE
    u, v = uv.chunk(2, dim=-3)
    course = torch.floor(v * (1.0 / height))
    # Every other course is moved by half a brick.
    odd = course - 2.0 * torch.floor(course * 0.5)
    along = u * (1.0 / length) + odd * 0.5
    side = (along - torch.round(along)).abs() * length
    level = (v * (1.0 / height) - torch.round(v * (1.0 / height))).abs() * height
    joint = _line_coverage(torch.minimum(side, level), JOINT_HALF_WIDTH, footprint)
    brick = torch.cat([torch.floor(along), course, torch.zeros_like(course)], dim=-3)
    value = cell_hash(brick, torch.full((), 211.0, dtype=uv.dtype, device=uv.device))
    return torch.cat([joint, value], dim=-3) * fade(footprint, height)


def world_fields(
    p: Tensor,
    normal: Tensor,
    footprint: Tensor,
    seed: Tensor,
    tangent: Tensor | None = None,
    built: Tensor | None = None,
) -> Tensor:
    """All fields of the points `p`.

    Args:
        p: (B, 3, H, W) float32, positions in metres, in the world or in an object's space (sky: positions on the cloud dome).
        normal: (B, 3, H, W), unit, in the same space; zeros for sky.
        footprint: (B, 1, H, W), metres per pixel.
        seed: (B, 3, 1, 1), offset of the lattice in metres; a multiple of the largest cell chooses another world.
        tangent: (B, 3, H, W), `guide.row_tangent`; None: the normal alone says which way a wall runs.
        built: (B, 1, H, W), 0 where nobody built what is there: no windows, beams and bricks; None: 1 everywhere.

    Returns:
        (B, FIELD_CHANNELS, H, W): noise octaves, cell hashes, sin/cos of the surface coordinates (period GRID_PERIOD), line coverage, brick joints,
        brick hash; each in -1..1.
    """
    # One centimetre under the surface: coplanar faces and cell borders that coincide with walls must not flicker.
    q = p - normal * 0.01 + seed
    # Octaves and cell sizes are evaluated side by side in an extra dimension: fewer, larger operations.
    noise = torch.cat([q[:, None] * frequency for frequency in NOISE_FREQUENCIES], dim=1)
    noise = value_noise(noise, _salts(7.0, 31.0, len(NOISE_FREQUENCIES), q)).flatten(1, 2)
    cells = torch.cat([torch.floor(q[:, None] * (1.0 / size)) for size in CELL_SIZES], dim=1)
    cells = cell_hash(cells, _salts(101.0, 17.0, len(CELL_SIZES), q)).flatten(1, 2)
    channels = [
        noise * torch.cat([fade(footprint, 1.0 / frequency) for frequency in NOISE_FREQUENCIES], dim=1),
        cells * torch.cat([fade(footprint, size) for size in CELL_SIZES], dim=1),
    ]
    uv = surface_coordinates(q, normal, torch.zeros_like(normal) if tangent is None else tangent)
    phase = uv * (2.0 * math.pi / GRID_PERIOD)
    # No windows, beams and bricks on ceilings.
    patterned = (normal[..., 1:2, :, :] > -0.7).to(p.dtype)
    if built is not None:
        patterned = patterned * built
    grid_fade = fade(footprint, GRID_PERIOD) * patterned
    channels += [torch.sin(phase) * grid_fade, torch.cos(phase) * grid_fade]
    distance = (uv * (1.0 / GRID_PERIOD) - torch.round(uv * (1.0 / GRID_PERIOD))).abs() * GRID_PERIOD
    channels.append(_line_coverage(distance, LINE_HALF_WIDTH, footprint) * grid_fade)
    channels.append(_bricks(uv, footprint) * patterned)
    return torch.cat(channels, dim=-3)


def anchored_noise(p: Tensor, normal: Tensor, footprint: Tensor) -> Tensor:
    """Gaussian noise of unit variance that sticks to surfaces: constant over world cells of about one pixel's size.

    `p`, `normal`: (B, 3, H, W), see `world_fields`; `footprint`: (B, 1, H, W). Returns (B, 3, H, W).
    """
    p = p - normal * 0.01
    size = torch.pow(2.0, torch.ceil(torch.log2(torch.clamp(footprint, 1e-3, 64.0))))
    cell = torch.floor(p / size)[:, None]
    uniform = cell_hash(cell, _salts(53.0, 29.0, 4, p)).flatten(1, 2) * (0.5 * 287.0 / 289.0) + 0.5
    # Box and Muller; the clamp keeps the logarithm finite.
    radius = torch.sqrt(-2.0 * torch.log(torch.clamp(uniform[:, :2], min=1e-3)))
    angle = uniform[:, 2:] * (2.0 * math.pi)
    return torch.cat([radius * torch.cos(angle), radius[:, :1] * torch.sin(angle[:, :1])], dim=1)
