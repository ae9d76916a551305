"""From an engine's planes to the guide: all that the network is told about a pixel besides the picture that it is making."""

from __future__ import annotations

import torch
from torch import Tensor

from .character_tint import character_tint
from .fields import FIELD_CHANNELS, world_fields
from .object_space import in_object_space

# color 3, inverse depth 1, log depth 1, normal 3, sky 1, geometry flag 1, sun on surface 1, sun in view 1, view elevation 1,
# character 1, character's tint 3
GEOMETRY_AT, GEOMETRY_FLAG_AT, CHARACTER_AT, FIELDS_FROM = 3, 9, 13, 17
GUIDE_CHANNELS = FIELDS_FROM + FIELD_CHANNELS
FAR_M = 2000.0
# What a pixel shows, beside a character's parts (`character.CHARACTER_PARTS`, from 1): what nobody built has no windows, beams and bricks, and what
# grows has in all its directions what lies on slopes: moss, snow, sand.
UNBUILT, GROWN = 4, 5
# How much a grown surface faces up at least: a slope, where lava doesn't run yet.
_GROWN_UP = 0.5
# Pixels, and the square of the sine of the angle by which a step over so many may leave the surface.
TANGENT_REACH = 8
_OFF_SURFACE = 0.15
# How fast a pixel's footprint on the dome grows below the horizon, metres for each unit of the view's elevation.
_NO_CLOUDS_BELOW = 200.0


def world_rays(
    world_from_camera: Tensor, intrinsics: Tensor, height: int, width: int, window: Tensor | None = None
) -> Tensor:
    """Directions through the pixel centres, in world space, scaled so that one metre of view depth is one unit.

    Args:
        world_from_camera: (B, 3, 4), rotation and position.
        intrinsics: (B, 4): projection[0,0], projection[1,1], projection[0,2], projection[1,2].
        height, width: of the picture, pixels.
        window: (B, 4) in 0..1, left, top, right, bottom of the part of the full view that the picture shows; None: all of it.

    Returns:
        (B, 3, H, W)
    """
    dtype, device = intrinsics.dtype, intrinsics.device
    xs = (torch.arange(width, dtype=dtype, device=device) + 0.5) / width
    ys = (torch.arange(height, dtype=dtype, device=device) + 0.5) / height
    if window is None:
        x = xs.view(1, 1, 1, width).expand(intrinsics.shape[0], 1, height, width)
        y = ys.view(1, 1, height, 1).expand(intrinsics.shape[0], 1, height, width)
    else:
        left, top, right, bottom = (w.view(-1, 1, 1, 1) for w in window.unbind(1))
        x = (left + (right - left) * xs.view(1, 1, 1, width)).expand(-1, 1, height, width)
        y = (top + (bottom - top) * ys.view(1, 1, height, 1)).expand(-1, 1, height, width)
    sx, sy, cx, cy = (v.view(-1, 1, 1, 1) for v in intrinsics.unbind(1))
    camera = torch.cat([(2.0 * x - 1.0 + cx) / sx, (1.0 - 2.0 * y + cy) / sy, -torch.ones_like(x)], dim=1)
    b = intrinsics.shape[0]
    return torch.matmul(world_from_camera[:, :, :3], camera.reshape(b, 3, height * width)).view(b, 3, height, width)


def normals_from_positions(p: Tensor, toward_camera: Tensor, sky: Tensor) -> Tensor:
    """Unit normals from neighbouring world positions; of the two differences each way the shorter one, which stays on the surface.

    `p`, `toward_camera`: (B, 3, H, W); `sky`: (B, 1, H, W). Returns (B, 3, H, W), zeros for sky.
    """

    def tangent(dim: int) -> Tensor:
        n = p.shape[dim]
        difference = p.narrow(dim, 1, n - 1) - p.narrow(dim, 0, n - 1)
        forward = torch.cat([difference, difference.narrow(dim, n - 2, 1)], dim=dim)
        backward = torch.cat([difference.narrow(dim, 0, 1), difference], dim=dim)
        nearer = ((forward * forward).sum(1, keepdim=True) <= (backward * backward).sum(1, keepdim=True)).to(p.dtype)
        return forward * nearer + backward * (1.0 - nearer)

    a, b = tangent(3), tangent(2)
    ax, ay, az = a.chunk(3, dim=1)
    bx, by, bz = b.chunk(3, dim=1)
    n = torch.cat([ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx], dim=1)
    n = n * torch.rsqrt((n * n).sum(1, keepdim=True) + 1e-20)
    facing = ((n * toward_camera).sum(1, keepdim=True) >= 0).to(p.dtype) * 2.0 - 1.0
    return n * facing * (1.0 - sky)


