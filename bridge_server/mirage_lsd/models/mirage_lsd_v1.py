"""The network `mirage-lsd-v1`, first form: a U-Net trunk at a low resolution and a head that shades every output pixel.

The trunk denoises the base picture (about 320 pixels wide) from noise, guide and the warped history, and leaves features. The head runs once,
after the last step, at the output's resolution: 1x1 convolutions over the full-resolution guide and the upsampled features, a small
neural shader, so edges and textures are the engine's own.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .blocks import PixelNorm, ResidualBlock, SelfAttention
from .guide import GUIDE_CHANNELS

# The base picture's sides are multiples of this: two stem strides and two U-Net levels.
BASE_MULTIPLE = 16


@dataclass(frozen=True)
class NetworkConfig:
    """Sizes of the network; `scenes` and `lightings` are the controls it was trained with."""

    scenes: tuple[str, ...] = ("forest", "city", "scifi", "desert")
    lightings: tuple[str, ...] = ("day", "night", "neon", "sunset")
    stem: int = 32
    widths: tuple[int, int, int] = (80, 112, 144)
    head: int = 48
    embedding: int = 128


class Trunk(nn.Module):
    """(x_t, guide, history, time, controls) -> (x0 of the base picture, token features, stem features)."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        w1, w2, w3 = config.widths
        e = config.embedding
        # noisy picture 3, guide, history 3 and its validity 1
        self.stem1 = nn.Conv2d(3 + GUIDE_CHANNELS + 4, config.stem, 3, stride=2, padding=1)
        self.stem2 = nn.Conv2d(config.stem, w1, 3, stride=2, padding=1)
        controls = len(config.scenes) + len(config.lightings)
        self.embed = nn.Sequential(nn.Linear(2 + controls, e), nn.SiLU(), nn.Linear(e, e), nn.SiLU())
        self.enter = nn.ModuleList([ResidualBlock(w1, e), ResidualBlock(w1, e)])
        self.down1 = nn.Conv2d(w1, w2, 3, stride=2, padding=1)
        self.middle = nn.ModuleList([ResidualBlock(w2, e), ResidualBlock(w2, e)])
        self.down2 = nn.Conv2d(w2, w3, 3, stride=2, padding=1)
        self.deep = nn.ModuleList([ResidualBlock(w3, e), ResidualBlock(w3, e)])
        self.deep_attention = SelfAttention(w3, 4)
        self.up2 = nn.Conv2d(w3, w2, 1)
        self.merge2 = ResidualBlock(w2, e)
        self.up1 = nn.Conv2d(w2, w1, 1)
        self.leave = nn.ModuleList([ResidualBlock(w1, e), ResidualBlock(w1, e)])
        self.norm = PixelNorm()
        self.to_x0 = nn.Conv2d(w1, 48, 1)

    def forward(
        self, x_t: Tensor, guide: Tensor, history: Tensor, time: Tensor, controls: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        angle = time[:, None] * (torch.pi / 2)
        embedding = self.embed(torch.cat([torch.sin(angle), torch.cos(angle), controls], 1))
        stem = F.silu(self.stem1(torch.cat([x_t, guide, history], 1)))
        a = self.stem2(stem)
        for block in self.enter:
            a = block(a, embedding)
        b = self.down1(a)
        for block in self.middle:
            b = block(b, embedding)
        c = self.down2(b)
        for block in self.deep:
            c = block(c, embedding)
        c = self.deep_attention(c)
        b = self.merge2(b + F.interpolate(self.up2(c), scale_factor=2.0, mode="nearest"), embedding)
        a = a + F.interpolate(self.up1(b), scale_factor=2.0, mode="nearest")
        for block in self.leave:
            a = block(a, embedding)
        features = self.norm(a)
        return F.pixel_shuffle(self.to_x0(F.silu(features)), 4), features, stem


class Head(nn.Module):
    """Shades each output pixel from the full-resolution guide, the upsampled features and the base picture.

    The first layer is applied to each input at its own resolution and the sums are upsampled (a 1x1 convolution commutes with bilinear
    interpolation), so nothing wide is ever concatenated at full resolution.
    """

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        width = config.head
        self.from_guide = nn.Conv2d(GUIDE_CHANNELS, width, 1)
        self.from_features = nn.Conv2d(config.widths[0], width, 1, bias=False)
        self.from_stem = nn.Conv2d(config.stem, width, 1, bias=False)
        self.from_x0 = nn.Conv2d(3, width, 1, bias=False)
        controls = len(config.scenes) + len(config.lightings)
        self.film = nn.Sequential(nn.Linear(controls, 64), nn.SiLU(), nn.Linear(64, 6 * width))
        self.layer1 = nn.Conv2d(width, width, 1)
        self.layer2 = nn.Conv2d(width, width, 1)
        self.out = nn.Conv2d(width, 3, 1)

    def forward(self, guide: Tensor, features: Tensor, stem: Tensor, x0: Tensor, controls: Tensor) -> Tensor:
        return self.shade(guide, self.base_sum(features, stem, x0), controls)

    def base_sum(self, features: Tensor, stem: Tensor, x0: Tensor) -> Tensor:
        """The low-resolution inputs' part of the first layer, at the base resolution."""
        half = self.from_stem(stem) + F.interpolate(
            self.from_features(features), scale_factor=2.0, mode="bilinear", align_corners=False
        )
        base: Tensor = self.from_x0(x0)
        return base + F.interpolate(half, scale_factor=2.0, mode="bilinear", align_corners=False)

    def shade(self, guide: Tensor, base: Tensor, controls: Tensor) -> Tensor:
        """`base` (B, head, h, w) is upsampled to the guide's size. Returns (B, 3, H, W) in about -1..1."""
        if base.shape[-2:] != guide.shape[-2:]:
            base = F.interpolate(base, size=guide.shape[-2:], mode="bilinear", align_corners=False)
        return self.finish(self.from_guide(guide) + base, controls)

    def finish(self, h: Tensor, controls: Tensor) -> Tensor:
        """The pointwise layers after the first sum."""
        s0, b0, s1, b1, s2, b2 = self.film(controls)[:, :, None, None].chunk(6, 1)
        h = F.silu(h * (1 + s0) + b0)
        h = h + F.silu(self.layer1(h) * (1 + s1) + b1)
        h = h + F.silu(self.layer2(h) * (1 + s2) + b2)
        return self.out(h)  # type: ignore[no-any-return]


class MirageLSDv1(nn.Module):
    """Trunk and head."""

    def __init__(self, config: NetworkConfig | None = None) -> None:
        super().__init__()
        self.config = config or NetworkConfig()
        self.trunk = Trunk(self.config)
        self.head = Head(self.config)


def base_size(height: int, width: int) -> tuple[int, int]:
    """Height and width of the base picture for an output size: the longer side at most 320, both multiples of BASE_MULTIPLE."""
    scale = min(1.0, 320.0 / max(height, width))

    def side(n: int) -> int:
        return max(BASE_MULTIPLE, round(n * scale / BASE_MULTIPLE) * BASE_MULTIPLE)

    return side(height), side(width)
