"""The training loss."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from ..models.guide import GUIDE_CHANNELS
from ..models.mirage_lsd_v1 import MirageLSDv1
from .dataset import CROP_HEIGHT, CROP_WIDTH, Batch


def _difference(output: Tensor, target: Tensor) -> Tensor:
    return F.l1_loss(output, target) + F.mse_loss(output, target)


def _edges(output: Tensor, target: Tensor) -> Tensor:
    """L1 between finite differences: what is lost to blur."""
    e = output - target
    return (e[..., 1:, :] - e[..., :-1, :]).abs().mean() + (e[..., :, 1:] - e[..., :, :-1]).abs().mean()


def crop_base(base: Tensor, origins: list[tuple[int, int]]) -> Tensor:
    """Cuts each example's crop out of the base-resolution sums and upsamples it twofold, as the whole picture would be."""
    rows = []
    for i, (top, left) in enumerate(origins):
        window = base[i : i + 1, :, top - 1 : top + CROP_HEIGHT + 1, left - 1 : left + CROP_WIDTH + 1]
        up = F.interpolate(window, scale_factor=2.0, mode="bilinear", align_corners=False)
        rows.append(up[:, :, 2:-2, 2:-2])
    return torch.cat(rows)


def loss_of(model: MirageLSDv1, batch: Batch, x_t: Tensor, history: Tensor, time: Tensor) -> tuple[Tensor, Tensor]:
    """The loss, and the head's mean squared error on pictures in 0..1 (for PSNR)."""
    assert batch.guide.shape[1] == GUIDE_CHANNELS
    x0, features, stem = model.trunk(x_t, batch.guide, history, time, batch.controls)
    sums = model.head.base_sum(features, stem, x0)
    h = model.head.from_guide(batch.crop_guide) + crop_base(sums, batch.crop_origin)
    output = model.head.finish(h, batch.controls).float()
    # The head shades half of the base picture too: many more pixels, and what textures look like from afar.
    half = batch.target.shape[2] // 2
    top = int(torch.randint(half, ()))
    rows = slice(top, top + half)
    far = model.head.shade(batch.guide[:, :, rows], sums[:, :, rows], batch.controls).float()
    loss = 0.5 * _difference(x0.float(), batch.target) + _difference(far, batch.target[:, :, rows])
    loss = loss + 1.5 * _difference(output, batch.crop_target) + 0.5 * _edges(output, batch.crop_target)
    return loss, F.mse_loss(output.detach().clamp(-1, 1), batch.crop_target) / 4
