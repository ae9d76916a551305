"""Rendered worlds as an engine would send them, and walks through them."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from mirage_lsd.controls import Controls
from mirage_lsd.frame import Camera, InputFrame, Sun
from mirage_lsd.models.character import CHARACTER_PARTS, Garment
from mirage_lsd.models.warp import pixel_grid
from mirage_lsd.pipelines.mirage.look import Look

from ..training.dataset import exact_motion
from ..training.worlds.levels import View
from ..training.worlds.sample import Picture, World, random_world
from ..training.worlds.themes import LIGHTINGS, SCENES


def camera_of(view: View) -> Camera:
    """The protocol's camera of a view."""
    pose = np.eye(4, dtype=np.float64)
    pose[:3] = view.world_from_camera.numpy()
    sx, sy, cx, cy = view.intrinsics.tolist()
    near, far = 0.1, 2000.0
    projection = np.array(
        [
            [sx, 0, cx, 0],
            [0, sy, cy, 0],
            [0, 0, (far + near) / (near - far), 2 * far * near / (near - far)],
            [0, 0, -1, 0],
        ]
    )
    return Camera(np.linalg.inv(pose).astype(np.float32), projection.astype(np.float32), near, far)


def input_frame(seq: int, world: World, picture: Picture, *, color_only: bool = False) -> InputFrame:
    """What an engine would send of a rendered world."""
    rgb = (picture.guide[:3] * 127.5 + 128).clamp(0, 255).to(torch.uint8).permute(1, 2, 0).numpy()
    rgba = opaque(rgb)
    if color_only:
        return InputFrame(seq, rgba)
    x, y, z = world.sun.tolist()
    ids = picture.ids[0].to(torch.uint8).numpy()
    return InputFrame(
        seq, rgba, picture.depth[0].contiguous().numpy(), ids=ids, camera=camera_of(world.view), sun=Sun((x, y, z))
    )


def controls_of(world: World) -> Controls:
    """The controls that ask for the world's own theme."""
    rows = zip(CHARACTER_PARTS, world.palette.tolist(), strict=True)
    appearance = {part: Garment.from_row(tuple(row)) for part, row in rows}
    return Look({world.scene: 1.0}, {world.lighting: 1.0}, appearance=appearance).controls()


def themed_world(seed: int, number: int, aspect: float) -> World:
    """The world of a held-out seed, its theme chosen by `number` so that all scenes and lightings come up, its fields those of stream seed 0."""
    scene, lighting = SCENES[number % len(SCENES)], LIGHTINGS[(number * 5 + number // len(SCENES)) % len(LIGHTINGS)]
    return replace(random_world(seed, aspect), scene=scene, lighting=lighting, seed_offset=torch.zeros(3))


def turned(world: World, yaw: float, sideways: float = 0.0) -> World:
    """The same world, the camera turned by `yaw` radians about the vertical and moved by `sideways` metres."""
    c, s = math.cos(yaw), math.sin(yaw)
    pose = world.view.world_from_camera.clone()
    pose[:, :3] = torch.tensor([[c, 0, s], [0, 1, 0], [-s, 0, c]]) @ pose[:, :3]
    pose[:, 3] += world.view.world_from_camera[:, :3] @ torch.tensor([sideways, 0.0, 0.0])
    return replace(world, view=View(pose, world.view.intrinsics))


def stroll(world: World, frames: int) -> list[World]:
    """A slow sideways step and a swinging gaze."""
    return [
        turned(world, 0.5 * math.sin(2 * math.pi * i / 60), 0.5 * math.sin(2 * math.pi * i / 90)) for i in range(frames)
    ]


def visible_before(now: Picture, before: Picture, world_before: World) -> tuple[Tensor, Tensor, Tensor]:
    """Where each pixel was in the frame before: x, y in pixels, and whether it was visible there, (H, W) each. Sky is left out."""
    _, h, w = now.depth.shape
    motion = exact_motion(now, before, world_before)
    xs, ys = pixel_grid(h, w, motion.device)
    return xs + motion[0], ys + motion[1], (motion[2] > 0) & (now.depth[0] > 0)


def opaque(rgb: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """H x W x 3 to H x W x 4, C-contiguous, as frames from an engine are."""
    rgba = np.full((*rgb.shape[:2], 4), 255, np.uint8)
    rgba[..., :3] = rgb
    return rgba


def as_tensor(pixels: np.ndarray) -> Tensor:
    """H x W x 4 uint8 to (3, H, W) in 0..1, a copy."""
    return torch.from_numpy(pixels[..., :3].copy()).permute(2, 0, 1).float() / 255
