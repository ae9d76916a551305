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
    """Norm, FiLM by the embedding, SiLU, 3x3, SiLU, 3x3, added to the input."""

    def __init__(self, width: int, embedding: int) -> None:
        super().__init__()
        self.norm = PixelNorm()
        self.film = nn.Linear(embedding, 2 * width)
        self.conv1 = nn.Conv2d(width, width, 3, padding=1)
        self.conv2 = nn.Conv2d(width, width, 3, padding=1)
        nn.init.zeros_(self.film.weight)
        nn.init.zeros_(self.film.bias)
        nn.init.zeros_(self.conv2.weight)

    def forward(self, x: Tensor, embedding: Tensor) -> Tensor:
        scale, shift = self.film(embedding)[:, :, None, None].chunk(2, 1)
        h = F.silu(self.norm(x) * (1 + scale) + shift)
        return x + self.conv2(F.silu(self.conv1(h)))  # type: ignore[no-any-return]


class SelfAttention(nn.Module):
    """Multi-head self-attention over all tokens of a stage, (B, C, H, W)."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.norm = PixelNorm()
        self.heads = heads
        self.qkv = nn.Conv2d(width, 3 * width, 1)
        self.out = nn.Conv2d(width, width, 1)
        nn.init.zeros_(self.out.weight)

    def forward(self, x: Tensor) -> Tensor:
        b, c, h, w = x.shape
        qkv = self.qkv(self.norm(x)).reshape(b, 3, self.heads, c // self.heads, h * w).transpose(3, 4)
        q, k, v = qkv.unbind(1)
        y = F.scaled_dot_product_attention(q, k, v)
        return x + self.out(y.transpose(2, 3).reshape(b, c, h, w))  # type: ignore[no-any-return]
