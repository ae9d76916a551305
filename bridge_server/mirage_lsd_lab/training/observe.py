"""How the network sees a training batch: with or without geometry, from what noise, and with what memory."""

from __future__ import annotations

import random
from typing import NamedTuple

import torch
from torch import Tensor

from mirage_lsd.models.estimator import estimated_guide
from mirage_lsd.models.guide import color_only_guide
from mirage_lsd.models.mirage_lsd_v1 import Encoded, MirageLSDv1, empty_memory

from .dataset import Batch
from .roll_out import encode_before, own_memory

# More than their share of streams: without fields the trunk has to find everything in the picture.
COLOR_ONLY_SHARE = 0.45
# How often a batch has a past.
ROLL_OUT_SHARE = 0.4


class Observed(NamedTuple):
    """A batch as the trunk sees it: encoded, the noise to start from, and the frame before where the memory comes from it."""

    encoded: Encoded
    noise: Tensor
    before: Encoded | None


def observe(model: MirageLSDv1, batch: Batch, rng: random.Random) -> Observed:
    """Takes the geometry of some examples out of `batch`: its guides are as the head sees them then."""
    blind = [i for i in range(len(batch.guide)) if rng.random() < COLOR_ONLY_SHARE]
    noise = _noise(batch, blind, rng)
    guide = without_geometry(model, batch, blind)
    before = encode_before(model, batch) if rng.random() < ROLL_OUT_SHARE else None
    if before is None:
        b, _, h, w = batch.guide.shape
        memory = empty_memory(model.config, b, h, w, batch.guide.device)
    else:
        memory = own_memory(before, batch.motion)
    return Observed(model.encoder(guide, model.encoder.modulation(batch.controls), memory), noise, before)


@torch.no_grad()
def without_geometry(model: MirageLSDv1, batch: Batch, blind: list[int]) -> Tensor:
    """These examples as a webcam would see them, color alone. Returns the batch's guide as the trunk sees it: with the geometry estimated."""
    guide = batch.guide.clone()
    if blind:
        for seen in (batch.before, guide):
            picture = seen[blind, :3]
            seen[blind] = estimated_guide(picture, model.estimator(picture).float())
        for shaded in (batch.guide, batch.crop_guide):
            shaded[blind] = color_only_guide(shaded[blind, :3] * 0.5 + 0.5)
    return guide


def _noise(batch: Batch, blind: list[int], rng: random.Random) -> Tensor:
    """Anchored noise for half of the examples with geometry (signs flipped at random, so that it isn't always the same), independent noise for the others."""
    noise = batch.noise.clone()
    for i in range(len(noise)):
        if i in blind or rng.random() < 0.5:
            noise[i] = torch.randn_like(noise[i])
        else:
            noise[i] *= torch.tensor([rng.choice((-1.0, 1.0)) for _ in range(3)], device=noise.device).view(3, 1, 1)
    return noise
