"""A level as a finished game or a film would show it: textured, lit and graded, where the editor shows prototype materials.

The textures are those of two *other* themes, mixed by object, at another scale and in other colors: what they are says nothing about the target, so
that a network learns to look through them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor

from mirage_lsd.models.fields import world_fields
from mirage_lsd.models.guide import Geometry, world_rays
from mirage_lsd.models.seed import seed_offset

from .greybox import linear_to_srgb
from .sample import Greybox, World
from .themes import LIGHTINGS, SCENES, shade

# How far a texture may be enlarged or reduced.
_SCALES = (0.35, 2.5)


def srgb_to_linear(x: Tensor) -> Tensor:
    """IEC 61966-2-1, for values in 0..1."""
    return torch.where(x <= 0.04045, x / 12.92, ((x.clamp(min=0.04045) + 0.055) / 1.055) ** 2.4)


def with_textures(
    seen: Greybox, world: World, height: int, width: int, window: tuple[float, float, float, float] | None = None,
    moved: Tensor | None = None,
) -> Greybox:  # fmt: skip
    """The same view of height x width pixels with finished colors.

    `window`: see `sample.render`. `moved` (N, 3): how far each point has come with its object, which takes its texture along.
    """
    g = torch.Generator().manual_seed(world.look_seed ^ 0x5BD1E995)
    device = seen.p.device

    def u(low: float, high: float) -> float:
        return low + (high - low) * float(torch.rand((), generator=g))

    def pick(n: int) -> int:
        return int(torch.randint(n, (), generator=g))

    objects = world.level.objects + 1
    scale = u(*_SCALES)
    pose, intrinsics = world.view.world_from_camera.to(device)[None], world.view.intrinsics.to(device)[None]
    box = None if window is None else torch.tensor([window], device=device)
    span = 1.0 if window is None else window[3] - window[1]
    geometry = Geometry(
        seen.depth.view(1, 1, height, width), world_rays(pose, intrinsics, height, width, box), pose[:, :, 3],
        2.0 * span / (intrinsics[:, 1] * height),
    )  # fmt: skip
    normal = seen.hit.normal.reshape(1, height, width, 3).permute(0, 3, 1, 2)
    offset = seed_offset(pick(1 << 20)).to(device).view(1, 3, 1, 1)
    footprint = geometry.footprint(normal) * scale
    p = geometry.p
    if moved is not None:
        p = p - moved.reshape(1, height, width, 3).permute(0, 3, 1, 2)
    fields = world_fields(p * scale, normal, footprint, offset)[0].flatten(1).T
    lighting = LIGHTINGS[pick(len(LIGHTINGS))] if u(0, 1) < 0.4 else LIGHTINGS[pick(2)]
    sky = seen.sky[:, None].to(fields.dtype)
    tint = fields.new_zeros(len(fields), 4)

    def themed(scene: str) -> Tensor:
        looks = (seen.hit.normal, sky, seen.depth[:, None], seen.view, world.sun.to(device), seen.lit[:, None], tint)
        return srgb_to_linear(shade(scene, lighting, fields, *looks))

    first, second = (themed(SCENES[pick(len(SCENES))]) for _ in range(2))
    of_first = (torch.rand(objects, 1, generator=g) < 0.5).to(device)
    index = (seen.hit.index + 1).clamp(max=objects - 1)
    linear = torch.where(of_first[index], first, second)
    # Objects differ in color and in lightness; the sky (index 0) keeps the lightness it has.
    paint = (torch.rand(objects, 3, generator=g) * 1.2 + 0.3) * torch.exp(torch.randn(objects, 1, generator=g) * 0.5)
    plain = torch.rand(objects, 1, generator=g) < 0.35
    paint[0], plain[0] = torch.rand(3, generator=g) * 0.4 + 0.8, False
    gray = linear.mean(1, keepdim=True)
    linear = torch.where(plain.to(device)[index], gray.expand(-1, 3), linear) * paint.to(device)[index]
    if u(0, 1) < 0.35:
        # A sky without clouds: plain, or burnt out, as most cameras see it.
        linear = torch.where(seen.sky[:, None], torch.full_like(linear, u(0.2, 1.4)) * paint[0].to(device), linear)
    return replace(seen, color=_graded(linear, g, u))


def _graded(linear: Tensor, g: torch.Generator, u: Callable[[float, float], float]) -> Tensor:
    """A camera's or a colorist's hand: color matrix, exposure, contrast, black level. (N, 3) linear to sRGB in 0..1."""
    mixing = torch.eye(3) * 0.75 + torch.rand(3, 3, generator=g) * 0.25
    if u(0, 1) < 0.25:
        mixing = mixing[torch.randperm(3, generator=g)]
    linear = linear @ (mixing / mixing.sum(1, keepdim=True)).to(linear.device)
    exposure = u(0.12, 0.5) / float(linear.mean().clamp(min=1e-3))
    srgb = linear_to_srgb((linear * exposure).clamp(0, 1))
    contrast, black = u(0.75, 1.3), u(-0.03, 0.08)
    return ((srgb - 0.45) * contrast + 0.45 + black).clamp(0, 1)
