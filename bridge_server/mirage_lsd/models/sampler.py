"""The few-step sampler around the denoiser."""

from __future__ import annotations

import torch
from torch import Tensor

from .diffusion import ddim_update
from .mirage_lsd_v1 import Encoded, MirageLSDv1

# A predicted x0 outside of this can't be a picture; it is clipped before it becomes the next step's input.
X0_LIMIT = 1.2


def sample(
    model: MirageLSDv1, encoded: Encoded, noise: Tensor, controls: Tensor, times: Tensor
) -> tuple[Tensor, Tensor]:
    """Denoises the base picture from `noise` (B, 3, h, w), unit variance, at `times` (steps,), from 1 down.

    Returns x0 (B, 3, h, w) in about -1..1, and the last step's features. Differentiable in everything, `times` included.
    """
    x_t = noise
    for i, t in enumerate(times):
        x0, features = model.denoiser(x_t, model.denoiser.modulation(t.expand(len(noise)), controls), encoded)
        if i + 1 < len(times):
            x_t = ddim_update(x_t, torch.clamp(x0, -X0_LIMIT, X0_LIMIT), t, times[i + 1])
    return x0, features
