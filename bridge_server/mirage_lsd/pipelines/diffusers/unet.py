"""One call of the UNet with all that it is told: text, guidance, ControlNets, adapters, depth."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from .loading import Checkpoint
from .prompts import Embedding


@dataclass
class Conditions:
    """What a picture is made from, besides its latents.

    Attributes:
        prompt, negative: the texts. guidance: 1: none, and half of the work.
        depth: (1, 1, h, w) in -1..1, for UNets that take it as a channel, else None.
        controls: (network, its picture (1, 3, H, W) in 0..1). features: of the adapters, summed, one a level.
        control_scale: how strongly both count. size: height, width in pixels.
    """

    prompt: Embedding
    negative: Embedding
    guidance: float
    size: tuple[int, int]
    depth: Tensor | None = None
    controls: list[tuple[Any, Tensor]] = field(default_factory=list)
    features: list[Tensor] = field(default_factory=list)
    control_scale: float = 1.0


def run_unet(checkpoint: Checkpoint, x: Tensor, times: Tensor, told: Conditions) -> Tensor:
    """The UNet's output for latents `x` (B, C, h, w) at `times` (B,), float32 on the CPU."""
    guided = told.guidance > 1.0 and checkpoint.unet.config.time_cond_proj_dim is None
    batch = x.shape[0] * (2 if guided else 1)

    def ready(value: Tensor) -> Tensor:
        value = value.to(checkpoint.device, checkpoint.dtype)
        return value.expand(batch, *value.shape[1:]) if value.shape[0] == 1 else value

    latents = x.to(checkpoint.device, checkpoint.dtype)
    t = times.to(checkpoint.device)
    if guided:
        latents, t = torch.cat([latents, latents]), torch.cat([t, t])
    words = _both(told.prompt.tokens, told.negative.tokens, x.shape[0], guided).to(checkpoint.device, checkpoint.dtype)
    more: dict[str, Any] = {}
    if checkpoint.sdxl and told.prompt.pooled is not None and told.negative.pooled is not None:
        pooled = _both(told.prompt.pooled, told.negative.pooled, x.shape[0], guided)
        # Original size, crop, target size: as if the picture had been trained on as it is.
        sizes = torch.tensor([[*told.size, 0, 0, *told.size]], dtype=torch.float32)
        more["added_cond_kwargs"] = {
            "text_embeds": pooled.to(checkpoint.device, checkpoint.dtype),
            "time_ids": ready(sizes),
        }
    arguments = dict(more)
    down: list[Tensor] | None = None
    middle: Tensor | None = None
    for net, picture in told.controls:
        found, found_middle = net(
            latents, t, encoder_hidden_states=words, controlnet_cond=ready(picture), conditioning_scale=told.control_scale,
            return_dict=False, **more,
        )  # fmt: skip
        down = list(found) if down is None else [a + b for a, b in zip(down, found, strict=True)]
        middle = found_middle if middle is None else middle + found_middle
    if down is not None:
        arguments.update(down_block_additional_residuals=tuple(down), mid_block_additional_residual=middle)
    if told.features:
        arguments["down_intrablock_additional_residuals"] = [ready(f) * told.control_scale for f in told.features]
    if checkpoint.unet.config.time_cond_proj_dim is not None:
        embedded = guidance_embedding(told.guidance, checkpoint.unet.config.time_cond_proj_dim)
        arguments["timestep_cond"] = ready(embedded)
    entering = latents if told.depth is None else torch.cat([latents, ready(told.depth)], 1)
    output: Tensor = checkpoint.unet(entering, t, encoder_hidden_states=words, **arguments).sample.float().cpu()
    if not guided:
        return output
    wanted, unwanted = output.chunk(2)
    return unwanted + told.guidance * (wanted - unwanted)


def guidance_embedding(guidance: float, width: int) -> Tensor:
    """(1, width): guidance as LCM's UNets take it, sines of (guidance - 1) * 1000 (Luo et al., 2023)."""
    half = width // 2
    frequencies = torch.exp(torch.arange(half, dtype=torch.float32) * -(math.log(10_000.0) / (half - 1)))
    angles = (guidance - 1.0) * 1_000.0 * frequencies
    return torch.cat([angles.sin(), angles.cos()])[None]


def _both(wanted: Tensor, unwanted: Tensor, count: int, guided: bool) -> Tensor:
    repeated = wanted.expand(count, *wanted.shape[1:])
    return torch.cat([repeated, unwanted.expand(count, *unwanted.shape[1:])]) if guided else repeated
