"""Self-attention that also looks at the last picture and at the first one since the prompt changed (the sink), layer by layer.

As in StreamV2V (Liang et al., 2024) and in streaming language models' attention sinks (Xiao et al., 2023); here without banks that grow.
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

# Layers that see so many tokens are left alone: there the memory would cost more than the UNet.
_MOST_TOKENS = 4_096


class FrameMemory:
    """Hidden states of one stream's last and first picture, by layer and step. `bytes`: what they take; the same for every picture."""

    def __init__(self) -> None:
        self.last: dict[tuple[str, int], Tensor] = {}
        self.sink: dict[tuple[str, int], Tensor] = {}

    def remember(self, key: tuple[str, int], hidden: Tensor) -> None:
        """Called once a layer and step of each picture."""
        kept = hidden.detach().to(torch.bfloat16 if hidden.device.type == "cpu" else torch.float16)
        self.last[key] = kept
        self.sink.setdefault(key, kept)

    @property
    def bytes(self) -> int:
        return sum(x.nbytes for x in {id(x): x for x in (*self.last.values(), *self.sink.values())}.values())


class GraphMemory:
    """A memory within a graph: what was remembered comes in as tensors, and what is to be remembered goes out as tensors."""

    def __init__(self, layers: tuple[str, ...], kept: tuple[Tensor, ...]) -> None:
        keys = [(layer, 0) for layer in layers]
        self.last = dict(zip(keys, kept[: len(keys)], strict=True))
        self.sink = dict(zip(keys, kept[len(keys) :], strict=True))
        self._seen: dict[tuple[str, int], Tensor] = {}

    def remember(self, key: tuple[str, int], hidden: Tensor) -> None:
        """As `FrameMemory.remember`."""
        self._seen[key] = hidden

    def seen(self) -> tuple[Tensor, ...]:
        """What was remembered, in the layers' order."""
        return tuple(self._seen[key] for key in self.last)


class Desk:
    """What the processors of a UNet look at: whose memory, and which step. `memory` None: attention as it was."""

    def __init__(self) -> None:
        self.memory: FrameMemory | GraphMemory | None = None
        self.step = 0

    def __deepcopy__(self, _: Any) -> Desk:
        """A copy of a network has nobody's memory."""
        return Desk()


class ExtendedAttention:
    """A processor for one self-attention layer, of the form that diffusers' `Attention` calls."""

    def __init__(self, layer: str, desk: Desk) -> None:
        self._layer, self.desk = layer, desk

    def __call__(
        self, attn: Any, hidden_states: Tensor, encoder_hidden_states: Tensor | None = None,
        attention_mask: Tensor | None = None, temb: Tensor | None = None, **_: Any,
    ) -> Tensor:  # fmt: skip
        residual = hidden_states
        shape = hidden_states.shape
        if hidden_states.ndim == 4:
            hidden_states = hidden_states.flatten(2).transpose(1, 2)
        if attn.group_norm is not None:
            hidden_states = attn.group_norm(hidden_states.transpose(1, 2)).transpose(1, 2)
        seen = self._with_memory(hidden_states)
        query, key, value = attn.to_q(hidden_states), attn.to_k(seen), attn.to_v(seen)
        batch, heads = query.shape[0], attn.heads
        query, key, value = (
            x.view(batch, -1, heads, x.shape[-1] // heads).transpose(1, 2) for x in (query, key, value)
        )
        found = F.scaled_dot_product_attention(query, key, value).transpose(1, 2).flatten(2)
        found = attn.to_out[1](attn.to_out[0](found))
        if len(shape) == 4:
            found = found.transpose(1, 2).reshape(shape)
        if attn.residual_connection:
            found = found + residual
        return found / attn.rescale_output_factor  # type: ignore[no-any-return]

    def _with_memory(self, hidden: Tensor) -> Tensor:
        memory = self.desk.memory
        if memory is None or hidden.shape[1] > _MOST_TOKENS:
            return hidden
        key = (self._layer, self.desk.step)
        others = [memory.last.get(key), memory.sink.get(key)]
        memory.remember(key, hidden)
        # Another size or guidance than before: what is remembered doesn't fit, and is replaced.
        found = [x.to(hidden.dtype) for x in others if x is not None and x.shape == hidden.shape]
        if memory.sink[key].shape != hidden.shape:
            memory.sink[key] = memory.last[key]
        return torch.cat([hidden, *found], 1)


def extend_attention(unet: Any, desk: Desk) -> None:
    """Gives the self-attention of the UNet's middle and its way up their memory; the way down stays as it was."""
    processors = dict(unet.attn_processors)
    for name in processors:
        if ".attn1." in name and not name.startswith("down_blocks"):
            processors[name] = ExtendedAttention(name, desk)
    unet.set_attn_processor(processors)
