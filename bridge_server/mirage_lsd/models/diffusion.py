"""The diffusion: a cosine schedule, x0-prediction and the DDIM update (Song et al., 2021, eta = 0)."""

from __future__ import annotations

import math

import torch
from torch import Tensor


def add_noise(x0: Tensor, noise: Tensor, t: Tensor) -> Tensor:
    """x_t = cos(pi t / 2) x0 + sin(pi t / 2) noise. `t`: (B,) in 0..1."""
    angle = (t * (math.pi / 2)).view(-1, 1, 1, 1)
    return torch.cos(angle) * x0 + torch.sin(angle) * noise


def ddim_update(x_t: Tensor, x0: Tensor, t: Tensor, t_next: Tensor) -> Tensor:
    """x at `t_next` from x at `t` and the predicted x0. `t`, `t_next`: scalars in 0..1, `t` above 0; differentiable in both."""
    half_pi = math.pi / 2
    ratio = torch.sin(t_next * half_pi) / torch.sin(t * half_pi)
    return (torch.cos(t_next * half_pi) - torch.cos(t * half_pi) * ratio) * x0 + ratio * x_t
