"""The network `mirage-lsd-v1`: an encoder that looks at a frame once, a light denoiser that is run a few times, a head that shades every output pixel.

The **encoder** sees the guide and a memory of earlier frames (a causal 3D convolution over motion-aligned features, attention into
the tokens of the last frame and of the first since a reset). The **denoiser** turns noise into the base picture (about 320 pixels wide) in a few
DDIM steps. The **head** (`head.py`) runs once at the output's resolution.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .blocks import MemoryAttention, PixelNorm, ResidualBlock
from .estimator import GeometryEstimator
from .flow import FlowNetLite
from .guide import GUIDE_CHANNELS
from .head import Head
from .schedule import TimestepSchedule

# The base picture's sides are multiples of this: two stem strides and two U-Net levels.
BASE_MULTIPLE = 16
# A state's features are this many times smaller than the base picture.
FEATURE_STRIDE = 8
# The context is this many times smaller than the base picture: the finer it was, the more it flickered, at the same PSNR.
CONTEXT_STRIDE = FEATURE_STRIDE
# Earlier frames whose features the causal 3D convolution sees.
PAST_FRAMES = 2


@dataclass(frozen=True)
class NetworkConfig:
    """Sizes of the network; `scenes` and `lightings` are the controls it was trained with."""

    scenes: tuple[str, ...] = ("forest", "city", "scifi", "desert", "snow", "village", "underwater", "volcanic")
    lightings: tuple[str, ...] = ("day", "overcast", "sunset", "night", "neon", "fog")
    stem: int = 24
    widths: tuple[int, int, int] = (48, 80, 128)
    temporal: int = 16
    memory: int = 64
    context: int = 16
    head: int = 48
    embedding: int = 96

    @property
    def controls(self) -> int:
        """Length of the control vector: a weight for each scene, then for each lighting."""
        return len(self.scenes) + len(self.lightings)


class Memory(NamedTuple):
    """What the encoder keeps of earlier frames; fixed in size.

    Attributes:
        past: (B, PAST_FRAMES, temporal, h / 8, w / 8), features of the last frames, the newest first, aligned with the current frame by its motion.
        tokens: (B, 2 K, memory), tokens of the last frame and of the first since the last reset (the sink).
    """

    past: Tensor
    tokens: Tensor


class Encoded(NamedTuple):
    """What the encoder makes of a frame.

    Attributes:
        stem: (B, stem, h / 2, w / 2). fine: (B, w1, h / 4, w / 4). coarse: (B, w2, h / 8, w / 8).
        features: (B, temporal, h / 8, w / 8) and tokens: (B, K, memory): what the next frames remember.
    """

    stem: Tensor
    fine: Tensor
    coarse: Tensor
    features: Tensor
    tokens: Tensor


def token_grid(height: int, width: int) -> tuple[int, int]:
    """Rows and columns of the tokens that a frame of base size `height` x `width` leaves in memory."""
    return -(-height // 32), -(-width // 32)


def empty_memory(
    config: NetworkConfig, batch: int, height: int, width: int, device: torch.device | None = None
) -> Memory:
    """The memory after a reset, for base pictures of `height` x `width`."""
    rows, columns = token_grid(height, width)
    cells = (height // FEATURE_STRIDE, width // FEATURE_STRIDE)
    past = torch.zeros(batch, PAST_FRAMES, config.temporal, *cells, device=device)
    return Memory(past, torch.zeros(batch, 2 * rows * columns, config.memory, device=device))


class Encoder(nn.Module):
    """(guide, modulation, memory) -> Encoded. Runs once a frame. `guide`: (B, GUIDE_CHANNELS, h, w)."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        w1, w2, w3 = config.widths
        e = config.embedding
        self.stem1 = nn.Conv2d(GUIDE_CHANNELS, config.stem, 3, stride=2, padding=1)
        self.stem2 = nn.Conv2d(config.stem, w1, 3, stride=2, padding=1)
        self.embed = nn.Sequential(nn.Linear(config.controls, e), nn.SiLU(), nn.Linear(e, e), nn.SiLU())
        self.fine = ResidualBlock(w1, e)
        self.fine_attention = MemoryAttention(w1, config.memory, 1, 16, own=False)
        self.down1 = nn.Conv2d(w1, w2, 3, stride=2, padding=1)
        self.coarse = nn.ModuleList([ResidualBlock(w2, e), ResidualBlock(w2, e)])
        self.to_features = nn.Conv2d(w2, config.temporal, 1)
        self.temporal = nn.Conv3d(config.temporal, w2, (1 + PAST_FRAMES, 3, 3), padding=(0, 1, 1))
        nn.init.zeros_(self.temporal.weight)
        nn.init.zeros_(self.temporal.bias)  # type: ignore[arg-type]
        self.coarse_attention = MemoryAttention(w2, config.memory, 2, 32, own=False)
        self.down2 = nn.Conv2d(w2, w3, 3, stride=2, padding=1)
        self.deep = nn.ModuleList([ResidualBlock(w3, e), ResidualBlock(w3, e)])
        self.deep_attention = MemoryAttention(w3, config.memory, 4, 64, own=True)
        self.to_tokens = nn.Conv2d(w3, config.memory, 1)
        self.norm = PixelNorm()
        self.up2 = nn.Conv2d(w3, w2, 1)
        self.up1 = nn.Conv2d(w2, w1, 1)

    def modulation(self, controls: Tensor) -> list[Tensor]:
        """What the controls (B, K) do to each residual block, in order."""
        embedding = self.embed(controls)
        return [block.film(embedding) for block in (self.fine, *self.coarse, *self.deep)]

    def forward(self, guide: Tensor, modulation: list[Tensor], memory: Memory) -> Encoded:
        fine, *coarse = modulation[: 1 + len(self.coarse)]
        deep = modulation[1 + len(self.coarse) :]
        stem = F.silu(self.stem1(guide))
        a = self.fine_attention(self.fine(self.stem2(stem), fine), memory.tokens)
        b = self.down1(a)
        for block, film in zip(self.coarse, coarse, strict=True):
            b = block(b, film)
        features = torch.tanh(self.to_features(b))
        through_time = torch.cat([features[:, None], memory.past], 1).transpose(1, 2)
        b = self.coarse_attention(b + self.temporal(through_time)[:, :, 0], memory.tokens)
        c = self.down2(b)
        for block, film in zip(self.deep, deep, strict=True):
            c = block(c, film)
        c = self.deep_attention(c, memory.tokens)
        tokens = self.norm(self.to_tokens(c))
        tokens = F.avg_pool2d(_with_even_sides(tokens), 2).flatten(2).transpose(1, 2)
        b = b + F.interpolate(self.up2(c), scale_factor=2.0, mode="nearest")
        a = a + F.interpolate(self.up1(b), scale_factor=2.0, mode="nearest")
        return Encoded(stem, a, b, features, tokens)


