"""A picture of where the training stands: input, output in one and three steps, output from color alone, target, on held-out worlds."""

from __future__ import annotations

import random
from pathlib import Path
from typing import NamedTuple

import torch
from PIL import Image
from torch import Tensor

from mirage_lsd.models.estimator import estimated_guide
from mirage_lsd.models.guide import color_only_guide
from mirage_lsd.models.mirage_lsd_v1 import MirageLSDv1, empty_memory
from mirage_lsd.models.sampler import sample
from mirage_lsd.psnr import psnr_db

from .dataset import Batch, Pool

PREVIEW_SEEDS = range(10, 18)


def preview_batch(device: str = "cpu") -> Batch:
    """The held-out examples of the preview."""
    pool = Pool(len(PREVIEW_SEEDS), PREVIEW_SEEDS.start, device)
    pool.renew(len(PREVIEW_SEEDS))
    return pool.batch(len(PREVIEW_SEEDS), random.Random(0))


class PreviewScore(NamedTuple):
    """PSNR (dB) of the three-step outputs with geometry and with color alone."""

    geometry: float
    color_only: float


@torch.no_grad()
def write_preview(model: MirageLSDv1, batch: Batch, path: Path) -> PreviewScore:
    """Writes the picture; returns the scores of what it shows."""
    b, _, h, w = batch.guide.shape
    memory = empty_memory(model.config, b, h, w, batch.guide.device)
    modulation = model.encoder.modulation(batch.controls)

    def picture(seen: Tensor, shaded: Tensor, noise: Tensor, steps: int) -> Tensor:
        encoded = model.encoder(seen, modulation, memory)
        x0, features = sample(model, encoded, noise, batch.controls, model.times(steps))
        return model.head(shaded, model.join(x0, features, encoded), batch.controls).clamp(-1, 1)  # type: ignore[no-any-return]

    def psnr(output: Tensor) -> float:
        return psnr_db(float((output - batch.target).square().mean()), 2.0)

    one, three = (picture(batch.guide, batch.guide, batch.noise, steps) for steps in (1, 3))
    color = batch.guide[:, :3]
    noise = torch.randn(batch.noise.shape, generator=torch.Generator().manual_seed(0)).to(color.device)
    blind = picture(estimated_guide(color, model.estimator(color)), color_only_guide(color * 0.5 + 0.5), noise, 3)
    score = PreviewScore(psnr(three), psnr(blind))
    rows = [torch.cat([x[i] for x in (color, one, three, blind, batch.target)], 2) for i in range(len(batch.target))]
    sheet = torch.cat(rows, 1) * 127.5 + 127.5
    Image.fromarray(sheet.permute(1, 2, 0).to(torch.uint8).cpu().numpy()).save(path)
    return score