def row_tangent(p: Tensor, normal: Tensor) -> Tensor:
    """Which way a surface runs along the picture's row: the step to the pixel TANGENT_REACH to the right if that lies on the surface, else to the
    left, else zeros.

    Over so many pixels the steps of a depth buffer, which bend the normals of a flat wall from pixel to pixel, hardly matter.

    `p`, `normal`: (B, 3, H, W), the normal unit or zeros. Returns (B, 3, H, W), metres.
    """
    width = p.shape[3]
    if width <= TANGENT_REACH:
        return torch.zeros_like(p)
    difference = p.narrow(3, TANGENT_REACH, width - TANGENT_REACH) - p.narrow(3, 0, width - TANGENT_REACH)
    nothing = torch.zeros_like(p.narrow(3, 0, TANGENT_REACH))

    def on_surface(step: Tensor) -> Tensor:
        across, level = (step * normal).sum(1, keepdim=True), (normal * normal).sum(1, keepdim=True)
        return (across * across < (step * step).sum(1, keepdim=True) * level * _OFF_SURFACE).to(p.dtype)

    right, left = torch.cat([difference, nothing], 3), torch.cat([nothing, difference], 3)
    follows_right = on_surface(right)
    return right * follows_right + left * (on_surface(left) * (1.0 - follows_right))


class Geometry:
    """World positions of a frame: `p` (B, 3, H, W) metres, `footprint` (B, 1, H, W) metres per pixel, `sky` (B, 1, H, W) 0 or 1, `view` unit rays."""

    def __init__(self, depth: Tensor, rays: Tensor, position: Tensor, pixel_angle: Tensor) -> None:
        # `depth` 0 or beyond FAR_M is sky. NaN and infinity were made 0 before.
        self.sky = ((depth <= 0.0) | (depth >= FAR_M)).to(rays.dtype)
        self.view = rays * torch.rsqrt((rays * rays).sum(1, keepdim=True))
        ground = position.view(-1, 3, 1, 1) + rays * depth
        # Sky pixels live on a dome of clouds that goes with the camera: the direction alone decides.
        vx, vy, vz = self.view.chunk(3, dim=1)
        reach = 6.0 / (torch.clamp(vy, min=0.0) + 0.12)
        dome = torch.cat([vx * reach, torch.zeros_like(vx), vz * reach], dim=1)
        self.p = ground * (1.0 - self.sky) + dome * self.sky
        self.depth = depth * (1.0 - self.sky)
        angle = pixel_angle.view(-1, 1, 1, 1)
        # Below the horizon the dome would hang in curtains: what is sky there has no clouds.
        below = torch.clamp(-vy, min=0.0) * _NO_CLOUDS_BELOW
        self._flat_footprint = self.depth * angle * (1.0 - self.sky) + (reach * angle + below) * self.sky

    def footprint(self, normal: Tensor) -> Tensor:
        """Pixel size on the surface, larger where it is seen at a grazing angle (bounded: 1 : 5)."""
        incidence = (normal * self.view).sum(1, keepdim=True).abs()
        incidence = torch.clamp(incidence, min=0.2) * (1.0 - self.sky) + self.sky
        return self._flat_footprint / incidence + 1e-4


