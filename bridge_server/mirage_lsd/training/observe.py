"""How the network sees a training batch: with or without geometry, from what noise, and with what memory."""

from __future__ import annotations

import random

import torch
from torch import Tensor

from ..models.guide import color_only_guide
from ..models.mirage_lsd_v1 import Encoded, Memory, MirageLSDv1, empty_memory
from .dataset import Batch
from .roll_out import own_memory

# More than their share of streams: without fields the trunk has to find everything in the picture.
COLOR_ONLY_SHARE = 0.45
# How often a batch has a past.
ROLL_OUT_SHARE = 0.4


def observe(model: MirageLSDv1, batch: Batch, rng: random.Random) -> tuple[Encoded, Tensor]:
    """The encoded batch, and the noise to start from. Takes the geometry of some examples out of `batch`."""
    _drop_geometry(batch, rng)
    noise = _noise(batch, rng)
    return model.encoder(batch.guide, model.encoder.modulation(batch.controls), _memory(model, batch, rng)), noise


def _drop_geometry(batch: Batch, rng: random.Random) -> None:
    """Some examples are seen as a webcam would see them: color alone."""
    for i in range(len(batch.guide)):
        if rng.random() < COLOR_ONLY_SHARE:
            for guide in (batch.before, batch.guide, batch.crop_guide):
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


def _memory(model: MirageLSDv1, batch: Batch, rng: random.Random) -> Memory:
    """The memory of the whole batch: what the network itself remembers of the frame before, or none."""
    if rng.random() < ROLL_OUT_SHARE:
        return own_memory(model, batch)
    b, _, h, w = batch.guide.shape
    return empty_memory(model.config, b, h, w, batch.guide.device)
