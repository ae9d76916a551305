"""Worlds with their prompts and their depth, rendered once for a run."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from ..dataset import TRAINING_SEED_BASE
from ..worlds.sample import random_world, render
from .networks import HEIGHT, WIDTH
from .prompts import PALETTES, colored, prompt_of

_PALETTE_SHARE = 0.3


@dataclass
class Pictures:
    """`pictures` (N, 3, H, W) uint8, the themed ones; `depths` (N, 1, H, W) float16, metres, 0: sky; `themes`: scene, lighting, palette of each."""

    pictures: Tensor
    depths: Tensor
    themes: list[tuple[str, str, str | None]]

    def prompt(self, index: int, rng: random.Random) -> str:
        """One of the prompts that fit a picture."""
        return prompt_of(*self.themes[index], rng)


def disparity(depth: Tensor) -> Tensor:
    """Depth (..., H, W) in metres, 0: sky, as a checkpoint gets it: inverse depth over its 98th percentile, in -1..1, near is bright."""
    inverse = torch.where(depth > 0, 1.0 / depth.clamp(min=0.05), torch.zeros_like(depth))
    near = torch.quantile(inverse.flatten(-2), 0.98, dim=-1)[..., None, None].clamp(min=1e-6)
    return (inverse / near).clamp(0.0, 1.0) * 2.0 - 1.0


def render_pictures(count: int, seed: int, file: Path, tick: Callable[[int, int], None]) -> Pictures:
    """`count` worlds; those of the file, if an earlier call with as many left one there."""
    if file.is_file():
        saved = torch.load(file, weights_only=True)
        if len(saved["themes"]) == count:
            return Pictures(saved["pictures"], saved["depths"], [tuple(theme) for theme in saved["themes"]])
    rng = random.Random(seed)
    pictures, depths, themes = [], [], []
    for i in range(count):
        world = random_world(TRAINING_SEED_BASE * 2 + seed * 1_000_000 + i, WIDTH / HEIGHT)
        # Rendered at twice the size: what a photograph has and a point sample lacks.
        seen = render(world, 2 * HEIGHT, 2 * WIDTH)
        palette = rng.choice(tuple(PALETTES)) if rng.random() < _PALETTE_SHARE else None
        picture = torch.nn.functional.avg_pool2d(colored(seen.target, palette)[None], 2)[0]
        pictures.append((picture.clamp(0, 1) * 255 + 0.5).to(torch.uint8))
        depths.append(seen.depth[:, ::2, ::2].half())
        themes.append((world.scene, world.lighting, palette))
        tick(i + 1, count)
    found = Pictures(torch.stack(pictures), torch.stack(depths), themes)
    torch.save({"pictures": found.pictures, "depths": found.depths, "themes": [list(t) for t in themes]}, file)
    return found
