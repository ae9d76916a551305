"""Station `denoise`: the few-step DDIM sampler around the trunk."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from ..models.diffusion import ddim_coefficients, sampling_times

TrunkCall = Callable[..., tuple[Tensor, ...]]


def denoise(
    trunk: TrunkCall, guide: Tensor, history: Tensor, noise: Tensor, controls: Tensor, steps: int
) -> tuple[Tensor, Tensor, Tensor]:
    """Denoises the base picture from `noise`.

    Args:
        trunk: `models.mirage_lsd_v1.Trunk` or a compiled form of it.
        guide: (B, G, h, w). history: (B, 4, h, w). noise: (B, 3, h, w), unit variance. controls: (B, K). steps: 1..8.

    Returns:
        x0 (B, 3, h, w) in about -1..1, and the last step's token and stem features.
    """
    x_t = noise
    times = sampling_times(steps)
    for i, t in enumerate(times):
        x0, features, stem = trunk(x_t, guide, history, torch.full((len(guide),), t, device=guide.device), controls)
        if i + 1 < len(times):
            a, b = ddim_coefficients(t, times[i + 1])
            x_t = a * x0.clamp(-1.2, 1.2) + b * x_t
    return x0, features, stem
