"""What each part of the temporal pipeline is worth with a checkpoint: flicker, revisits and drift, part after part."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from mirage_lsd.controls import Controls
from mirage_lsd.pipelines.base import StreamSpec
from mirage_lsd.pipelines.diffusers.loading import Checkpoint
from mirage_lsd.pipelines.diffusers.painter import Painter
from mirage_lsd.pipelines.diffusers.recipe import Recipe
from mirage_lsd.pipelines.diffusers.state import StreamState

from ..training.worlds.sample import Picture, World, render
from .measures import high_frequency_energy, psnr, warp_error
from .scenario import as_tensor, input_frame, stroll, themed_world, turned, visible_before

VARIANTS: tuple[tuple[str, Recipe], ...] = (
    (
        "plain img2img per frame",
        Recipe(anchored_noise=False, warp=False, sink=False, places=False, steady=False, skip=False),
    ),
    ("+ anchored noise", Recipe(warp=False, sink=False, places=False, steady=False, skip=False)),
    ("+ warped latents", Recipe(sink=False, places=False, steady=False, skip=False)),
    ("+ sink attention", Recipe(places=False, steady=False, skip=False)),
    ("+ key frames", Recipe(steady=False, skip=False)),
    ("+ steadying", Recipe(skip=False)),
    ("the same, no engine", Recipe(skip=False, true_depth=False)),
)
# Of checkpoints that are told depth: all of the pipeline, and what they are told is a guess, or nothing.
DEPTH_VARIANTS: tuple[tuple[str, Recipe], ...] = (
    ("all, depth estimated", Recipe(skip=False, condition="estimated")),
    ("all, depth absent", Recipe(skip=False, condition="absent")),
)
_SEEDS = (300, 301)
_VIEWS = 10
_AWAY_YAW, _AWAY_FRAMES = 2.6, 6
_SHEET_AT = (0, 5, 10, 15)

Tick = Callable[[str, int, int], None]


@dataclass(frozen=True)
class CheckpointJob:
    """`size`: width, height. `frames`: of each walk. `long`: of the drift's stream. `controls`: of the checkpoint, by name. `sheet`: a PNG."""

    size: tuple[int, int]
    frames: int
    long: int
    prompt: str
    controls: dict[str, float]
    sheet: Path | None = None


def evaluate_checkpoint(checkpoint: Checkpoint, job: CheckpointJob, tick: Tick) -> Iterator[dict[str, Any]]:
    """A row a variant, each with the parts of those before it; it takes long, so they come one by one.

    Yields:
        `variant`; `warp_ratio`: change of a surface from picture to picture over the input's own; `revisit_ratio`: change of a view after
        frames elsewhere, over the change of a surface from picture to picture of plain img2img; `drift_db`: PSNR of the same views late
        against early, over that of the next round against the early one: 0 holds, negative drifts; `sharpness`: high-frequency energy
        over plain img2img's; `calls_ms`: the median time of a picture.
    """
    told_depth = checkpoint.depth_channel or any(
        kind == "depth" for kind, _ in (*checkpoint.controlnets, *checkpoint.adapters)
    )
    sheet: list[Tensor] = []
    plain_error, plain_energy = 1.0, 1.0
    for number, (name, recipe) in enumerate(VARIANTS + (DEPTH_VARIANTS if told_depth else ())):
        torch.manual_seed(0)
        walk = _walk(checkpoint, recipe, job, lambda done, total, name=name: tick(name, done, total))  # type: ignore[misc]
        revisit = _revisit(checkpoint, recipe, job)
        drift, late_energy = _drift(checkpoint, recipe, job)
        if number == 0:
            plain_error, plain_energy = walk.error, walk.energy
        yield {
            "variant": name, "warp_ratio": round(walk.error / walk.input_error, 3), "revisit_ratio": round(revisit / plain_error, 3),
            "drift_db": round(drift, 2), "sharpness": round(walk.energy / plain_energy, 3),
            "late_sharpness": round(late_energy / plain_energy, 3), "ms": round(walk.milliseconds, 1),
        }  # fmt: skip
        if not sheet:
            sheet.append(torch.cat(walk.inputs, 2))
        sheet.append(torch.cat(walk.pictures, 2))
    if job.sheet is not None:
        array = (torch.cat(sheet, 1).clamp(0, 1) * 255).to(torch.uint8).permute(1, 2, 0).numpy()
        Image.fromarray(array).save(job.sheet)


