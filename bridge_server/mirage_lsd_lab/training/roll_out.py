"""The network's own memory as it will have it in a stream: of an earlier frame, moved to the current one."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from mirage_lsd.models.mirage_lsd_v1 import FEATURE_STRIDE, Encoded, Memory, MirageLSDv1, empty_memory
from mirage_lsd.models.warp import warp

from .dataset import Batch


@torch.no_grad()
def encode_before(model: MirageLSDv1, batch: Batch) -> Encoded:
    """What the encoder makes of the batch's first frames, without a past."""
    b, _, h, w = batch.before.shape
    memory = empty_memory(model.config, b, h, w, batch.before.device)
    return model.encoder(batch.before, model.encoder.modulation(batch.controls), memory)  # type: ignore[no-any-return]


@torch.no_grad()
def own_memory(encoded: Encoded, motion: Tensor) -> Memory:
    """The memory after the network has seen the first frames; `motion`: see `dataset.Example`."""
    coarse = F.avg_pool2d(motion, FEATURE_STRIDE)
    features = warp(encoded.features.float(), coarse[:, :2] / FEATURE_STRIDE) * coarse[:, 2:]
    b = len(features)
    # The frame before that is unknown half of the time, and else looked the same.
    older = features * (torch.rand(b, 1, 1, 1, device=features.device) < 0.5)
    tokens = encoded.tokens.float()
    return Memory(torch.stack([features, older], 1), torch.cat([tokens, tokens], 1))
