"""The training loop of `mirage-lsd train`: denoising with the network's own memory, resumable, with a time budget."""

from __future__ import annotations

import copy
import math
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from mirage_lsd.models.diffusion import add_noise
from mirage_lsd.models.mirage_lsd_v1 import MirageLSDv1
from mirage_lsd.models.sampler import sample
from mirage_lsd.models.schedule import LEARNED_STEPS

from .dataset import Batch
from .estimation import train_estimator
from .finish import finish_head
from .flow_loss import flow_loss
from .losses import picture_loss, shader_loss, steadiness_loss
from .observe import observe
from .options import TrainingOptions
from .precision import mixed_precision
from .run import Run

# The geometry estimator learns first, alone: the trunk's color-only examples come from it.
ESTIMATOR_SHARE = 0.2
# Its pictures' seeds lie this far beyond the other stages'.
ESTIMATOR_SEEDS = 5_000_000
# The first steps train the head alone on scattered pixels: cheap, and what is crisp in the end is learned here.
SHADER_STEPS = 1500
SHADER_EXAMPLES, SHADER_PIXELS = 12, 8192
# Rendering a world costs about as much as half a step.
RENEW_EVERY = 2
# How often the sampler is unrolled as a whole where there is no frame before; where there is one, it always is.
UNROLLED_SHARE = 0.35
# The last part of the time budget belongs to the head alone, at its own rate.
FINISH_SHARE, FINISH_RATE = 0.15, 0.008
FLOW_WEIGHT = 0.05
STEADINESS_WEIGHT = 0.2
_SAVE_EVERY_S = 180.0
_FIRST_WORLDS = 48


class _Shares(NamedTuple):
    """Of the time budget: the estimator alone, whole pictures, the head alone."""

    estimator: float
    joint: float
    finish: float


def _shares(options: TrainingOptions) -> _Shares:
    wanted = _Shares(
        ESTIMATOR_SHARE if "estimator" in options.parts else 0.0,
        1.0 - ESTIMATOR_SHARE - FINISH_SHARE if {"flow", "encoder", "denoiser"} & set(options.parts) else 0.0,
        FINISH_SHARE if "head" in options.parts else 0.0,
    )
    return _Shares(*(share / sum(wanted) for share in wanted))


@dataclass(frozen=True)
class Progress:
    """What the loop reports every few steps: `loss` and `psnr` (dB, training crops; None for the estimator) are running means."""

    step: int
    seconds: float
    loss: float
    psnr: float | None


Report = Callable[[Progress], None]
Preview = Callable[[MirageLSDv1, int], None]


def train(options: TrainingOptions, report: Report, preview: Preview | None = None) -> Path:
    """Trains until the time budget is spent; continues from the run's last checkpoint. Returns the checkpoint's path.

    Args:
        report: called every ten steps. preview: called with the averaged model whenever a checkpoint was written.

    Raises:
        ValueError: a run from scratch that isn't to train all parts. OSError: a checkpoint can't be written.
    """
    run = Run(options, SHADER_STEPS)
    shares = _shares(options)
    budget = options.minutes * 60
    if shares.estimator:
        _estimator_stage(run, budget * shares.estimator, report)
    if shares.joint:
        _joint_stage(run, budget * shares.joint, report, preview)
    if shares.finish and run.step >= SHADER_STEPS:
        _finish_stage(run, budget * shares.finish, report)
    run.save()
    if preview is not None:
        preview(run.averaged(), run.step)
    return run.checkpoint


def _progress(run: Run, loss: float, error: float | None) -> Progress:
    return Progress(run.step, run.seconds, loss, None if error is None else -10 * math.log10(max(error, 1e-9)))


