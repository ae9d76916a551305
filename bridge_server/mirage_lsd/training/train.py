"""The training loop of `mirage-lsd train`: denoising with spoilt history, resumable, with a time budget."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from ..models.diffusion import add_noise
from ..models.guide import color_only_guide
from ..models.mirage_lsd_v1 import MirageLSDv1, NetworkConfig
from .dataset import TRAINING_SEED_BASE, Batch, Pool
from .history import spoilt_history
from .losses import loss_of

HEAD_RATE = 3.0


@dataclass(frozen=True)
class TrainingOptions:
    """Options of a run; `minutes` is the time budget of this call, the learning rate falls to zero over its last half."""

    run: Path
    minutes: float
    batch: int = 4
    renew: int = 1
    pool: int = 1000
    learning_rate: float = 1.5e-3
    seed: int = 0
    device: str = "cpu"


@dataclass(frozen=True)
class Progress:
    """What the loop reports every few steps: `loss` and `psnr` (dB, training crops) are running means."""

    step: int
    seconds: float
    loss: float
    psnr: float


class Average:
    """Exponential moving average of the weights."""

    def __init__(self, model: MirageLSDv1) -> None:
        self.state = {k: v.detach().clone().float() for k, v in model.state_dict().items()}
        self.count = 0

    def update(self, model: MirageLSDv1) -> None:
        """Moves towards the model; quickly at first."""
        self.count += 1
        decay = min(0.997, self.count / (self.count + 20))
        with torch.no_grad():
            for k, v in model.state_dict().items():
                self.state[k].lerp_(v.float(), 1 - decay)


def _drop_geometry(batch: Batch, rng: random.Random) -> None:
    """One example in eight is seen as a webcam would see it: color alone."""
    for i in range(len(batch.guide)):
        if rng.random() < 0.125:
            for guide in (batch.guide, batch.crop_guide):
                guide[i] = color_only_guide(guide[i : i + 1, :3] * 0.5 + 0.5)[0]
            batch.noise[i] = torch.randn_like(batch.noise[i])


def _noise(batch: Batch, rng: random.Random) -> Tensor:
    """Anchored noise for half of the examples (signs flipped at random, so that it isn't always the same), independent noise for the others."""
    noise = batch.noise.clone()
    for i in range(len(noise)):
        if rng.random() < 0.5:
            noise[i] = torch.randn_like(noise[i])
        else:
            noise[i] *= torch.tensor([rng.choice((-1.0, 1.0)) for _ in range(3)], device=noise.device).view(3, 1, 1)
    return noise


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
    average = Average(model)
    # The head is a small pointwise network and takes a larger rate than the trunk.
    groups = [
        {"params": model.trunk.parameters(), "scale": 1.0},
        {"params": model.head.parameters(), "scale": HEAD_RATE},
    ]
    optimizer = torch.optim.AdamW(groups, lr=options.learning_rate, betas=(0.9, 0.98), weight_decay=0.01)
    step, next_seed, seconds_before = 0, TRAINING_SEED_BASE + options.seed * 10_000_000, 0.0
    if checkpoint.exists():
        saved = torch.load(checkpoint, map_location=options.device, weights_only=True)
        model.load_state_dict(saved["model"])
        optimizer.load_state_dict(saved["optimizer"])
        average.state, average.count = saved["average"], saved["average_count"]
        step, next_seed, seconds_before = saved["step"], saved["next_seed"], saved["seconds"]
    model = model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    rng = random.Random(options.seed * 7919 + step)
    torch.manual_seed(options.seed * 7919 + step)
    pool = Pool(options.pool, next_seed, options.device)
    pool.renew(max(4 * options.batch, 16))
    start = time.monotonic()
    last_save = start
    loss_mean, error_mean = 0.0, 0.0

    def state() -> dict[str, object]:
        return {
            "model": model.state_dict(), "optimizer": optimizer.state_dict(), "average": average.state, "average_count": average.count,
            "step": step, "next_seed": pool.next_seed, "seconds": seconds_before + time.monotonic() - start,
        }  # fmt: skip

    def averaged() -> MirageLSDv1:
        copy = MirageLSDv1(model.config).to(options.device)
        copy.load_state_dict(average.state)
        return copy.eval()

    while (elapsed := time.monotonic() - start) < options.minutes * 60:
        spent = elapsed / (options.minutes * 60)
        warm = min(1.0, (step + 1) / 200)
        rate = (
            options.learning_rate
            * warm
            * min(1.0, 0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * max(0.0, 2 * spent - 1))))
        )
        for group in optimizer.param_groups:
            group["lr"] = rate * group["scale"]
        pool.renew(options.renew)
        batch = pool.batch(options.batch, rng)
        _drop_geometry(batch, rng)
        times = torch.tensor(
            [1.0 if rng.random() < 0.35 else rng.uniform(0.05, 1.0) for _ in range(options.batch)],
            device=options.device,
        )
        x_t = add_noise(batch.target, _noise(batch, rng), times)
        history = spoilt_history(batch.target, rng)
        with torch.autocast(options.device.split(":")[0], dtype=torch.bfloat16):
            loss, error = loss_of(model, batch, x_t, history, times)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        average.update(model)
        step += 1
        weight = 0.02 if step > 50 else 1 / step
        loss_mean += weight * (float(loss.detach()) - loss_mean)
        error_mean += weight * (float(error) - error_mean)
        if step % 10 == 0:
            report(
                Progress(
                    step, seconds_before + time.monotonic() - start, loss_mean, -10 * math.log10(max(error_mean, 1e-9))
                )
            )
        if time.monotonic() - last_save > 180:
            _save(checkpoint, state())
            if preview is not None:
                preview(averaged(), step)
            last_save = time.monotonic()
    _save(checkpoint, state())
    if preview is not None:
        preview(averaged(), step)
    return checkpoint
