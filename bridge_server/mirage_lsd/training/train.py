"""The training loop of `mirage-lsd train`: denoising with the network's own memory, resumable, with a time budget."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from ..models.diffusion import add_noise
from ..models.mirage_lsd_v1 import MirageLSDv1, NetworkConfig
from ..models.sampler import sample
from ..models.schedule import LEARNED_STEPS
from ..models.weights_file import load_weights
from .dataset import TRAINING_SEED_BASE, Batch, Pool
from .estimation import train_estimator
from .finish import finish_head
from .flow_loss import flow_loss
from .losses import picture_loss, shader_loss, steadiness_loss
from .muon import Muon
from .observe import observe

# Muon moves the matrices of the hidden layers, Adam everything else, at this share of its rate.
ADAM_SHARE = 0.1
# What a run may train; the other parts stay as they are. The step times belong to the denoiser.
PARTS = ("estimator", "flow", "encoder", "denoiser", "head")
_MODULES = {"denoiser": ("denoiser", "times", "join")}
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


@dataclass(frozen=True)
class TrainingOptions:
    """Options of a run; `minutes` is the time budget of this call, over which the learning rate falls to zero.

    `start`: weights (.safetensors) that a run without a checkpoint begins with; the shader's own stage is left out then.
    `parts`: of PARTS. `head` alone means its last stage, on the frozen trunk's context.
    """

    run: Path
    minutes: float
    batch: int = 4
    renew: int = 1
    pool: int = 400
    learning_rate: float = 0.02
    seed: int = 0
    device: str = "cpu"
    start: Path | None = None
    parts: tuple[str, ...] = PARTS


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


class Average:
    """Exponential moving average of the weights."""

    def __init__(self, model: MirageLSDv1) -> None:
        self.state = {k: v.detach().clone().float() for k, v in model.state_dict().items()}
        self.count = 0

    def update(self, model: MirageLSDv1) -> None:
        """Moves towards the model; quickly at first."""
        self.count += 1
        decay = min(0.998, self.count / (self.count + 20))
        with torch.no_grad():
            for k, v in model.state_dict().items():
                self.state[k].lerp_(v.float(), 1 - decay)


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


def _optimizers(model: MirageLSDv1, rate: float) -> tuple[torch.optim.Optimizer, torch.optim.Optimizer]:
    """Muon for the hidden layers' matrices, AdamW for vectors, embeddings and the layers that meet pixels."""
    elsewhere = ("embed", "to_x0", "stem1", "enter", "film.0", "times", "temporal", "flow", "estimator")
    hidden: list[torch.nn.Parameter] = []
    rest: list[torch.nn.Parameter] = []
    for name, parameter in model.named_parameters():
        if not parameter.requires_grad:
            continue
        matrix = parameter.dim() >= 2 and "bias" not in name
        (hidden if matrix and not any(part in name for part in elsewhere) else rest).append(parameter)
    return Muon(hidden, rate), torch.optim.AdamW(rest, lr=rate * ADAM_SHARE, betas=(0.9, 0.98), weight_decay=0.01)


def _freeze_others(model: MirageLSDv1, parts: tuple[str, ...]) -> None:
    """Only the parameters of `parts` take gradients."""
    trained = tuple(f"{module}." for part in parts for module in _MODULES.get(part, (part,)))
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(name.startswith(trained))


def _save(path: Path, state: dict[str, object]) -> None:
    """Writes beside the file and renames, so that an interruption never leaves half a checkpoint."""
    partial = path.with_suffix(".partial")
    torch.save(state, partial)
    partial.replace(path)


