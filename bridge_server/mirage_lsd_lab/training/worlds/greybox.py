"""What an engine's editor would show: the level in prototype materials."""

from __future__ import annotations

import torch
from torch import Tensor


def linear_to_srgb(x: Tensor) -> Tensor:
    """IEC 61966-2-1, for values in 0..1."""
    x = x.clamp(0, 1)
    return torch.where(x <= 0.0031308, x * 12.92, 1.055 * x.clamp(min=1e-6) ** (1 / 2.4) - 0.055)


def greybox_colors(
    g: torch.Generator,
    p: Tensor,
    normal: Tensor,
    index: Tensor,
    objects: int,
    lambert: Tensor,
    lit: Tensor,
    view_y: Tensor,
    depth: Tensor,
) -> Tensor:
    """sRGB colors (N, 3) in 0..1 of the hits.

    Args:
        g: where the look is drawn from: checker, grid lines, blotches or plain, tints, contrast of the light, fog, sky.
        p, normal: (N, 3). index: (N,), -1 for sky. lambert: (N,), cosine to the sun, clamped. lit: (N,), 1 lit, 0 in shadow.
        view_y: (N,), upward part of the unit view direction. depth: (N,), metres.
    """

    def u(low: float, high: float) -> float:
        return low + (high - low) * float(torch.rand((), generator=g))

    device = p.device
    look = u(0, 1)
    albedo = (0.25 + 0.5 * torch.rand(objects, 1, generator=g)).expand(objects, 3).clone()
    if look < 0.3:
        # Colored prototype materials.
        albedo = (albedo * (0.6 + 0.8 * torch.rand(objects, 3, generator=g))).clamp(0, 0.95)
    elif look < 0.6:
        # One default material for everything, as both editors start with.
        albedo = torch.full((objects, 3), u(0.3, 0.75))
    if u(0, 1) < 0.5:
        albedo[0] = u(0.3, 0.75)
    color = albedo.to(device)[index.clamp(min=0)]
    q = p - normal * 0.01
    pattern = u(0, 1)
    if pattern < 0.55:
        size = (0.5, 1.0, 2.0)[int(u(0, 2.999))]
        cell = torch.floor(q / size).sum(-1)
        checker = (cell - 2.0 * torch.floor(cell / 2.0))[:, None]
        color = color * (1.0 - checker * u(0.08, 0.5))
    elif pattern < 0.75:
        # Prototype grids: thin lines at whole metres, over the two axes along the surface.
        size, width = (0.5, 1.0)[int(u(0, 1.999))], u(0.01, 0.03)
        line = ((q / size - torch.round(q / size)).abs() * size < width) & (normal.abs() < 0.7)
        color = torch.lerp(
            color, torch.full_like(color, u(0.0, 0.9)), line.any(1, keepdim=True).to(p.dtype) * u(0.3, 0.9)
        )
    elif pattern < 0.85:
        # Roughly textured: blotches without meaning.
        blotch = torch.sin(q * u(1.5, 6)).prod(1, keepdim=True)
        color = color * (1.0 + u(0.1, 0.4) * blotch)
    ambient = u(0.35, 0.7)
    shade = ambient * (0.85 + 0.15 * normal[:, 1]) + (1.0 - ambient) * u(0.9, 1.5) * lambert * lit
    color = color * shade[:, None]
    if u(0, 1) < 0.15:
        fog = (1.0 - torch.exp(-depth * u(0.005, 0.03)))[:, None]
        color = torch.lerp(color, torch.full_like(color, u(0.4, 0.8)), fog)
    color = linear_to_srgb(color)
    if u(0, 1) < 0.6:
        sky = torch.full((1, 3), u(0.0, 0.9), device=device).expand(len(p), 3)
    else:
        top = torch.rand(3, generator=g).to(device) * 0.4 + torch.tensor([0.1, 0.25, 0.4], device=device)
        bottom = u(0.6, 0.95)
        w = view_y.clamp(0, 1)[:, None] ** 0.5
        sky = bottom * (1 - w) + top * w
    return torch.where((index < 0)[:, None], sky, color)
