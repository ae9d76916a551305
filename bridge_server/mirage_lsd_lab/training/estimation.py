"""Training of the geometry estimator: on rendered levels, textured and grey-box, whose geometry is known exactly."""

from __future__ import annotations

import io
import os
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import cast

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from mirage_lsd.models.estimator import ESTIMATE_STRIDE, GeometryEstimator
from mirage_lsd.models.guide import GEOMETRY_AT, GEOMETRY_FLAG_AT, geometry_channels

from .dataset import BASE_HEIGHT, BASE_WIDTH
from .muon import Muon
from .precision import mixed_precision
from .worlds.clutter import with_clutter
from .worlds.sample import World, random_world, render_greybox
from .worlds.textured import with_textures

BATCH = 16
# New pictures a step; the others were seen before. Rendering one costs as much as a step's share of sixteen.
_FRESH = 2
# Most are finished pictures, which streams without depth are; the rest are an editor's.
_TEXTURED, _CLUTTERED = 0.75, 0.7
_CAPACITY = 6000
_KEEP_EVERY_S = 180.0
_ADAM_SHARE = 0.1
# What themes depend on most: depth, the upward part of the normal, sky, view elevation.
_WEIGHTS = (1.0, 1.0, 0.5, 1.0, 0.5, 1.0, 0.5, 0.3, 1.0)
_NORMAL_X = 2

Pair = tuple[Tensor, Tensor]


def training_world(seed: int) -> tuple[World, bool]:
    """The world of a seed, and whether it is seen textured; then most are full of clutter."""
    world = random_world(seed, BASE_WIDTH / BASE_HEIGHT)
    g = torch.Generator().manual_seed(seed ^ 0x2545F491)
    textured, cluttered = torch.rand(2, generator=g).tolist()
    if textured < _TEXTURED and cluttered < _CLUTTERED:
        world = replace(world, level=with_clutter(world.level, world.view, g))
    return world, textured < _TEXTURED


def estimation_pair(world: World, textured: bool = False) -> Pair:
    """Picture (3, h, w), uint8, and what the estimator should say of it, float16 (ESTIMATED_CHANNELS, h / 4, w / 4)."""
    seen = render_greybox(world, BASE_HEIGHT, BASE_WIDTH)
    if textured:
        seen = with_textures(seen, world, BASE_HEIGHT, BASE_WIDTH)

    def plane(x: Tensor) -> Tensor:
        return x.reshape(1, BASE_HEIGHT, BASE_WIDTH, -1).permute(0, 3, 1, 2)

    # As a camera that looks north would see it: the rows are right, up and backwards along the ground.
    up = torch.tensor([0.0, 1.0, 0.0])
    right = F.normalize(world.view.world_from_camera[:, 0] * (1 - up), dim=0)
    level = torch.stack([right, up, torch.linalg.cross(right, up)])
    channels = geometry_channels(
        plane(seen.depth), plane(seen.sky.float()), plane(seen.hit.normal @ level.T), plane(seen.view @ level.T),
        (level @ world.sun)[None],
    )  # fmt: skip
    flag = GEOMETRY_FLAG_AT - GEOMETRY_AT
    channels = F.avg_pool2d(torch.cat([channels[:, :flag], channels[:, flag + 1 :]], 1), ESTIMATE_STRIDE)
    color = (plane(seen.color)[0] * 255 + 0.5).to(torch.uint8)
    return color.contiguous(), channels[0].half()


class _Pairs(IterableDataset[Pair]):
    """Pairs without end; each worker takes its own seeds."""

    def __init__(self, first_seed: int) -> None:
        self._first = first_seed

    def __iter__(self) -> Iterator[Pair]:
        info = get_worker_info()
        worker, workers = (info.id, info.num_workers) if info is not None else (0, 1)
        seed = self._first + worker
        while True:
            yield estimation_pair(*training_world(seed))
            seed += workers