def train(
    options: TrainingOptions,
    report: Callable[[Progress], None],
    preview: Callable[[MirageLSDv1, int], None] | None = None,
) -> Path:
    """Trains until the time budget is spent; continues from the run's last checkpoint. Returns the checkpoint's path.

    Args:
        report: called every ten steps. preview: called with the averaged model whenever a checkpoint was written.
    """
    options.run.mkdir(parents=True, exist_ok=True)
    checkpoint = options.run / "checkpoint.pt"
    torch.manual_seed(options.seed)
    model = MirageLSDv1(NetworkConfig()).to(options.device)
    _freeze_others(model, options.parts)
    average = Average(model)
    optimizers = _optimizers(model, options.learning_rate)
    step, next_seed, seconds_before = 0, TRAINING_SEED_BASE + options.seed * 10_000_000, 0.0
    if checkpoint.exists():
        saved = torch.load(checkpoint, map_location=options.device, weights_only=True)
        model.load_state_dict(saved["model"])
        if tuple(saved["parts"]) == options.parts:
            for optimizer, values in zip(optimizers, saved["optimizers"], strict=True):
                optimizer.load_state_dict(values)
        average.state, average.count = saved["average"], saved["average_count"]
        step, next_seed, seconds_before = saved["step"], saved["next_seed"], saved["seconds"]
    elif options.start is not None:
        model.load_state_dict(load_weights(options.start).state_dict())
        average, step = Average(model), SHADER_STEPS
    elif options.parts != PARTS:
        raise ValueError("A run from scratch trains all parts; name weights to begin with for less.")
    for module in model.modules():
        if isinstance(module, torch.nn.Conv2d):
            module.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    rng = random.Random(options.seed * 7919 + step)
    torch.manual_seed(options.seed * 7919 + step)
    pool = Pool(options.pool, next_seed, options.device)
    start = time.monotonic()
    last_save = start
    loss_mean, error_mean, first_step = 0.0, 0.0, step

    def state() -> dict[str, object]:
        return {
            "model": model.state_dict(), "optimizers": [o.state_dict() for o in optimizers], "average": average.state, "average_count": average.count,
            "step": step, "next_seed": pool.next_seed, "seconds": seconds_before + time.monotonic() - start, "parts": list(options.parts),
        }  # fmt: skip

    def averaged() -> MirageLSDv1:
        copy = MirageLSDv1(model.config).to(options.device)
        copy.load_state_dict(average.state)
        return copy.eval()

    def progress(loss: float, error: float | None) -> None:
        psnr = None if error is None else -10 * math.log10(max(error, 1e-9))
        report(Progress(step, seconds_before + time.monotonic() - start, loss, psnr))

    def adopt(part: str, trained: torch.nn.Module) -> None:
        """What is exported is the average: it takes a part that was trained apart. A run that goes on later starts from there too."""
        for name, value in trained.state_dict().items():
            average.state[f"{part}.{name}"] = value.detach().clone()
        getattr(model, part).load_state_dict(trained.state_dict())

    shares = _shares(options)
    budget = options.minutes * 60
    if shares.estimator:

        def report_estimator(done: int, loss: float) -> None:
            if done % 10 == 0:
                progress(loss, None)

        first_seed = next_seed + ESTIMATOR_SEEDS
        train_estimator(
            model.estimator, budget * shares.estimator, options.learning_rate, first_seed, rng, report_estimator
        )
        adopt("estimator", model.estimator)
        _save(checkpoint, state())
    if shares.joint:
        pool.renew(min(options.pool, 48))
    joint_start, joint_seconds = time.monotonic(), budget * shares.joint
    while (elapsed := time.monotonic() - joint_start) < joint_seconds:
        spent = elapsed / joint_seconds
        warm = min(1.0, (step - first_step + 1) / 200)
        # Straight down to nothing over the time budget.
        rate = options.learning_rate * warm * max(0.02, 1 - spent)
        for optimizer, share in zip(optimizers, (1.0, ADAM_SHARE), strict=True):
            for group in optimizer.param_groups:
                group["lr"] = rate * share
        if step % RENEW_EVERY == 0:
            pool.renew(options.renew)
        precision = torch.autocast(options.device.split(":")[0], dtype=torch.bfloat16)
        if step < SHADER_STEPS:
            pixels = pool.pixels(SHADER_EXAMPLES, SHADER_PIXELS, rng)
            with precision:
                loss, error = shader_loss(model, *pixels)
        else:
            batch = pool.batch(options.batch, rng)
            with precision:
                loss, error = _pictures_step(model, batch, rng, options.parts)
        model.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for optimizer in optimizers:
            optimizer.step()
        average.update(model)
        step += 1
        weight = max(0.02, 1 / (step - first_step))
        loss_mean += weight * (float(loss.detach()) - loss_mean)
        error_mean += weight * (float(error) - error_mean)
        if step % 10 == 0:
            progress(loss_mean, error_mean)
        if time.monotonic() - last_save > 180:
            _save(checkpoint, state())
            if preview is not None:
                preview(averaged(), step)
            last_save = time.monotonic()
    if shares.finish and step >= SHADER_STEPS:
        finished = averaged()

        def report_finish(done: int, loss: float, error: float) -> None:
            if done % 50 == 0:
                progress(loss, error)

        rate = min(FINISH_RATE, options.learning_rate)
        finish_head(finished, pool, budget * shares.finish, rate, rng, report_finish)
        adopt("head", finished.head)
    _save(checkpoint, state())
    if preview is not None:
        preview(averaged(), step)
    return checkpoint
