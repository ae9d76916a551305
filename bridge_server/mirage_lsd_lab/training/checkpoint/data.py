"""Worlds with their prompts, their depth and what the engine shows of them, rendered once for a run."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from ..dataset import TRAINING_SEED_BASE
from ..worlds.sample import Picture, random_world, render
from .networks import HEIGHT, WIDTH
from .prompts import CLASS_WORDS, PALETTES, colored, prompt_of

_PALETTE_SHARE, _CLASS_SHARE = 0.25, 0.25
# Rendered worlds are written so many at a time: an interrupted call loses at most these.
_CHUNK = 100
# What lies lower than this, metres, is the ground.
_GROUND_M = 0.02


@dataclass
class Pictures:
    """`pictures` (N, 3, H, W) uint8, the themed ones; `sources`, the same as the engine shows them; `depths` (N, 1, H, W) float16, metres,
    0: sky; `themes`: scene, lighting, palette and what the palette is for, of each."""

    pictures: Tensor
    sources: Tensor
    depths: Tensor
    themes: list[tuple[str, str, str | None, str | None]]

    def prompt(self, index: int, rng: random.Random) -> str:
        """One of the prompts that fit a picture."""
        return prompt_of(*self.themes[index], rng)


def disparity(depth: Tensor) -> Tensor:
    """Depth (..., H, W) in metres, 0: sky, as a checkpoint gets it: inverse depth over its 98th percentile, in -1..1, near is bright."""
    inverse = torch.where(depth > 0, 1.0 / depth.clamp(min=0.05), torch.zeros_like(depth))
    near = torch.quantile(inverse.flatten(-2), 0.98, dim=-1)[..., None, None].clamp(min=1e-6)
    return (inverse / near).clamp(0.0, 1.0) * 2.0 - 1.0


def class_mask(seen: Picture, part: str) -> Tensor:
    """(1, H, W), 1 where a picture shows this class: "terrain" is the ground, "building" what stands on it and is nobody."""
    solid = seen.depth > 0
    ground = solid & (seen.p[1:2] < _GROUND_M)
    return (ground if part == "terrain" else solid & ~ground & (seen.ids == 0)).float()


def render_pictures(count: int, seed: int, folder: Path, tick: Callable[[int, int], None]) -> Pictures:
    """`count` worlds; what an earlier call left in the folder is not rendered again."""
    folder.mkdir(parents=True, exist_ok=True)
    parts = []
    for first in range(0, count, _CHUNK):
        file, size = folder / f"{seed}-{first:06d}-{WIDTH}x{HEIGHT}.pt", min(_CHUNK, count - first)
        saved = torch.load(file, weights_only=True) if file.is_file() else None
        if saved is None or len(saved["themes"]) < size:
            saved = _rendered(first, size, seed, lambda done, first=first: tick(first + done, count))  # type: ignore[misc]
            torch.save(saved, file.with_suffix(".partial"))
            file.with_suffix(".partial").replace(file)
        parts.append({key: value[:size] for key, value in saved.items()})
    joined = {key: torch.cat([part[key] for part in parts]) for key in ("pictures", "sources", "depths")}
    return Pictures(**joined, themes=[tuple(theme) for part in parts for theme in part["themes"]])


def _rendered(first: int, count: int, seed: int, tick: Callable[[int], None]) -> dict[str, Any]:
    pictures, sources, depths, themes = [], [], [], []
    for i in range(first, first + count):
        rng = random.Random(seed * 1_000_003 + i)
        world = random_world(TRAINING_SEED_BASE * 2 + seed * 1_000_000 + i, WIDTH / HEIGHT)
        # Rendered at twice the size: what a photograph has and a point sample lacks.
        seen = render(world, 2 * HEIGHT, 2 * WIDTH)
        palette = rng.choice(tuple(PALETTES)) if rng.random() < _PALETTE_SHARE + _CLASS_SHARE else None
        for_class = palette is not None and rng.random() < _CLASS_SHARE / (_PALETTE_SHARE + _CLASS_SHARE)
        part = rng.choice(tuple(CLASS_WORDS)) if for_class else None
        mask = None if part is None else class_mask(seen, part)
        pictures.append(_small(colored(seen.target, palette, mask)))
        sources.append(_small(seen.guide[:3] * 0.5 + 0.5))
        depths.append(seen.depth[:, ::2, ::2].half())
        themes.append([world.scene, world.lighting, palette, part])
        tick(i - first + 1)
    return {
        "pictures": torch.stack(pictures),
        "sources": torch.stack(sources),
        "depths": torch.stack(depths),
        "themes": themes,
    }


def _small(picture: Tensor) -> Tensor:
    return (F.avg_pool2d(picture[None], 2)[0].clamp(0, 1) * 255 + 0.5).to(torch.uint8)