def _estimator_stage(run: Run, seconds: float, report: Report) -> None:
    def tell(done: int, loss: float) -> None:
        if done % 10 == 0:
            report(_progress(run, loss, None))

    def keep(average: dict[str, Tensor]) -> None:
        run.adopt("estimator", average)
        run.save()

    first_seed = run.pool.next_seed + ESTIMATOR_SEEDS
    estimator = copy.deepcopy(run.model.estimator)
    train_estimator(estimator, seconds, run.options.learning_rate, first_seed, run.rng, tell, keep)
    keep(estimator.state_dict())


def _joint_stage(run: Run, seconds: float, report: Report, preview: Preview | None) -> None:
    """The head on scattered pixels while the run is young, then the whole network."""
    options, pool = run.options, run.pool
    pool.renew(min(options.pool, _FIRST_WORLDS))
    start = last_save = time.monotonic()
    loss_mean, error_mean = 0.0, 0.0
    while (elapsed := time.monotonic() - start) < seconds:
        # Up in the first steps, then straight down to nothing over the time budget.
        rate = (
            options.learning_rate * min(1.0, (run.step - run.first_step + 1) / 200) * max(0.02, 1 - elapsed / seconds)
        )
        if run.step % RENEW_EVERY == 0:
            pool.renew(options.renew)
        precision = mixed_precision(options.device)
        if run.step < SHADER_STEPS:
            pixels = pool.pixels(SHADER_EXAMPLES, SHADER_PIXELS, run.rng)
            with precision:
                loss, error = shader_loss(run.model, *pixels)
        else:
            batch = pool.batch(options.batch, run.rng)
            with precision:
                loss, error = _pictures_step(run.model, batch, run.rng, options.parts)
        run.take_step(loss, rate)
        weight = max(0.02, 1 / (run.step - run.first_step))
        loss_mean += weight * (float(loss.detach()) - loss_mean)
        error_mean += weight * (float(error) - error_mean)
        if run.step % 10 == 0:
            report(_progress(run, loss_mean, error_mean))
        if time.monotonic() - last_save > _SAVE_EVERY_S:
            run.save()
            if preview is not None:
                preview(run.averaged(), run.step)
            last_save = time.monotonic()


def _pictures_step(
    model: MirageLSDv1, batch: Batch, rng: random.Random, parts: tuple[str, ...]
) -> tuple[Tensor, Tensor]:
    """Loss and squared error of the whole network on a batch: at one random time, or through the unrolled sampler with its learned times."""
    # The flow network shares nothing with the others; it only trains along.
    flow = flow_loss(model.flow, batch)[0] if "flow" in parts else 0.0
    encoded, noise, before = observe(model, batch, rng)
    if before is not None or rng.random() < UNROLLED_SHARE:
        times = model.times(rng.choice((1, 2, 3, 3, 3, LEARNED_STEPS)))
        x0, features = sample(model, encoded, noise, batch.controls, times)
        context = model.join(x0, features, encoded)
        loss, error = picture_loss(model, batch, x0, context)
        if before is not None:
            context_before = model.join(*sample(model, before, noise, batch.controls, times), before)
            loss = loss + STEADINESS_WEIGHT * steadiness_loss(context, context_before, batch.motion)
    else:
        t = torch.tensor([1.0 if rng.random() < 0.35 else rng.uniform(0.05, 1.0) for _ in range(len(noise))])
        t = t.to(noise.device)
        modulation = model.denoiser.modulation(t, batch.controls)
        x0, features = model.denoiser(add_noise(batch.target, noise, t), modulation, encoded)
        loss, error = picture_loss(model, batch, x0, model.join(x0, features, encoded))
    return loss + FLOW_WEIGHT * flow, error


def _finish_stage(run: Run, seconds: float, report: Report) -> None:
    def tell(done: int, loss: float, error: float) -> None:
        if done % 50 == 0:
            report(_progress(run, loss, error))

    finished = run.averaged()
    finish_head(finished, run.pool, seconds, min(FINISH_RATE, run.options.learning_rate), run.rng, tell)
    run.adopt("head", finished.head.state_dict())
