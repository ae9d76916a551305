"""What the previous output looks like to the network in training: the target, spoilt as a stream would spoil it."""

from __future__ import annotations

import random

import torch
import torch.nn.functional as F
from torch import Tensor


def spoilt_history(target: Tensor, rng: random.Random) -> Tensor:
    """(B, 3, H, W) in -1..1 -> (B, 4, H, W): the history and its validity mask.

    Dropped for three in ten; otherwise blurred and shifted by under a pixel (repeated warping), noisy (sigma up to 0.4, so that errors
    don't feed on themselves), with holes (what came into view), and for a quarter in wrong colours (a theme that is changing).
    """
    b, _, h, w = target.shape
    rows = []
    for i in range(b):
        x = target[i : i + 1]
        if rng.random() < 0.3:
            rows.append(x.new_zeros(1, 4, h, w))
            continue
        dx, dy = rng.uniform(-1, 1), rng.uniform(-1, 1)
        theta = torch.tensor([[[1.0, 0.0, 2 * dx / w], [0.0, 1.0, 2 * dy / h]]], device=x.device)
        x = F.grid_sample(
            x, F.affine_grid(theta, [1, 3, h, w], align_corners=False), padding_mode="border", align_corners=False
        )
        x = torch.lerp(x, F.avg_pool2d(x, 3, 1, 1, count_include_pad=False), rng.random())
        if rng.random() < 0.25:
            gain = 0.4 + 1.2 * torch.rand(1, 3, 1, 1, device=x.device)
            bias = torch.rand(1, 3, 1, 1, device=x.device) - 0.5
            x = torch.lerp(x, x * gain + bias, rng.random())
        if rng.random() < 0.25:
            x = torch.lerp(x, target[rng.randrange(b)][None], rng.random())
        x = x + torch.randn_like(x) * (0.4 * rng.random())
        mask = torch.ones(1, 1, h, w, device=x.device)
        for _ in range(rng.randrange(0, 6)):
            y0, x0 = rng.randrange(h), rng.randrange(w)
            mask[:, :, y0 : y0 + rng.randrange(1, h), x0 : x0 + rng.randrange(1, 1 + w // 8)] = 0
        rows.append(torch.cat([x * mask, mask], 1))
    return torch.cat(rows)
