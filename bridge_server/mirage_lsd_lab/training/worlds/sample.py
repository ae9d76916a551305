"""One training example: a level seen once, as the engine would send it and as it should become."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from mirage_lsd.models.guide import CHARACTER_AT, FIELDS_FROM, build_guide, world_rays
from mirage_lsd.models.seed import seed_offset

from .greybox import greybox_colors
from .levels import View, next_view, random_level, random_view
from .raycast import MISS, Hit, Level, cast, occluded
from .themes import LIGHTINGS, SCENES, shade

# Time between two frames of a clip.
FRAME_S = 1 / 30

_SUN_ELEVATION = {
    "day": (0.5, 1.3), "overcast": (0.5, 1.3), "sunset": (0.08, 0.35), "night": (0.4, 1.2), "neon": (0.3, 1.1), "fog": (0.3, 1.2),
}  # fmt: skip


@dataclass(frozen=True)
class Picture:
    """A view of a level at one size: `guide` (G, H, W), `target` (3, H, W) sRGB in 0..1, `depth` (1, H, W), `ids` (1, H, W),
    `p` (3, H, W), `footprint` (1, H, W); `previous` (3, H, W): where the surface was a frame ago, metres (sky: nan)."""

    guide: Tensor
    target: Tensor
    depth: Tensor
    ids: Tensor
    p: Tensor
    footprint: Tensor
    previous: Tensor


@dataclass(frozen=True)
class World:
    """A level under one sun, with the look that its editor gives it. `seed_offset` (3,) moves the fields; `palette` (3, 8): see
    `models.character_tint`."""

    level: Level
    view: View
    sun: Tensor
    scene: str
    lighting: str
    shadows: bool
    look_seed: int
    seed_offset: Tensor
    palette: Tensor


def random_world(seed: int, aspect: float) -> World:
    """The world of a seed. Training takes seeds from 1,000,000 up, evaluation those below."""
    g = torch.Generator().manual_seed(seed)

    def pick(n: int) -> int:
        return int(torch.randint(n, (), generator=g))

    level = random_level(g)
    view = random_view(g, level, aspect)
    scene, lighting = SCENES[pick(len(SCENES))], LIGHTINGS[pick(len(LIGHTINGS))]
    low, high = _SUN_ELEVATION[lighting]
    elevation = low + (high - low) * float(torch.rand((), generator=g))
    azimuth = 2 * math.pi * float(torch.rand((), generator=g))
    sun = torch.tensor(
        [math.cos(elevation) * math.cos(azimuth), math.sin(elevation), math.cos(elevation) * math.sin(azimuth)]
    )
    shadows, look, offset = pick(10) < 5, pick(2**31 - 1), seed_offset(pick(1 << 20))
    skin = torch.lerp(torch.tensor([0.75, 0.48, 0.34]), torch.tensor([0.18, 0.09, 0.05]), torch.rand((), generator=g))
    colors = torch.stack([skin, torch.rand(3, generator=g) ** 2 * 0.8, torch.rand(3, generator=g) ** 1.5])
    return World(level, view, sun, scene, lighting, shadows, look, offset, _random_palette(g, colors))


def _random_palette(g: torch.Generator, colors: Tensor) -> Tensor:
    """(3, GARMENT_VALUES): `colors` (3, 3) of skin, hair and outfit, and patterns for half of the outfits and a quarter of the hair."""
    second = torch.rand(3, 3, generator=g)
    chance, kind = torch.rand(3, generator=g), torch.randint(3, (3,), generator=g)
    patterns = torch.tensor([[1.0, 0.0], [0.0, 1.0], [0.5, 0.5]])[kind]
    patterns = patterns * (chance < torch.tensor([0.0, 0.25, 0.5]))[:, None]
    return torch.cat([colors, second, patterns], 1)


def a_frame_later(world: World, seed: int) -> World:
    """The same world 1/30 s on: what moves has moved, the camera too."""
    g = torch.Generator().manual_seed(seed)
    return replace(world, level=world.level.after(FRAME_S), view=next_view(g, world.view))


@dataclass(frozen=True)
class Greybox:
    """What an editor shows of a world, pixel by pixel: `hit`; `view` (N, 3), unit; `p` (N, 3), metres; `depth`, `lit` (N,), `sky` (N,) bool; `color` (N, 3), sRGB in 0..1."""

    hit: Hit
    view: Tensor
    p: Tensor
    depth: Tensor
    sky: Tensor
    lit: Tensor
    color: Tensor


def render_greybox(
    world: World, height: int, width: int, window: tuple[float, float, float, float] | None = None, device: str = "cpu"
) -> Greybox:
    """Renders a world as its editor would; see `render`."""
    level = world.level.to(device)
    pose, intrinsics = world.view.world_from_camera.to(device)[None], world.view.intrinsics.to(device)[None]
    box = None if window is None else torch.tensor([window], device=device)
    rays = world_rays(pose, intrinsics, height, width, box)[0].permute(1, 2, 0).reshape(-1, 3)
    origin = pose[0, :, 3].expand_as(rays)
    hit = cast(level, origin, rays)
    sky = hit.t >= MISS
    depth = torch.where(sky, torch.zeros_like(hit.t), hit.t)
    p = origin + rays * depth[:, None]
    sun = world.sun.to(device)
    lambert = (hit.normal * sun).sum(1).clamp(min=0)
    lit = torch.ones_like(lambert)
    if world.shadows:
        facing = (lambert > 0) & ~sky
        lit[facing] = 1.0 - occluded(level, (p + hit.normal * 2e-3)[facing], sun.expand_as(p)[facing]).to(lit.dtype)
    view = rays / rays.norm(dim=1, keepdim=True)
    look = torch.Generator().manual_seed(world.look_seed)
    color = greybox_colors(look, p, hit.normal, hit.index, level.objects, lambert, lit, view[:, 1], depth)
    return Greybox(hit, view, p, depth, sky, lit, color)


def render(
    world: World, height: int, width: int, window: tuple[float, float, float, float] | None = None, device: str = "cpu",
    moved: Tensor | None = None,
) -> Picture:  # fmt: skip
    """Renders a world.

    `window`: the part of the full view (0..1, left, top, right, bottom). `moved` (N, 3): how far each pixel's object has come, which takes its
    texture along; None: textures stay where the world is.
    """
    seen = render_greybox(world, height, width, window, device)
    hit, depth, sky, view, p = seen.hit, seen.depth, seen.sky, seen.view, seen.p
    level = world.level.to(device)
    pose, intrinsics = world.view.world_from_camera.to(device)[None], world.view.intrinsics.to(device)[None]
    box = None if window is None else torch.tensor([window], device=device)
    sun = world.sun.to(device)

    def picture(x: Tensor) -> Tensor:
        return x.reshape(height, width, -1).permute(2, 0, 1).contiguous()

    # Half of the worlds give the renderer's normals, as an engine that sends them would; the others have them derived from depth.
    analytic = picture(hit.normal)[None] if world.look_seed % 2 else None
    offset = world.seed_offset.to(device)[None]
    ids = level.part[hit.index.clamp(min=0)] * ~sky
    guide, geometry = build_guide(
        picture(seen.color)[None], picture(depth)[None], analytic, pose, intrinsics, sun[None], offset, box,
        picture(ids[:, None].float())[None], world.palette.to(device)[None],
        None if moved is None else _object_from_world(picture(moved))[None],
    )  # fmt: skip
    previous = torch.where(sky[:, None], torch.nan, p - level.velocity[hit.index.clamp(min=0)] * FRAME_S)

    def flat(x: Tensor) -> Tensor:
        return x[0].permute(1, 2, 0).reshape(height * width, -1)

    fields = guide[:, FIELDS_FROM:]
    target = shade(
        world.scene,
        world.lighting,
        flat(fields),
        hit.normal,
        sky[:, None].to(depth.dtype),
        depth[:, None],
        view,
        sun,
        seen.lit[:, None],
        flat(guide[:, CHARACTER_AT:FIELDS_FROM]),
    )
    return Picture(
        guide[0], picture(target), picture(depth), picture(ids), geometry.p[0], geometry.footprint(guide[:, 5:8])[0],
        picture(previous),
    )  # fmt: skip


def _object_from_world(moved: Tensor) -> Tensor:
    """(12, H, W), see `models.object_space`: of objects that came `moved` (3, H, W) without turning."""
    rows = torch.eye(3, 4, device=moved.device).reshape(12, 1, 1).repeat(1, *moved.shape[1:])
    rows[3::4] -= moved
    return rows
