"""`mirage-lsd evaluate`: the shipped pipeline on held-out worlds (seeds below 1,000; training uses those from 1,000,000)."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import fmean

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from ..models.guide import world_rays
from ..pipeline.base import StreamSpec
from ..pipeline.frame import Camera, Controls, InputFrame, Sun
from ..pipeline.mirage import MiragePipeline
from ..pipeline.projection import project
from .measures import psnr, sharpness, ssim, warp_error
from .worlds.levels import View
from .worlds.sample import Picture, World, random_world, render
from .worlds.themes import LIGHTINGS, SCENES

HELD_OUT_SEEDS = tuple(range(200, 216))
ROLL_OUT_SEEDS = (300, 301, 302, 303)


def camera_of(view: View) -> Camera:
    """The protocol's camera of a view."""
    pose = np.eye(4, dtype=np.float64)
    pose[:3] = view.camera_to_world.numpy()
    sx, sy, cx, cy = view.lens.tolist()
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
    rgba = np.concatenate([rgb, np.full_like(rgb[..., :1], 255)], 2)
    if color_only:
        return InputFrame(seq, rgba)
    x, y, z = world.sun.tolist()
    return InputFrame(seq, rgba, picture.depth[0].numpy(), camera=camera_of(world.view), sun=Sun((x, y, z)))


def controls_of(world: World) -> Controls:
    """The controls that ask for the world's own theme."""
    return Controls({world.scene: 1.0}, {world.lighting: 1.0})


def _walk(world: World, frames: int) -> list[World]:
    """A stroll that turns away and comes back: a slow forward step and a swinging gaze."""
    steps = []
    for i in range(frames):
        turn = 0.5 * math.sin(2 * math.pi * i / 60)
        c, s = math.cos(turn), math.sin(turn)
        pose = world.view.camera_to_world.clone()
        pose[:, :3] = torch.tensor([[c, 0, s], [0, 1, 0], [-s, 0, c]]) @ pose[:, :3]
        pose[:, 3] += world.view.camera_to_world[:, :3] @ torch.tensor([0.5 * math.sin(2 * math.pi * i / 90), 0.0, 0.0])
        steps.append(replace(world, view=View(pose, world.view.lens)))
    return steps


