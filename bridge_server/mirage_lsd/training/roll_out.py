"""The network's own memory as it will have it in a stream: of an earlier frame, moved to the current one."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from ..models.mirage_lsd_v1 import FEATURE_STRIDE, Memory, MirageLSDv1, empty_memory
from ..models.warp import warp
from .dataset import Batch


@torch.no_grad()
def own_memory(model: MirageLSDv1, batch: Batch) -> Memory:
    """The memory after the network has seen the batch's first frames."""
    b, _, h, w = batch.before.shape
    memory = empty_memory(model.config, b, h, w, batch.before.device)
    encoded = model.encoder(batch.before, model.encoder.modulation(batch.controls), memory)
    coarse = F.avg_pool2d(batch.motion, FEATURE_STRIDE)
    features = warp(encoded.features.float(), coarse[:, :2] / FEATURE_STRIDE) * coarse[:, 2:]
    # The frame before that is unknown half of the time, and else looked the same.
    older = features * (torch.rand(b, 1, 1, 1, device=features.device) < 0.5)
    tokens = encoded.tokens.float()
    return Memory(torch.stack([features, older], 1), torch.cat([tokens, tokens], 1))