def build_guide(
    color: Tensor,
    depth: Tensor,
    normal: Tensor | None,
    world_from_camera: Tensor,
    intrinsics: Tensor,
    sun: Tensor,
    seed: Tensor,
    window: Tensor | None = None,
    ids: Tensor | None = None,
    palette: Tensor | None = None,
    object_from_world: Tensor | None = None,
) -> tuple[Tensor, Geometry]:
    """The guide of a frame that has depth and a camera.

    Args:
        color: (B, 3, H, W) in 0..1, sRGB-encoded.
        depth: (B, 1, H, W), linear metres along the view axis, 0: sky.
        normal: (B, 3, H, W), unit, world space, or None: taken from the depth.
        world_from_camera: (B, 3, 4). intrinsics: (B, 4), see `world_rays`. sun: (B, 3), unit, towards the sun.
        seed: (B, 3), offset of the fields in metres.
        window: see `world_rays`.
        ids: (B, 1, H, W): 0, a character's part, UNBUILT or GROWN; palette: (B, 3, 8), see `character_tint`; None: all 0.
        object_from_world: (B, 12, H, W), see `object_space`; None: all things stand still in the world.

    Returns:
        (B, GUIDE_CHANNELS, H, W) float32, and the geometry.
    """
    height, width = color.shape[-2:]
    rays = world_rays(world_from_camera, intrinsics, height, width, window)
    span = 1.0 if window is None else window[:, 3] - window[:, 1]
    pixel_angle = 2.0 * span / (intrinsics[:, 1] * height)
    geometry = Geometry(depth, rays, world_from_camera[:, :, 3], pixel_angle)
    if normal is None:
        normal = normals_from_positions(geometry.p, -geometry.view, geometry.sky)
    else:
        normal = normal * (1.0 - geometry.sky)
    built = None
    if ids is not None:
        normal = _facing_up(normal, (ids == float(GROWN)).to(color.dtype) * (1.0 - geometry.sky))
        built = (ids < float(UNBUILT)).to(color.dtype)
    footprint = geometry.footprint(normal)
    tangent = row_tangent(geometry.p, normal)
    p, faced, tangent = in_object_space(object_from_world, geometry.sky, geometry.p, normal, tangent)
    fields = world_fields(p, faced, footprint, seed.view(-1, 3, 1, 1), tangent, built)
    tint = torch.zeros_like(color[:, :1]).expand(-1, 4, -1, -1)
    if ids is not None and palette is not None:
        tint = character_tint(ids, palette, p, faced, footprint)
    guide = torch.cat(
        [
            color * 2.0 - 1.0,
            geometry_channels(geometry.depth, geometry.sky, normal, geometry.view, sun),
            tint,
            fields,
        ],
        dim=1,
    )
    return guide, geometry


def _facing_up(normal: Tensor, grown: Tensor) -> Tensor:
    """The normals (B, 3, H, W) as they count where `grown` (B, 1, H, W) is 1; not unit there."""
    x, y, z = normal.chunk(3, dim=1)
    return torch.cat([x, y + torch.clamp(_GROWN_UP - y, min=0.0) * grown, z], dim=1)


def geometry_channels(depth: Tensor, sky: Tensor, normal: Tensor, view: Tensor, sun: Tensor) -> Tensor:
    """The guide's channels from GEOMETRY_AT to CHARACTER_AT.

    `depth`, `sky` (B, 1, H, W), both 0 where the other isn't; `normal`, `view` (B, 3, H, W), unit, the normal 0 for sky; `sun` (B, 3), unit.
    """
    sun = sun.view(-1, 3, 1, 1)
    return torch.cat(
        [
            (1.0 - sky) / (1.0 + depth),
            torch.log1p(depth) * 0.2,
            normal,
            sky,
            torch.ones_like(depth),
            (normal * sun).sum(1, keepdim=True),
            (view * sun).sum(1, keepdim=True),
            # Sky that is seen below the horizon (from a cliff, through a floor that isn't there) is the horizon's.
            view[:, 1:2] * (1.0 - sky) + torch.clamp(view[:, 1:2], min=0.0) * sky,
        ],
        dim=1,
    )


def color_only_guide(color: Tensor) -> Tensor:
    """The guide of a frame without geometry (a webcam): color, all else zero. (B, 3, H, W) in 0..1 -> (B, GUIDE_CHANNELS, H, W)."""
    b, _, h, w = color.shape
    return torch.cat([color * 2.0 - 1.0, color.new_zeros(b, GUIDE_CHANNELS - 3, h, w)], dim=1)
