"""Single frames of worlds that the training has never seen."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import fmean

import torch
from torch import Tensor

from mirage_lsd.pipelines.base import StreamSpec
from mirage_lsd.pipelines.mirage.pipeline import MiragePipeline

from ..training.worlds.sample import render
from .measures import psnr, sharpness, ssim
from .progress import Tick
from .scenario import as_tensor, controls_of, input_frame, themed_world


@dataclass(frozen=True)
class HeldOut:
    """Means over the worlds, and the pictures: (input, output, target) side by side, (3, H, 3 W) each; `outputs` with their themes."""

    psnr: float
    ssim: float
    sharpness: float
    rows: list[Tensor]
    outputs: list[tuple[Tensor, str, str]]


def measure_held_out(
    pipeline: MiragePipeline, spec: StreamSpec, seeds: tuple[int, ...], tick: Tick, *, color_only: bool = False
) -> HeldOut:
    """Each world once, from a fresh state."""
    scores, rows, outputs = [], [], []
    for i, seed in enumerate(seeds):
        world = themed_world(seed, i, spec.width / spec.height)
        picture = render(world, spec.height, spec.width)
        frame = input_frame(1, world, picture, color_only=color_only)
        output = as_tensor(pipeline.process(frame, pipeline.create_state(spec), controls_of(world)).pixels)
        target = picture.target
        scores.append((psnr(output, target), ssim(output, target), sharpness(output, target)))
        rows.append(torch.cat([picture.guide[:3] * 0.5 + 0.5, output, target], 2))
        outputs.append((output, world.scene, world.lighting))
        tick(i + 1, len(seeds))
    return HeldOut(
        fmean(s[0] for s in scores),
        fmean(s[1] for s in scores),
        math.exp(fmean(math.log(max(s[2], 1e-6)) for s in scores)),
        rows,
        outputs,
    )
