"""Streams: how much flickers, and whether a place is the same when one comes back."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import fmean

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from mirage_lsd.pipelines.base import StreamSpec
from mirage_lsd.pipelines.mirage.pipeline import MiragePipeline

from ..training.worlds.sample import Picture, World, render
from .measures import warp_error
from .progress import Tick
from .scenario import as_tensor, controls_of, input_frame, stroll, themed_world, turned, visible_before

# How long the camera looks elsewhere before it comes back.
AWAY_FRAMES = 60
_AWAY_YAW = 2.6


@dataclass(frozen=True)
class RollOuts:
    """Warp errors 0..255, means over frames: of the output and of the targets themselves; `frames`: input and output side by side, uint8."""

    output_error: float
    target_error: float
    frames: list[npt.NDArray[np.uint8]]


def measure_roll_outs(
    pipeline: MiragePipeline, spec: StreamSpec, seeds: tuple[int, ...], length: int, tick: Tick, *,
    color_only: bool = False,
) -> RollOuts:  # fmt: skip
    """A stroll of `length` frames in each world."""
    outputs, targets, frames = [], [], []
    for k, seed in enumerate(seeds):
        start = themed_world(seed, 3 * k + 1, spec.width / spec.height)
        state = pipeline.create_state(spec)
        previous: tuple[World, Picture, Tensor] | None = None
        for i, world in enumerate(stroll(start, length)):
            picture = render(world, spec.height, spec.width)
            frame = input_frame(i + 1, world, picture, color_only=color_only)
            output = as_tensor(pipeline.process(frame, state, controls_of(world)).pixels)
            if previous is not None:
                before, picture_before, output_before = previous
                x, y, valid = visible_before(picture, picture_before, before)
                if valid.any():
                    outputs.append(warp_error(output, output_before, x, y, valid))
                    targets.append(warp_error(picture.target, picture_before.target, x, y, valid))
            previous = (world, picture, output)
            both = torch.cat([picture.guide[:3] * 0.5 + 0.5, output], 2)
            frames.append((both.clamp(0, 1) * 255).to(torch.uint8).permute(1, 2, 0).contiguous().numpy())
            tick(k * length + i + 1, len(seeds) * length)
    return RollOuts(fmean(outputs), fmean(targets), frames)


def measure_revisit(pipeline: MiragePipeline, spec: StreamSpec, seeds: tuple[int, ...], tick: Tick) -> float:
    """Mean |after - before| (0..255) of the same view, before the camera looks away for AWAY_FRAMES frames and after it has come back."""
    errors = []
    for k, seed in enumerate(seeds):
        here = themed_world(seed, 3 * k + 1, spec.width / spec.height)
        away = turned(here, _AWAY_YAW)
        views = {
            "here": (here, render(here, spec.height, spec.width)),
            "away": (away, render(away, spec.height, spec.width)),
        }
        state = pipeline.create_state(spec)
        seen = []
        for i, where in enumerate(["here"] * 3 + ["away"] * AWAY_FRAMES + ["here"] * 3):
            world, picture = views[where]
            output = pipeline.process(input_frame(i + 1, world, picture), state, controls_of(world)).pixels
            if i in (2, 2 + AWAY_FRAMES + 3):
                seen.append(as_tensor(output))
        errors.append(float((seen[1] - seen[0]).abs().mean()) * 255)
        tick(k + 1, len(seeds))
    return fmean(errors)