def _augmented(picture: Tensor, estimate: Tensor, rng: random.Random) -> Pair:
    """Mirrored, recolored, softened or grainy, as cameras and other renderers are. `picture` (B, 3, h, w) in 0..1."""
    pictures, estimates = [], []
    for one, truth in zip(picture, estimate, strict=True):
        if rng.random() < 0.5:
            one, truth = one.flip(2), truth.flip(2)
            truth = torch.cat([truth[:_NORMAL_X], -truth[_NORMAL_X : _NORMAL_X + 1], truth[_NORMAL_X + 1 :]])
        if rng.random() < 0.3:
            # Compressed as videos are: blocks of eight pixels, coarse colors.
            buffer = io.BytesIO()
            pixels = (one * 255).to(torch.uint8).permute(1, 2, 0).cpu().numpy()
            Image.fromarray(pixels).save(buffer, "JPEG", quality=rng.randrange(15, 80))
            one = torch.from_numpy(np.array(Image.open(buffer))).to(one.device).permute(2, 0, 1).float() / 255
        if rng.random() < 0.4:
            gain = torch.tensor([rng.uniform(0.75, 1.25) for _ in range(3)], device=one.device).view(3, 1, 1)
            one = (one.clamp(min=1e-4) ** rng.uniform(0.6, 1.6) * gain).clamp(0, 1)
        if rng.random() < 0.3:
            # Out of focus, or moved sideways while the shutter was open.
            size = rng.choice(((3, 3), (5, 5), (1, 5), (1, 9)))
            pad = (size[0] // 2, size[1] // 2)
            one = F.avg_pool2d(one[None], size, 1, pad, count_include_pad=False)[0]
        if rng.random() < 0.2:
            one = (one + torch.randn_like(one) * rng.uniform(0.0, 0.04)).clamp(0, 1)
        pictures.append(one)
        estimates.append(truth)
    return torch.stack(pictures), torch.stack(estimates)


def estimation_loss(found: Tensor, truth: Tensor) -> Tensor:
    """L1 and L2, (B, ESTIMATED_CHANNELS, h, w) each."""
    e = (found - truth).abs()
    weights = torch.tensor(_WEIGHTS, device=e.device).view(1, -1, 1, 1)
    return ((e + 2.0 * e * e) * weights).mean()


def train_estimator(
    estimator: GeometryEstimator,
    seconds: float,
    rate: float,
    first_seed: int,
    rng: random.Random,
    report: Callable[[int, float], None],
    keep: Callable[[dict[str, Tensor]], None] = lambda average: None,
) -> int:
    """Trains `estimator` in place for `seconds`; the rate falls to nothing. Returns the number of steps.

    `report`: step, mean loss. `keep`: is given the averaged weights every three minutes.
    """
    device = next(estimator.parameters()).device
    hidden = [p for n, p in estimator.named_parameters() if p.dim() == 4 and not n.startswith(("enter", "leave"))]
    chosen = {id(p) for p in hidden}
    muon = Muon(hidden, rate)
    adam = torch.optim.AdamW([p for p in estimator.parameters() if id(p) not in chosen], betas=(0.9, 0.98))
    average = {k: v.detach().clone() for k, v in estimator.state_dict().items()}
    # Half of the processor renders; on a CPU the other half trains.
    threads, workers = torch.get_num_threads(), max(1, (os.cpu_count() or 2) // 2)
    if device.type == "cpu":
        torch.set_num_threads(max(1, threads - workers))
    loader = DataLoader(_Pairs(first_seed), batch_size=None, num_workers=workers, prefetch_factor=8)
    pairs = cast(Iterator[Pair], iter(loader))
    pool = [next(pairs) for _ in range(2 * BATCH)]
    start, step, mean = time.monotonic(), 0, 0.0
    kept = start
    while (elapsed := time.monotonic() - start) < seconds:
        for optimizer, share in ((muon, 1.0), (adam, _ADAM_SHARE)):
            for group in optimizer.param_groups:
                group["lr"] = rate * share * min(1.0, (step + 1) / 100) * max(0.01, 1 - elapsed / seconds)
        fresh = [next(pairs) for _ in range(_FRESH)]
        batch = fresh + rng.sample(pool, BATCH - _FRESH)
        for pair in fresh:
            if len(pool) < _CAPACITY:
                pool.append(pair)
            else:
                pool[rng.randrange(_CAPACITY)] = pair
        picture = torch.stack([p for p, _ in batch]).to(device).float() / 255
        picture, truth = _augmented(picture, torch.stack([t for _, t in batch]).to(device).float(), rng)
        with mixed_precision(device):
            found = estimator((picture * 2 - 1).contiguous(memory_format=torch.channels_last))
        loss = estimation_loss(found.float(), truth)
        estimator.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        muon.step()
        adam.step()
        step += 1
        decay = min(0.995, step / (step + 10))
        with torch.no_grad():
            for k, v in estimator.state_dict().items():
                average[k].lerp_(v, 1 - decay)
        value = float(loss.detach())
        mean = mean + max(0.01, 1 / step) * (value - mean)
        report(step, mean)
        if time.monotonic() - kept > _KEEP_EVERY_S:
            keep(average)
            kept = time.monotonic()
    estimator.load_state_dict(average)
    torch.set_num_threads(threads)
    return step
