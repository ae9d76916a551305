"""Reference pictures for an IP-Adapter: each looked at once, as its image encoder sees it, and mixed like texts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

# Of every CLIP image encoder.
_MEAN, _STD = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)


class References:
    """What an IP-Adapter is told.

    Args:
        encoder: CLIPVisionModelWithProjection. tokens: the adapter takes the encoder's tokens (a "plus" one), not its embedding alone.
        pictures: files by name.

    Raises:
        ValueError: a picture can't be read; one sentence.
    """

    def __init__(self, encoder: Any, *, tokens: bool, pictures: dict[str, Path]) -> None:
        self._encoder, self._tokens = encoder, tokens
        size = encoder.config.image_size
        self._kept = {name: self._embedding(read_picture(path, size)) for name, path in pictures.items()}
        # What guidance leads away from: a picture of nothing; a plain adapter was trained with zeros in its place.
        nothing = torch.zeros(1, 3, size, size)
        self.nothing = self._embedding(nothing) if tokens else torch.zeros_like(self._embedding(nothing))

    @property
    def names(self) -> tuple[str, ...]:
        """Of the pictures."""
        return tuple(self._kept)

    def mixed(self, weights: dict[str, float]) -> tuple[Tensor, float]:
        """The weighted mean of several, (1, 1, ...), and the sum of the weights, at most 1; names that nobody knows are left out."""
        known = {name: weight for name, weight in weights.items() if name in self._kept and weight > 0}
        total = sum(known.values())
        if not known:
            return self.nothing, 0.0
        mean = torch.stack([self._kept[name] * (weight / total) for name, weight in known.items()]).sum(0)
        return mean, min(total, 1.0)

    @torch.no_grad()
    def _embedding(self, picture: Tensor) -> Tensor:
        parameter = next(self._encoder.parameters())
        seen = self._encoder(picture.to(parameter.device, parameter.dtype), output_hidden_states=self._tokens)
        found: Tensor = seen.hidden_states[-2] if self._tokens else seen.image_embeds
        return found.float().cpu()[:, None]


def read_picture(path: Path, size: int) -> Tensor:
    """(1, 3, size, size): the middle square, as CLIP normalises pictures.

    Raises:
        ValueError: it can't be read.
    """
    data = np.fromfile(path, np.uint8)
    found = cv2.imdecode(data, cv2.IMREAD_COLOR) if data.size else None
    if found is None:
        raise ValueError(f"{path} is no picture that can be read; use a PNG, JPEG or WebP file.")
    rgb = torch.from_numpy(np.ascontiguousarray(found[..., ::-1])).permute(2, 0, 1)[None].float() / 255
    h, w = rgb.shape[-2:]
    side = min(h, w)
    top, left = (h - side) // 2, (w - side) // 2
    square = rgb[..., top : top + side, left : left + side]
    small = F.interpolate(square, (size, size), mode="bicubic", align_corners=False, antialias=True).clamp(0, 1)
    return (small - torch.tensor(_MEAN).view(1, 3, 1, 1)) / torch.tensor(_STD).view(1, 3, 1, 1)
