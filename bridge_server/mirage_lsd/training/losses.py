"""The training losses."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from ..models.guide import CHARACTER_AT
from ..models.mirage_lsd_v1 import MirageLSDv1
from .dataset import CROP_HEIGHT, CROP_WIDTH, Batch

# A figure covers few pixels, and it is what people look at.
CHARACTER_WEIGHT = 8.0


def pixel_loss(output: Tensor, target: Tensor, guide: Tensor | None = None) -> Tensor:
    """L1 and L2; with `guide` (B, G, ...), characters count more."""
    e = (output - target).abs()
    e = e + e * e
    if guide is not None:
        e = e * (1.0 + (CHARACTER_WEIGHT - 1.0) * guide[:, CHARACTER_AT : CHARACTER_AT + 1])
    return e.mean()


def _edges(output: Tensor, target: Tensor) -> Tensor:
    """L1 between finite differences: what is lost to blur."""
    e = output - target
    return (e[..., 1:, :] - e[..., :-1, :]).abs().mean() + (e[..., :, 1:] - e[..., :, :-1]).abs().mean()


def crop_context(context: Tensor, origins: list[tuple[int, int]]) -> Tensor:
    """Cuts each example's crop out of the base-resolution context and upsamples it twofold, as the whole picture would be."""
    rows = []
    for i, (top, left) in enumerate(origins):
        window = context[i : i + 1, :, top - 1 : top + CROP_HEIGHT + 1, left - 1 : left + CROP_WIDTH + 1]
        up = F.interpolate(window, scale_factor=2.0, mode="bilinear", align_corners=False)
        rows.append(up[:, :, 2:-2, 2:-2])
    return torch.cat(rows)


def shader_loss(model: MirageLSDv1, guides: Tensor, targets: Tensor, controls: Tensor) -> tuple[Tensor, Tensor]:
    """The head alone on scattered pixels, without context. See `Pool.pixels`. Returns the loss and the mean squared error on 0..1."""
    b, _, n = guides.shape
    inputs = torch.cat([guides, guides.new_zeros(b, model.config.context, n)], 1)
    output = model.head.shade(model.head.weights(controls), inputs).float()
    return pixel_loss(output, targets), F.mse_loss(output.detach().clamp(-1, 1), targets) / 4


def picture_loss(model: MirageLSDv1, batch: Batch, x0: Tensor, features: Tensor, stem: Tensor) -> tuple[Tensor, Tensor]:
    """The whole network after its last step. Returns the loss and the head's mean squared error on pictures in 0..1 (for PSNR)."""
    context = model.join(x0, features, stem)
    weights = model.head.weights(batch.controls)
    crop = torch.cat([batch.crop_guide, crop_context(context, batch.crop_origin)], 1)
    output = model.head.shade(weights, crop.flatten(2)).float().view_as(batch.crop_target)
    # The head shades half of the base picture too: many more pixels, and what textures look like from afar.
    half = batch.target.shape[2] // 2
    top = int(torch.randint(half, ()))
    rows = slice(top, top + half)
    far_inputs = torch.cat([batch.guide[:, :, rows], context[:, :, rows]], 1)
    far = model.head.shade(weights, far_inputs.flatten(2)).float()
    loss = 0.5 * pixel_loss(x0.float(), batch.target) + pixel_loss(
        far, batch.target[:, :, rows].flatten(2), batch.guide[:, :, rows].flatten(2)
    )
    loss = (
        loss + 1.5 * pixel_loss(output, batch.crop_target, batch.crop_guide) + 0.5 * _edges(output, batch.crop_target)
    )
    return loss, F.mse_loss(output.detach().clamp(-1, 1), batch.crop_target) / 4
