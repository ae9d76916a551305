"""Tells latents of pictures from what the UNet takes for them: few steps then paint bricks and windows, not their mean."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from .prompts import LIGHTING_WORDS, PALETTES, SCENE_WORDS

_WIDTHS = (48, 64, 96)
_SCENES, _LIGHTINGS, _PALETTES = tuple(SCENE_WORDS), tuple(LIGHTING_WORDS), (None, *PALETTES)


def theme_numbers(themes: list[tuple[str, str, str | None, str | None]]) -> Tensor:
    """(N, 3): scene, lighting and palette of each."""
    return torch.tensor([[_SCENES.index(s), _LIGHTINGS.index(light), _PALETTES.index(p)] for s, light, p, _ in themes])


class Critic(nn.Module):
    """A score for each patch of latents, given what they stand for (Isola et al., "Image-to-Image Translation with Conditional Adversarial
    Networks", 2017; in latent space: Sauer et al., "Fast High-Resolution Image Synthesis with Latent Adversarial Diffusion Distillation", 2024)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        first, second, third = _WIDTHS
        self.layers = nn.ModuleList(
            [
                spectral_norm(nn.Conv2d(2 * channels + 1, first, 3, padding=1)),
                spectral_norm(nn.Conv2d(first, second, 4, 2, 1)),
                spectral_norm(nn.Conv2d(second, third, 3, padding=1)),
            ]
        )
        self.score = nn.Conv2d(third, 1, 3, padding=1)
        self.themes = nn.ModuleList(nn.Embedding(len(of), third) for of in (_SCENES, _LIGHTINGS, _PALETTES))

    def forward(self, z: Tensor, source: Tensor, depth: Tensor, themes: Tensor) -> tuple[Tensor, list[Tensor]]:
        """`z`, and the latents of what the engine shows (B, C, h, w); `depth` (B, 1, h, w); `themes` (B, 3) -> scores, and what each layer saw."""
        x, seen = torch.cat([z, source, depth], 1), []
        for layer in self.layers:
            x = F.leaky_relu(layer(x), 0.2)
            seen.append(x)
        words = sum(table(themes[:, i]) for i, table in enumerate(self.themes))
        return self.score(x) + (x * words[:, :, None, None]).mean(1, keepdim=True), seen


def critic_loss(real: Tensor, made: Tensor) -> Tensor:
    """The hinge: real patches above one, made ones below minus one."""
    return F.relu(1.0 - real).mean() + F.relu(1.0 + made).mean()


def painter_loss(score: Tensor, made: list[Tensor], real: list[Tensor]) -> Tensor:
    """What the critic holds against made latents: its score, and how much what it saw in them differs from what it saw in the real ones."""
    unlike = sum(((a - b.detach()).abs().mean() for a, b in zip(made, real, strict=True)), torch.zeros(()))
    return unlike - score.mean()
