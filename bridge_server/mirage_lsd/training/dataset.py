"""Training examples, rendered while training: a bounded pool that is renewed a little at each step."""

from __future__ import annotations

import random
from dataclasses import dataclass

import torch
from torch import Tensor

from ..models.fields import anchored_noise
from .worlds.sample import random_world, render
from .worlds.themes import LIGHTINGS, SCENES

BASE_HEIGHT, BASE_WIDTH = 176, 320
# The head's crop, in pixels of the base picture; it is rendered at twice that resolution.
CROP_HEIGHT, CROP_WIDTH = 56, 96
TRAINING_SEED_BASE = 1_000_000


@dataclass
class Example:
    """Base picture, full-resolution crop and controls of one world; pictures as uint8, guides as float16."""

    guide: Tensor
    target: Tensor
    crop_guide: Tensor
    crop_target: Tensor
    crop_origin: tuple[int, int]
    noise: Tensor
    controls: Tensor


@dataclass
class Batch:
    """A batch on the training device: pictures in -1..1, (B, C, H, W); `controls` (B, scenes + lightings), one-hot pairs."""

    guide: Tensor
    target: Tensor
    crop_guide: Tensor
    crop_target: Tensor
    crop_origin: list[tuple[int, int]]
    noise: Tensor
    controls: Tensor


def render_example(seed: int, device: str = "cpu") -> Example:
    """The example of a seed."""
    world = random_world(seed, BASE_WIDTH / BASE_HEIGHT)
    rng = random.Random(seed)
    top = rng.randrange(1, BASE_HEIGHT - CROP_HEIGHT)
    left = rng.randrange(1, BASE_WIDTH - CROP_WIDTH)
    window = (
        left / BASE_WIDTH,
        top / BASE_HEIGHT,
        (left + CROP_WIDTH) / BASE_WIDTH,
        (top + CROP_HEIGHT) / BASE_HEIGHT,
    )
    base = render(world, BASE_HEIGHT, BASE_WIDTH, device=device)
    crop = render(world, 2 * CROP_HEIGHT, 2 * CROP_WIDTH, window, device)
    controls = torch.zeros(len(SCENES) + len(LIGHTINGS))
    controls[SCENES.index(world.scene)] = 1
    controls[len(SCENES) + LIGHTINGS.index(world.lighting)] = 1

    def byte(x: Tensor) -> Tensor:
        return (x.clamp(0, 1) * 255 + 0.5).to(torch.uint8)

    noise = anchored_noise(base.p[None], base.footprint[None])[0]
    return Example(
        base.guide.half(),
        byte(base.target),
        crop.guide.half(),
        byte(crop.target),
        (top, left),
        noise.half(),
        controls.to(device),
    )


class Pool:
    """At most `capacity` examples; `renew` renders new ones in place of the oldest. Seeds never repeat within a run."""

    def __init__(self, capacity: int, first_seed: int, device: str) -> None:
        self.capacity = capacity
        self.next_seed = first_seed
        self.device = device
        self.examples: list[Example] = []

    def renew(self, count: int) -> None:
        """Renders `count` new examples."""
        for _ in range(count):
            example = render_example(self.next_seed, self.device)
            if len(self.examples) < self.capacity:
                self.examples.append(example)
            else:
                self.examples[self.next_seed % self.capacity] = example
            self.next_seed += 1

    def batch(self, size: int, rng: random.Random) -> Batch:
        """`size` random examples."""
        chosen = rng.sample(self.examples, size)

        def stack(x: list[Tensor]) -> Tensor:
            return torch.stack(x).float().contiguous(memory_format=torch.channels_last)

        def picture(x: list[Tensor]) -> Tensor:
            return stack(x).div_(127.5).sub_(1.0)

        return Batch(
            stack([e.guide for e in chosen]),
            picture([e.target for e in chosen]),
            stack([e.crop_guide for e in chosen]),
            picture([e.crop_target for e in chosen]),
            [e.crop_origin for e in chosen],
            torch.stack([e.noise for e in chosen]).float(),
            torch.stack([e.controls for e in chosen]),
        )
