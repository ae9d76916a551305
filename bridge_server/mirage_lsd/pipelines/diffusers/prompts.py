"""Texts as a checkpoint's text encoders understand them: weights in parentheses, mixtures, each text encoded once."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, NamedTuple

import torch
from torch import Tensor

_WEIGHTED = re.compile(r"\(([^():]*):\s*(\d+(?:\.\d+)?)\)")
_KEPT = 64
_MOST_WEIGHT = 3.0


class Embedding(NamedTuple):
    """`tokens` (1, L, D) for cross-attention; `pooled` (1, P) of SDXL's second encoder, else None."""

    tokens: Tensor
    pooled: Tensor | None


def weighted_parts(text: str) -> list[tuple[str, float]]:
    """ "a village, (red roofs:1.4)" -> [("a village, ", 1.0), ("red roofs", 1.4)]. Weights end at 3."""
    parts, at = [], 0
    for match in _WEIGHTED.finditer(text):
        parts.append((text[at : match.start()], 1.0))
        parts.append((match[1], min(float(match[2]), _MOST_WEIGHT)))
        at = match.end()
    parts.append((text[at:], 1.0))
    return [(words, weight) for words, weight in parts if words.strip()]


class PromptEncoder:
    """Args: (tokenizer, text encoder) pairs, one of SD, two of SDXL."""

    def __init__(self, encoders: tuple[tuple[Any, Any], ...]) -> None:
        self._encoders = encoders
        self._kept: OrderedDict[str, Embedding] = OrderedDict()

    def mixed(self, weights: Mapping[str, float]) -> Embedding:
        """The mean of several texts, weighted."""
        found = [(self.encode(text), weight) for text, weight in (weights or {"": 1.0}).items()]
        if len(found) == 1:
            return found[0][0]
        tokens = torch.stack([embedding.tokens * weight for embedding, weight in found]).sum(0)
        pooled = [embedding.pooled * weight for embedding, weight in found if embedding.pooled is not None]
        return Embedding(tokens, torch.stack(pooled).sum(0) if pooled else None)

    def encode(self, text: str) -> Embedding:
        """One text."""
        if text in self._kept:
            self._kept.move_to_end(text)
            return self._kept[text]
        tokens, pooled = [], None
        for tokenizer, encoder in self._encoders:
            hidden, pooled = self._encode_with(tokenizer, encoder, weighted_parts(text))
            tokens.append(hidden)
        found = Embedding(torch.cat(tokens, -1), pooled)
        self._kept[text] = found
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return found

    @torch.no_grad()
    def _encode_with(
        self, tokenizer: Any, encoder: Any, parts: list[tuple[str, float]]
    ) -> tuple[Tensor, Tensor | None]:
        length = min(tokenizer.model_max_length, encoder.config.max_position_embeddings)
        ids, weights = [], []
        for words, weight in parts:
            found = tokenizer(words, add_special_tokens=False).input_ids
            ids += found
            weights += [weight] * len(found)
        ids, weights = ids[: length - 2], weights[: length - 2]
        padding = length - 2 - len(ids)
        pad = tokenizer.pad_token_id if tokenizer.pad_token_id is not None else tokenizer.eos_token_id
        ids = [tokenizer.bos_token_id, *ids, tokenizer.eos_token_id, *[pad] * padding]
        device = next(encoder.parameters()).device
        output = encoder(torch.tensor([ids], device=device), output_hidden_states=len(self._encoders) > 1)
        # SDXL was trained on the layer before the last of both encoders.
        hidden = output.hidden_states[-2] if len(self._encoders) > 1 else output.last_hidden_state
        if any(weight != 1.0 for weight in weights):
            scale = torch.tensor([1.0, *weights, *[1.0] * (padding + 1)], device=device, dtype=hidden.dtype)
            scaled = hidden * scale[None, :, None]
            hidden = scaled * (hidden.norm() / scaled.norm().clamp(min=1e-6))
        return hidden, getattr(output, "text_embeds", None)
