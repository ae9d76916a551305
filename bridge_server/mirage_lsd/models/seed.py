"""What a stream's seed stands for."""

from __future__ import annotations

import torch
from torch import Tensor

from .fields import CELL_SIZES


def seed_offset(seed: int) -> Tensor:
    """(3,) metres by which the fields are moved: whole cells of the largest size, so that cells stay on the grid."""
    return torch.tensor([max(CELL_SIZES) * ((seed * k) % 144) for k in (1, 37, 89)])
