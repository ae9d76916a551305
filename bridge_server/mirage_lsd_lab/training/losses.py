"""The training losses."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from mirage_lsd.models.guide import CHARACTER_AT
from mirage_lsd.models.mirage_lsd_v1 import CONTEXT_STRIDE, MirageLSDv1
from mirage_lsd.models.warp import warp

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
    """Cuts each example's crop, twice the base picture's resolution, out of the context and upsamples it as the whole picture would be."""
    rows, scale = [], 2 * CONTEXT_STRIDE
    for i, (y, x) in enumerate(origins):
        top, left = y // CONTEXT_STRIDE, x // CONTEXT_STRIDE
        bottom, right = top + CROP_HEIGHT // CONTEXT_STRIDE, left + CROP_WIDTH // CONTEXT_STRIDE
        window = context[i : i + 1, :, top - 1 : bottom + 1, left - 1 : right + 1]
        up = F.interpolate(window, scale_factor=float(scale), mode="bilinear", align_corners=False)
        rows.append(up[:, :, scale:-scale, scale:-scale])
    return torch.cat(rows)


def base_context(context: Tensor) -> Tensor:
    """The context at the base picture's size."""
    return F.interpolate(context, scale_factor=float(CONTEXT_STRIDE), mode="bilinear", align_corners=False)


def shader_loss(model: MirageLSDv1, guides: Tensor, targets: Tensor, controls: Tensor) -> tuple[Tensor, Tensor]:
    """The head alone on scattered pixels, without context. See `Pool.pixels`. Returns the loss and the mean squared error on 0..1."""
    b, _, n = guides.shape
    inputs = torch.cat([guides, guides.new_zeros(b, model.config.context, n)], 1)
    output = model.head.shade(model.head.weights(controls), inputs).float()
    return pixel_loss(output, targets), F.mse_loss(output.detach().clamp(-1, 1), targets) / 4


def steadiness_loss(now: Tensor, before: Tensor, motion: Tensor) -> Tensor:
    """How much the context (B, C, h / 8, w / 8) of what was visible in both frames changed; `motion`: see `dataset.Example`.

    In units of each channel's own spread, so that shrinking a channel wins nothing.
    """
    coarse = F.avg_pool2d(motion, CONTEXT_STRIDE)
    moved = warp(before.float(), coarse[:, :2] / CONTEXT_STRIDE)
    spread = now.detach().float().std((0, 2, 3), keepdim=True) + 0.05
    return ((now.float() - moved).abs() / spread * (coarse[:, 2:] == 1)).mean()


def picture_loss(model: MirageLSDv1, batch: Batch, x0: Tensor, context: Tensor) -> tuple[Tensor, Tensor]:
    """The whole network after its last step. Returns the loss and the head's mean squared error on pictures in 0..1 (for PSNR)."""
    weights = model.head.weights(batch.controls)
    crop = torch.cat([batch.crop_guide, crop_context(context, batch.crop_origin)], 1)
    output = model.head.shade(weights, crop.flatten(2)).float().view_as(batch.crop_target)
    # The head shades half of the base picture too: many more pixels, and what textures look like from afar.
    half = batch.target.shape[2] // 2
    top = int(torch.randint(half, ()))
    rows = slice(top, top + half)
    far_inputs = torch.cat([batch.guide[:, :, rows], base_context(context)[:, :, rows]], 1)
    far = model.head.shade(weights, far_inputs.flatten(2)).float()
    loss = 0.5 * pixel_loss(x0.float(), batch.target) + pixel_loss(
        far, batch.target[:, :, rows].flatten(2), batch.guide[:, :, rows].flatten(2)
    )
    loss = (
        loss + 1.5 * pixel_loss(output, batch.crop_target, batch.crop_guide) + 0.5 * _edges(output, batch.crop_target)
    )
    return loss, F.mse_loss(output.detach().clamp(-1, 1), batch.crop_target) / 4