@dataclass(frozen=True)
class _Walk:
    error: float
    input_error: float
    energy: float
    milliseconds: float
    inputs: list[Tensor]
    pictures: list[Tensor]


def _controls(job: CheckpointJob) -> Controls:
    return Controls({"prompt": {job.prompt: 1.0}, **{name: (value,) for name, value in job.controls.items()}})


def _spec(job: CheckpointJob) -> StreamSpec:
    return StreamSpec(*job.size, *job.size, 8, planes=("color", "depth"))


def _walk(checkpoint: Checkpoint, recipe: Recipe, job: CheckpointJob, tick: Callable[[int, int], None]) -> _Walk:
    errors, input_errors, energies, times = [], [], [], []
    inputs, pictures = [], []
    width, height = job.size
    for k, seed in enumerate(_SEEDS):
        painter, state = Painter(checkpoint, recipe), StreamState(_spec(job))
        previous: tuple[World, Picture, Tensor] | None = None
        for i, world in enumerate(stroll(themed_world(seed, 3 * k + 1, width / height), job.frames)):
            picture = render(world, height, width)
            painted = painter.paint(input_frame(i + 1, world, picture), state, _controls(job))
            output, source = as_tensor(painted.pixels), picture.guide[:3] * 0.5 + 0.5
            energies.append(high_frequency_energy(output))
            times.append(sum(painted.timings_us.values()) / 1e3)
            if previous is not None:
                before_world, before, output_before = previous
                x, y, valid = visible_before(picture, before, before_world)
                if bool(valid.any()):
                    errors.append(warp_error(output, output_before, x, y, valid))
                    input_errors.append(warp_error(source, before.guide[:3] * 0.5 + 0.5, x, y, valid))
            previous = (world, picture, output)
            if k == 0 and i in _SHEET_AT:
                inputs.append(source)
                pictures.append(output)
            tick(k * job.frames + i + 1, len(_SEEDS) * job.frames)
    return _Walk(fmean(errors), fmean(input_errors), fmean(energies), float(np.median(times)), inputs, pictures)


def _revisit(checkpoint: Checkpoint, recipe: Recipe, job: CheckpointJob) -> float:
    errors = []
    width, height = job.size
    for k, seed in enumerate(_SEEDS):
        here = themed_world(seed, 3 * k + 1, width / height)
        frames = {
            "here": [turned(here, 0.01 * i) for i in range(3)],
            "away": [turned(here, _AWAY_YAW + 0.01 * i) for i in range(_AWAY_FRAMES)],
        }
        path = [*frames["here"], *frames["away"], *frames["here"]]
        painter, state, seen = Painter(checkpoint, recipe), StreamState(_spec(job)), []
        for i, world in enumerate(path):
            picture = render(world, height, width)
            output = as_tensor(painter.paint(input_frame(i + 1, world, picture), state, _controls(job)).pixels)
            if i in (2, len(path) - 1):
                seen.append(output)
        errors.append(float((seen[1] - seen[0]).abs().mean()) * 255)
    return fmean(errors)


def _drift(checkpoint: Checkpoint, recipe: Recipe, job: CheckpointJob) -> tuple[float, float]:
    """The path is walked to its end and back, again and again: how like the second round the last one is, against how like it the third is."""
    width, height = job.size
    start = themed_world(310, 4, width / height)
    views = [turned(start, 0.02 * i, 0.05 * i) for i in range(_VIEWS)]
    pictures = [render(world, height, width) for world in views]
    painter, state = Painter(checkpoint, recipe), StreamState(_spec(job))
    rounds = max(job.long // (2 * _VIEWS), 4)
    kept: dict[int, list[Tensor]] = {}
    for i in range(rounds * 2 * _VIEWS):
        number, at = divmod(i, 2 * _VIEWS)
        at = at if at < _VIEWS else 2 * _VIEWS - 1 - at
        output = painter.paint(input_frame(i + 1, views[at], pictures[at]), state, _controls(job)).pixels
        if number in (1, 2, rounds - 1):
            kept.setdefault(number, []).append(as_tensor(output))
    early, later, last = kept[1], kept[2], kept[rounds - 1]

    def alike(others: list[Tensor]) -> float:
        return fmean(psnr(a, b) for a, b in zip(early, others, strict=True))

    return alike(last) - alike(later), fmean(high_frequency_energy(x) for x in last)
