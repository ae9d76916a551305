"""When an n-step sampler evaluates the network: learned (row M2), trained through the unrolled sampler."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn

# Samplers with up to this many steps have times of their own; longer ones are spread evenly.
LEARNED_STEPS = 5
_EARLIEST = (
    (1.0,),
    (1.0, 0.5),
    (1.0, 0.7, 0.35),
    (1.0, 0.75, 0.5, 0.25),
    (1.0, 0.8, 0.6, 0.4, 0.2),
)


class TimestepSchedule(nn.Module):
    """The step times as parameters: each is the one before it times a factor in 0..1, so they fall whatever is learned. The first is 1: pure noise."""

    def __init__(self) -> None:
        super().__init__()
        rows = []
        for times in _EARLIEST[1:]:
            factors = torch.tensor([b / a for a, b in pairwise(times)])
            rows.append(nn.Parameter(torch.logit(factors)))
        self.logits = nn.ParameterList(rows)

    def forward(self, steps: int) -> Tensor:
        """(steps,) times from 1 down, in 0..1, differentiable."""
        if steps == 1 or steps > LEARNED_STEPS:
            return 1.0 - torch.arange(steps, dtype=torch.float32, device=self.logits[0].device) / steps
        factors = torch.sigmoid(self.logits[steps - 2])
        return torch.cat([factors.new_ones(1), torch.cumprod(factors, 0)])
