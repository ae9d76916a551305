"""Building blocks of the network. Normalisation is per pixel over channels: far pixels don't couple, crops and frames agree."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class PixelNorm(nn.Module):
    """RMS normalisation over channels at each pixel, (B, C, H, W)."""

    def forward(self, x: Tensor) -> Tensor:
        return x * torch.rsqrt((x * x).mean(1, keepdim=True) + 1e-6)


class ResidualBlock(nn.Module):
    """Norm, FiLM, SiLU, 3x3, SiLU, 3x3, added to the input.

    `film(embedding)` gives the modulation (B, 2 width); it is asked for apart, because it only changes when the controls do.
    """

    def __init__(self, width: int, embedding: int) -> None:
        super().__init__()
        self.norm = PixelNorm()
        self.film = nn.Linear(embedding, 2 * width)
        self.conv1 = nn.Conv2d(width, width, 3, padding=1)
        self.conv2 = nn.Conv2d(width, width, 3, padding=1)
        nn.init.zeros_(self.film.weight)
        nn.init.zeros_(self.film.bias)
        nn.init.zeros_(self.conv2.weight)

    def forward(self, x: Tensor, modulation: Tensor) -> Tensor:
        scale, shift = modulation[:, :, None, None].chunk(2, 1)
        h = F.silu(self.norm(x) * (1 + scale) + shift)
        return x + self.conv2(F.silu(self.conv1(h)))  # type: ignore[no-any-return]


class MemoryAttention(nn.Module):
    """Cross-frame attention: every pixel of a stage looks into the tokens of earlier frames, and, with `own`, into its own frame's.

    `x`: (B, C, H, W). `memory`: (B, K, M), tokens of earlier frames; zeros where there are none (their values are zero too, as no bias is added).
    """

    def __init__(self, width: int, memory: int, heads: int, inner: int, own: bool) -> None:
        super().__init__()
        self.norm = PixelNorm()
        self.heads = heads
        self.inner = inner
        self.query = nn.Conv2d(width, inner, 1)
        self.memory_key = nn.Linear(memory, 2 * inner, bias=False)
        self.own_key = nn.Conv2d(width, 2 * inner, 1) if own else None
        self.out = nn.Conv2d(inner, width, 1)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)  # type: ignore[arg-type]

    def _split(self, x: Tensor) -> Tensor:
        """(B, N, inner) to (B, heads, N, inner / heads)."""
        b, n, _ = x.shape
        return x.view(b, n, self.heads, self.inner // self.heads).transpose(1, 2)

    def forward(self, x: Tensor, memory: Tensor) -> Tensor:
        b, _, h, w = x.shape
        normed = self.norm(x)
        query = self.query(normed).flatten(2).transpose(1, 2)
        key, value = self.memory_key(memory).chunk(2, 2)
        if self.own_key is not None:
            own_key, own_value = self.own_key(normed).flatten(2).transpose(1, 2).chunk(2, 2)
            key, value = torch.cat([key, own_key], 1), torch.cat([value, own_value], 1)
        y = F.scaled_dot_product_attention(self._split(query), self._split(key), self._split(value))
        return x + self.out(y.transpose(1, 2).reshape(b, h * w, self.inner).transpose(1, 2).view(b, self.inner, h, w))  # type: ignore[no-any-return]
