"""A picture of where the training stands: input, output from pure noise in one and three steps, target, on held-out worlds."""

from __future__ import annotations

import random
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor

from ..models.mirage_lsd_v1 import MirageLSDv1, empty_memory
from ..models.sampler import sample
from .dataset import Batch, Pool

PREVIEW_SEEDS = range(10, 18)


def preview_batch(device: str = "cpu") -> Batch:
    """The held-out examples of the preview."""
    pool = Pool(len(PREVIEW_SEEDS), PREVIEW_SEEDS.start, device)
    pool.renew(len(PREVIEW_SEEDS))
    return pool.batch(len(PREVIEW_SEEDS), random.Random(0))


@torch.no_grad()
def write_preview(model: MirageLSDv1, batch: Batch, path: Path) -> float:
    """Writes the picture; returns the PSNR (dB) of the three-step output on it."""
    b, _, h, w = batch.guide.shape
    memory = empty_memory(model.config, b, h, w, batch.guide.device)
    modulation = model.encoder.modulation(batch.controls)
    encoded = model.encoder(batch.guide, modulation, memory)
    pictures = []
    for steps in (1, 3):
        x0, features = sample(model, encoded, batch.noise, batch.controls, model.times(steps))
        pictures.append(model.head(batch.guide, model.join(x0, features, encoded.stem), batch.controls))
    one, three = pictures
    error = ((three.clamp(-1, 1) - batch.target) / 2).square().mean()
    rows = []
    for i in range(len(batch.target)):
        rows.append(torch.cat([x[i].clamp(-1, 1) for x in (batch.guide[:, :3], one, three, batch.target)], 2))
    picture: Tensor = torch.cat(rows, 1) * 127.5 + 127.5
    Image.fromarray(picture.permute(1, 2, 0).to(torch.uint8).cpu().numpy()).save(path)
    return float(-10 * torch.log10(error))
