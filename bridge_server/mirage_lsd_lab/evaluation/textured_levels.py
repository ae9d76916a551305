"""Levels with finished textures in place of grey boxes, some of their things moving: with depth, and as a film of them would be."""

from __future__ import annotations

from dataclasses import dataclass, replace
from statistics import fmean

import numpy as np
import torch
from torch import Tensor

from mirage_lsd.frame import InputFrame, Slot
from mirage_lsd.models.character import CHARACTER_PARTS
from mirage_lsd.pipelines.base import StreamSpec
from mirage_lsd.pipelines.mirage.pipeline import MiragePipeline

from ..training.worlds.sample import FRAME_S, Picture, World, render, render_greybox
from ..training.worlds.textured import with_textures
from .measures import detail, psnr, warp_error
from .progress import Tick
from .scenario import as_tensor, controls_of, input_frame, themed_world, visible_before

# Metres a second, sideways.
_SPEED = 1.0
_MOST_SLOTS = 255


@dataclass(frozen=True)
class TexturedLevels:
    """Means over frames: `psnr` (dB) against the world in the theme, `detail`: correlation with the input's, `color_only_psnr` without depth.

    `moving_ratio`: change of what moves from frame to frame over the input's own, its slots sent with transforms, and `untold_moving_ratio` without.
    `rows`: (input, output, color alone, target) side by side.
    """

    psnr: float
    detail: float
    color_only_psnr: float
    moving_ratio: float
    untold_moving_ratio: float
    rows: list[Tensor]


def _moving(world: World, seconds: float) -> World:
    """The world some time on, with everything but the ground and what is larger than a car moving sideways."""
    level, right = world.level, world.view.world_from_camera[:, 0]
    small = torch.cat([
        torch.zeros(1), (level.box_half.amax(1) < 1.5).float(), (level.sphere[:, 3] < 2).float(), torch.ones(len(level.column)),
    ])  # fmt: skip
    level = replace(level, velocity=small[:, None] * right * torch.tensor([_SPEED, 0.0, _SPEED]))
    return replace(world, level=level.after(seconds))


def _slots(world: World, seconds: float) -> tuple[Tensor, tuple[Slot, ...]]:
    """The number of each object, (N,), and the table for it: as an engine would send what moves, one slot a thing, a character's parts apart."""
    level = world.level
    moves = level.velocity.norm(dim=1) > 0
    # A character's parts, of all of them alike, have the numbers that they have without a table.
    numbers = torch.where(level.part > 0, level.part, moves.cumsum(0).clamp(max=_MOST_SLOTS - 3) + 3)
    numbers = torch.where(moves, numbers, level.part)
    table = {}
    for number, part, velocity in zip(numbers.tolist(), level.part.tolist(), level.velocity, strict=True):
        if number:
            placed = np.eye(3, 4, dtype=np.float32)
            placed[:, 3] = (velocity * seconds).numpy()
            table[number] = Slot(number, CHARACTER_PARTS[part - 1] if part else "unspecified", world_from_object=placed)
    return numbers, tuple(table.values())


def _frame(number: int, world: World, shape: tuple[int, int]) -> tuple[Picture, InputFrame, Tensor]:
    """The target, the textured frame and which pixels move."""
    height, width = shape
    seen = render_greybox(world, height, width)
    index = seen.hit.index.clamp(min=0)
    velocity = world.level.velocity[index] * ~seen.sky[:, None]
    seconds = FRAME_S * (number - 1)
    moved = velocity * seconds
    picture = render(world, height, width, moved=moved)
    textured = with_textures(seen, world, height, width, moved=moved)
    color = textured.color.view(height, width, 3).permute(2, 0, 1) * 2 - 1
    picture = replace(picture, guide=torch.cat([color, picture.guide[3:]]))
    numbers, slots = _slots(world, seconds)
    ids = (numbers[index] * ~seen.sky).view(height, width).to(torch.uint8).numpy()
    frame = replace(input_frame(number, world, picture), ids=ids, slots=slots)
    return picture, frame, (velocity.norm(dim=1) > 0).view(height, width)


def measure_textured_levels(
    pipeline: MiragePipeline, spec: StreamSpec, seeds: tuple[int, ...], frames: int, tick: Tick
) -> TexturedLevels:
    """`frames` frames in each world, the camera at rest. `spec`: with depth."""
    scores, details, blind_scores, moving_in, moving_out, untold_out, rows = [], [], [], [], [], [], []
    shape = (spec.height, spec.width)
    for k, seed in enumerate(seeds):
        world = themed_world(seed, 3 * k + 1, spec.width / spec.height)
        state, untold = pipeline.create_state(spec), pipeline.create_state(spec)
        blind = pipeline.create_state(replace(spec, planes=("color",)))
        controls = controls_of(world)
        before: tuple[World, Picture, Tensor, Tensor] | None = None
        for i in range(frames):
            now = _moving(world, i * FRAME_S)
            picture, frame, moving = _frame(i + 1, now, shape)
            source = as_tensor(frame.color)
            output = as_tensor(pipeline.process(frame, state, controls).pixels)
            world_space = as_tensor(pipeline.process(replace(frame, slots=()), untold, controls).pixels)
            alone = as_tensor(pipeline.process(InputFrame(i + 1, frame.color), blind, controls).pixels)
            scores.append(psnr(output, picture.target))
            details.append(detail(output, source)[0])
            blind_scores.append(psnr(alone, picture.target))
            if before is not None:
                x, y, valid = visible_before(picture, before[1], before[0])
                if (valid & moving).sum() > 200:
                    source_before = before[1].guide[:3] * 0.5 + 0.5
                    moving_in.append(warp_error(source, source_before, x, y, valid & moving))
                    moving_out.append(warp_error(output, before[2], x, y, valid & moving))
                    untold_out.append(warp_error(world_space, before[3], x, y, valid & moving))
            before = (now, picture, output, world_space)
            tick(k * frames + i + 1, len(seeds) * frames)
        rows.append(torch.cat([source, output, alone, picture.target], 2))
    told, untold_ratio = (
        fmean(out) / max(fmean(moving_in), 1e-6) if moving_in else 0.0 for out in (moving_out, untold_out)
    )
    return TexturedLevels(fmean(scores), fmean(details), fmean(blind_scores), told, untold_ratio, rows)