def _previous_positions(
    now: Picture, world: World, before: World, depth_before: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """Where each pixel was in the frame before: x, y in pixels, and whether it was visible there. Sky is left out."""
    _, h, w = now.depth.shape
    rays = world_rays(world.view.camera_to_world[None], world.view.lens[None], h, w)[0]
    p = world.view.camera_to_world[:, 3].view(3, 1, 1) + rays * now.depth
    x, y, depth = project(p, camera_of(before.view))
    inside = (x > 0) & (x < w - 1) & (y > 0) & (y < h - 1) & (now.depth[0] > 0)
    column, row = x.round().long().clamp(0, w - 1), y.round().long().clamp(0, h - 1)
    seen = depth_before[0][row, column]
    return x, y, inside & ((seen - depth).abs() < 0.03 * depth)


def _output(pipeline: MiragePipeline, frame: InputFrame, state: object, controls: Controls) -> Tensor:
    pixels = pipeline.process(frame, state, controls).pixels[..., :3]
    return torch.from_numpy(pixels.copy()).permute(2, 0, 1).float() / 255


def evaluate(
    pipeline: MiragePipeline,
    size: tuple[int, int] = (640, 360),
    steps: int = 3,
    roll_out: int = 60,
    sheet: Path | None = None,
    progress: Callable[[str, int, int], None] = lambda what, done, total: None,
) -> dict[str, object]:
    """Runs every measure.

    Args:
        size: width, height in pixels. roll_out: frames of each roll-out. sheet: where to write a contact sheet.
        progress: called with what is being done, and how much of it is.

    Returns:
        `psnr` (dB), `ssim`, `sharpness`, `warp_error`, `warp_ratio` (to the target video's own), `drift_db` (PSNR of the last ten frames less that
        of frames 10 to 20 of the roll-outs), `color_only` {psnr}, `seeds`, `model`, `steps`, `width`, `height`.
    """
    width, height = size
    spec = StreamSpec(width, height, width, height, steps, planes=("color", "depth"))
    rows, scores, color_scores = [], [], []
    for i, seed in enumerate(HELD_OUT_SEEDS):
        world = random_world(seed, width / height)
        # Every theme and lighting comes up equally often.
        world = replace(
            world, scene=SCENES[i % len(SCENES)], lighting=LIGHTINGS[(i // len(SCENES) + i) % len(LIGHTINGS)]
        )
        # The stream's own fields are those of seed 0.
        world = replace(world, seed_offset=torch.zeros(3))
        picture = render(world, height, width)
        output = _output(pipeline, input_frame(1, world, picture), pipeline.create_state(spec), controls_of(world))
        scores.append((psnr(output, picture.target), ssim(output, picture.target), sharpness(output, picture.target)))
        blind = _output(
            pipeline, input_frame(1, world, picture, color_only=True), pipeline.create_state(spec), controls_of(world)
        )
        color_scores.append(psnr(blind, picture.target))
        rows.append(torch.cat([picture.guide[:3] * 0.5 + 0.5, output, picture.target], 2))
        progress("held-out worlds", i + 1, len(HELD_OUT_SEEDS))
    output_errors, target_errors, early, late = [], [], [], []
    for k, seed in enumerate(ROLL_OUT_SEEDS):
        start = replace(
            random_world(seed, width / height),
            scene=SCENES[k % 4],
            lighting=LIGHTINGS[k % 4],
            seed_offset=torch.zeros(3),
        )
        state = pipeline.create_state(spec)
        previous: tuple[World, Picture, Tensor] | None = None
        quality = []
        for i, world in enumerate(_walk(start, roll_out)):
            picture = render(world, height, width)
            output = _output(pipeline, input_frame(i + 1, world, picture), state, controls_of(world))
            quality.append(psnr(output, picture.target))
            if previous is not None:
                before, picture_before, output_before = previous
                x, y, valid = _previous_positions(picture, world, before, picture_before.depth)
                if valid.any():
                    output_errors.append(warp_error(output, output_before, x, y, valid))
                    target_errors.append(warp_error(picture.target, picture_before.target, x, y, valid))
            previous = (world, picture, output)
            progress("roll-outs", k * roll_out + i + 1, len(ROLL_OUT_SEEDS) * roll_out)
        early.append(fmean(quality[min(10, roll_out // 3) : min(20, roll_out // 2) + 1]))
        late.append(fmean(quality[-10:]))
    if sheet is not None:
        half = len(rows) // 2
        columns = [torch.cat(rows[:half], 1), torch.cat(rows[half:], 1)]
        array = (torch.cat(columns, 2).clamp(0, 1) * 255).to(torch.uint8).permute(1, 2, 0).numpy()
        Image.fromarray(array).resize((array.shape[1] // 2, array.shape[0] // 2), Image.Resampling.LANCZOS).save(sheet)
    return {
        "model": pipeline.name, "steps": steps, "width": width, "height": height,
        "psnr": round(fmean(s[0] for s in scores), 2),
        "ssim": round(fmean(s[1] for s in scores), 3),
        "sharpness": round(math.exp(fmean(math.log(max(s[2], 1e-6)) for s in scores)), 3),
        "warp_error": round(fmean(output_errors), 2),
        "warp_ratio": round(fmean(output_errors) / fmean(target_errors), 3),
        "drift_db": round(fmean(late) - fmean(early), 2),
        "color_only": {"psnr": round(fmean(color_scores), 2)},
        "seeds": {"held_out": list(HELD_OUT_SEEDS), "roll_out": list(ROLL_OUT_SEEDS)},
    }  # fmt: skip
