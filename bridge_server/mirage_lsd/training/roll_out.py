"""The network's own past as it will see it in a stream: an earlier frame's output and memory, moved to the current frame."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from ..models.mirage_lsd_v1 import FEATURE_STRIDE, Memory, MirageLSDv1, empty_memory
from ..models.warp import warp
from .dataset import Batch


@torch.no_grad()
def own_past(model: MirageLSDv1, batch: Batch) -> tuple[Tensor, Memory]:
    """History (B, 4, h, w) and memory after the network has rendered the batch's first frames from noise in one step."""
    b, _, h, w = batch.before.shape
    memory = Memory(*(x.to(batch.before.device) for x in empty_memory(model.config, b, h, w)))
    modulation = model.encoder.modulation(batch.controls)
    encoded = model.encoder(F.pad(batch.before, (0, 0, 0, 0, 0, 4)), modulation, memory)
    noise = torch.randn_like(batch.target)
    x0, _ = model.denoiser(noise, model.denoiser.modulation(noise.new_ones(b), batch.controls), encoded)
    valid = batch.motion[:, 2:]
    history = torch.cat([warp(x0.float().clamp(-1, 1), batch.motion[:, :2]) * valid, valid], 1)
    coarse = F.avg_pool2d(batch.motion, FEATURE_STRIDE)
    features = warp(encoded.features.float(), coarse[:, :2] / FEATURE_STRIDE) * coarse[:, 2:]
    # The frame before that is unknown half of the time, and else looked the same.
    older = features * (torch.rand(b, 1, 1, 1, device=features.device) < 0.5)
    tokens = encoded.tokens.float()
    return history, Memory(torch.stack([features, older], 1), torch.cat([tokens, tokens], 1))
