"""The diffusion: a cosine schedule, x0-prediction and the DDIM update (Song et al., 2021, eta = 0)."""

from __future__ import annotations

import math

import torch
from torch import Tensor

# Where an n-step sampler evaluates the network, from 1 (noise) down; index n - 1.
SAMPLING_TIMES: tuple[tuple[float, ...], ...] = (
    (1.0,),
    (1.0, 0.5),
    (1.0, 0.7, 0.35),
    (1.0, 0.75, 0.5, 0.25),
    (1.0, 0.8, 0.6, 0.4, 0.2),
)


def sampling_times(steps: int) -> tuple[float, ...]:
    """Times of an n-step sampler; more than five are spread evenly."""
    if steps <= len(SAMPLING_TIMES):
        return SAMPLING_TIMES[steps - 1]
    return tuple(1.0 - i / steps for i in range(steps))


def add_noise(x0: Tensor, noise: Tensor, t: Tensor) -> Tensor:
    """x_t = cos(pi t / 2) x0 + sin(pi t / 2) noise. `t`: (B,) in 0..1."""
    angle = (t * (math.pi / 2)).view(-1, 1, 1, 1)
    return torch.cos(angle) * x0 + torch.sin(angle) * noise


def ddim_coefficients(t: float, t_next: float) -> tuple[float, float]:
    """(a, b) of the update x_next = a x0 + b x_t."""
    sigma, sigma_next = math.sin(t * math.pi / 2), math.sin(t_next * math.pi / 2)
    alpha, alpha_next = math.cos(t * math.pi / 2), math.cos(t_next * math.pi / 2)
    ratio = sigma_next / sigma
    return alpha_next - alpha * ratio, ratio