def _with_even_sides(x: Tensor) -> Tensor:
    """Odd sides repeat their last row or column: a picture may be a single token. As a concatenation, which every converter knows."""
    if x.shape[3] % 2:
        x = torch.cat([x, x[:, :, :, -1:]], 3)
    return torch.cat([x, x[:, :, -1:]], 2) if x.shape[2] % 2 else x


class Denoiser(nn.Module):
    """(x_t, modulation, encoded frame) -> (x0 of the base picture, features at an eighth of its size). Runs once a step.

    It works at an eighth because the head, which knows every pixel's guide, only asks it for what is broad: blurred eightfold, the context was worth
    as much (29.17 dB) as at full detail (29.09 dB).
    """

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        w2 = config.widths[1]
        e = config.embedding
        pixels = 3 * FEATURE_STRIDE**2
        self.enter = nn.Conv2d(pixels, w2, 1)
        self.embed = nn.Sequential(nn.Linear(2 + config.controls, e), nn.SiLU(), nn.Linear(e, e), nn.SiLU())
        self.first = ResidualBlock(w2, e)
        self.last = ResidualBlock(w2, e)
        self.norm = PixelNorm()
        self.to_x0 = nn.Conv2d(w2, pixels, 1)

    def modulation(self, time: Tensor, controls: Tensor) -> list[Tensor]:
        """What the time (B,) and the controls (B, K) do to each residual block, in order."""
        angle = time[:, None] * (torch.pi / 2)
        embedding = self.embed(torch.cat([torch.sin(angle), torch.cos(angle), controls], 1))
        return [block.film(embedding) for block in (self.first, self.last)]

    def forward(self, x_t: Tensor, modulation: list[Tensor], encoded: Encoded) -> tuple[Tensor, Tensor]:
        first, last = modulation
        a = self.enter(F.pixel_unshuffle(x_t, FEATURE_STRIDE)) + encoded.coarse
        a = self.last(self.first(a, first), last)
        a = F.silu(self.norm(a))
        return F.pixel_shuffle(self.to_x0(a), FEATURE_STRIDE), a


class ContextJoin(nn.Module):
    """What the head is told about a pixel's surroundings: (x0, denoiser's features, encoded frame) -> (B, context, h / 8, w / 8), x0 first."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        extra = config.context - 3
        self.from_features = nn.Conv2d(config.widths[1], extra, 1)
        self.norm = PixelNorm()
        self.from_fine = nn.Conv2d(config.widths[0], extra, 1)
        self.from_stem = nn.Conv2d(config.stem, extra, 1)

    def forward(self, x0: Tensor, features: Tensor, encoded: Encoded) -> Tensor:
        fine, stem = F.avg_pool2d(self.norm(encoded.fine), 2), F.avg_pool2d(encoded.stem, 4)
        found = self.from_features(features) + self.from_fine(fine) + self.from_stem(stem)
        return torch.cat([F.avg_pool2d(x0, CONTEXT_STRIDE), found], 1)


class MirageLSDv1(nn.Module):
    """Encoder, denoiser with its step times, head; for streams without geometry the flow network and the geometry estimator."""

    def __init__(self, config: NetworkConfig | None = None) -> None:
        super().__init__()
        self.config = config or NetworkConfig()
        self.encoder = Encoder(self.config)
        self.denoiser = Denoiser(self.config)
        self.times = TimestepSchedule()
        self.join = ContextJoin(self.config)
        self.head = Head(self.config.context, self.config.head, len(self.config.scenes), len(self.config.lightings))
        self.flow = FlowNetLite()
        self.estimator = GeometryEstimator()


def base_size(height: int, width: int) -> tuple[int, int]:
    """Height and width of the base picture for an output size: the longer side at most 320, both multiples of BASE_MULTIPLE."""
    scale = min(1.0, 320.0 / max(height, width))

    def side(n: int) -> int:
        return max(BASE_MULTIPLE, round(n * scale / BASE_MULTIPLE) * BASE_MULTIPLE)

    return side(height), side(width)
