"""One call of the UNet with all that it is told: text, guidance, ControlNets, adapters, depth."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import torch
from torch import Tensor

from .attention import Desk
from .loading import Checkpoint
from .prompts import Embedding
from .unet_graph import run_graph


class Region(NamedTuple):
    """A part of the picture with a text of its own; `mask` (1, 1, h, w), 0..1."""

    prompt: Embedding
    mask: Tensor


@dataclass
class Conditions:
    """What a picture is made from, besides its latents.

    Attributes:
        prompt, negative: the texts. guidance: 1: none, and half of the work. regions: each takes as much work again.
        depth: (1, 1, h, w) in -1..1, for UNets that take it as a channel, else None.
        controls: (network, its picture (1, 3, H, W) in 0..1). features: of the adapters, summed, one a level.
        control_scale: how strongly both count. size: height, width in pixels.
        reference: what an IP-Adapter is told, and what it is told of nothing; None: there is none. reference_scale: 0..1.
        desk: what the attention remembers.
    """

    prompt: Embedding
    negative: Embedding
    guidance: float
    size: tuple[int, int]
    depth: Tensor | None = None
    controls: list[tuple[Any, Tensor]] = field(default_factory=list)
    features: list[Tensor] = field(default_factory=list)
    control_scale: float = 1.0
    regions: list[Region] = field(default_factory=list)
    reference: tuple[Tensor, Tensor] | None = None
    reference_scale: float = 0.0
    desk: Desk = field(default_factory=Desk)


def run_unet(checkpoint: Checkpoint, x: Tensor, times: Tensor, told: Conditions) -> Tensor:
    """The UNet's output for latents `x` (B, C, h, w) at `times` (B,), float32 on the CPU."""
    guided = told.guidance > 1.0 and checkpoint.unet.config.time_cond_proj_dim is None
    texts = [told.prompt, *(region.prompt for region in told.regions)] + ([told.negative] if guided else [])
    count, batch = x.shape[0], x.shape[0] * len(texts)

    def ready(value: Tensor) -> Tensor:
        value = value.to(checkpoint.device, checkpoint.dtype)
        return value.expand(batch, *value.shape[1:]) if value.shape[0] == 1 else value

    def repeated(some: list[Tensor]) -> Tensor:
        return torch.cat([value.expand(count, *value.shape[1:]) for value in some]).to(
            checkpoint.device, checkpoint.dtype
        )

    latents = x.to(checkpoint.device, checkpoint.dtype).repeat(len(texts), 1, 1, 1)
    t = times.to(checkpoint.device).repeat(len(texts))
    words = repeated([text.tokens for text in texts])
    more: dict[str, Any] = {}
    if checkpoint.sdxl:
        pooled = [text.pooled for text in texts if text.pooled is not None]
        # Original size, crop, target size: as if the picture had been trained on as it is.
        sizes = torch.tensor([[*told.size, 0, 0, *told.size]], dtype=torch.float32)
        more["added_cond_kwargs"] = {"text_embeds": repeated(pooled), "time_ids": ready(sizes)}
    arguments: dict[str, Any] = dict(more)
    if told.reference is not None:
        shown, nothing = told.reference
        pictures = repeated([shown] * (len(texts) - guided) + [nothing] * guided)
        arguments["added_cond_kwargs"] = {**more.get("added_cond_kwargs", {}), "image_embeds": [pictures]}
        set_reference_scale(checkpoint.unet, told.reference_scale)
    down: list[Tensor] | None = None
    middle: Tensor | None = None
    for net, picture in told.controls:
        fed = {"encoder_hidden_states": words, "controlnet_cond": ready(picture), **more}
        *found, found_middle = (
            y * told.control_scale for y in _outputs(checkpoint, "controlnet", net, latents, t, fed, told.desk)
        )
        down = found if down is None else [a + b for a, b in zip(down, found, strict=True)]
        middle = found_middle if middle is None else middle + found_middle
    if down is not None:
        arguments.update(down_block_additional_residuals=tuple(down), mid_block_additional_residual=middle)
    if told.features:
        arguments["down_intrablock_additional_residuals"] = [ready(f) * told.control_scale for f in told.features]
    if checkpoint.unet.config.time_cond_proj_dim is not None:
        embedded = guidance_embedding(told.guidance, checkpoint.unet.config.time_cond_proj_dim)
        arguments["timestep_cond"] = ready(embedded)
    entering = latents if told.depth is None else torch.cat([latents, ready(told.depth)], 1)
    arguments["encoder_hidden_states"] = words
    (output,) = _outputs(checkpoint, "unet", checkpoint.unet, entering, t, arguments, told.desk)
    outputs = output.float().cpu().chunk(len(texts))
    wanted = outputs[0]
    for region, own in zip(told.regions, outputs[1:], strict=False):
        wanted = torch.lerp(wanted, own, region.mask)
    return outputs[-1] + told.guidance * (wanted - outputs[-1]) if guided else wanted


def _outputs(
    checkpoint: Checkpoint, what: str, network: Any, x: Tensor, t: Tensor, arguments: dict[str, Any], desk: Desk
) -> tuple[Tensor, ...]:
    """What a network gives, by a graph where there is one. An IP-Adapter's attention is told its strength as a number: PyTorch does it."""
    if checkpoint.compiled is not None and checkpoint.references is None:
        by_graph = run_graph(checkpoint.compiled, what, network, x, t, arguments, desk)
        if by_graph is not None:
            return tuple(y.to(checkpoint.dtype) for y in by_graph)
    found = network(x, t, **arguments, return_dict=False)
    return tuple(y for part in found for y in (part if isinstance(part, list | tuple) else (part,)))


def set_reference_scale(unet: Any, scale: float) -> None:
    """How strongly the IP-Adapter's attention counts; at 0 it isn't computed."""
    for processor in unet.attn_processors.values():
        if hasattr(processor, "to_k_ip"):
            processor.scale = [scale] * len(processor.to_k_ip)


def guidance_embedding(guidance: float, width: int) -> Tensor:
    """(1, width): guidance as LCM's UNets take it, sines of (guidance - 1) * 1000 (Luo et al., 2023)."""
    half = width // 2
    frequencies = torch.exp(torch.arange(half, dtype=torch.float32) * -(math.log(10_000.0) / (half - 1)))
    angles = (guidance - 1.0) * 1_000.0 * frequencies
    return torch.cat([angles.sin(), angles.cos()])[None]
