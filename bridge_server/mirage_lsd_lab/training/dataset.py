"""Training examples, rendered while training: a bounded pool that is renewed a little at each step."""

from __future__ import annotations

import random
from dataclasses import dataclass

import torch
from torch import Tensor

from mirage_lsd.models.fields import anchored_noise
from mirage_lsd.models.guide import FAR_M
from mirage_lsd.models.mirage_lsd_v1 import CONTEXT_STRIDE

from .worlds.sample import Picture, World, a_frame_later, random_world, render
from .worlds.themes import LIGHTINGS, SCENES

BASE_HEIGHT, BASE_WIDTH = 176, 320
# The head's crop, in pixels of the base picture; it is rendered at twice that resolution.
CROP_HEIGHT, CROP_WIDTH = 56, 96
TRAINING_SEED_BASE = 1_000_000
_DEPTH_TOLERANCE = 0.06


@dataclass
class Example:
    """Two frames of one world: the base pictures, a full-resolution crop of the second, controls. Pictures as uint8, guides as float16.

    Attributes:
        before: (G, h, w), the first frame's guide. guide, target, crop_guide, crop_target: of the second.
        motion: (3, h, w): pixels from the second frame to the first, and whether the surface was visible there.
        noise: (3, h, w), anchored in the second frame. controls: (scenes + lightings,), one-hot pairs.
    """

    before: Tensor
    guide: Tensor
    target: Tensor
    crop_guide: Tensor
    crop_target: Tensor
    crop_origin: tuple[int, int]
    motion: Tensor
    noise: Tensor
    controls: Tensor


@dataclass
class Batch:
    """A batch on the training device: pictures in -1..1, (B, C, H, W); see `Example`."""

    before: Tensor
    guide: Tensor
    target: Tensor
    crop_guide: Tensor
    crop_target: Tensor
    crop_origin: list[tuple[int, int]]
    motion: Tensor
    noise: Tensor
    controls: Tensor


def exact_motion(now: Picture, before: Picture, world_before: World) -> Tensor:
    """(3, h, w): pixels from each pixel of `now` to where its surface was in the frame before, and 1 where it was visible there."""
    _, h, w = now.depth.shape
    view = world_before.view
    device = now.depth.device
    rotation, position = view.world_from_camera[:, :3].to(device), view.world_from_camera[:, 3].to(device)
    sx, sy, cx, cy = view.intrinsics.tolist()
    # Sky is far away: only the rotation moves it. `p` of the sky lies on the dome, whose centre is the camera.
    sky = now.previous.isnan().any(0)
    p = torch.where(sky, now.p * 1e3, now.previous - position.view(3, 1, 1))
    x, y, z = torch.einsum("ji,jhw->ihw", rotation, p)
    depth = (-z).clamp(min=1e-3)
    column = ((x / depth * sx - cx) * 0.5 + 0.5) * w - 0.5
    row = (0.5 - (y / depth * sy - cy) * 0.5) * h - 0.5
    inside = (column > -0.5) & (column < w - 0.5) & (row > -0.5) & (row < h - 0.5) & (z < 0)
    seen = before.depth[0][row.round().long().clamp(0, h - 1), column.round().long().clamp(0, w - 1)]
    expected = torch.where(sky, torch.zeros_like(depth), depth)
    visible = inside & ((seen - expected).abs() <= _DEPTH_TOLERANCE * expected.clamp(min=0.1))
    ys, xs = torch.meshgrid(torch.arange(h, device=device), torch.arange(w, device=device), indexing="ij")
    shift = torch.stack([column - xs, row - ys]).clamp(-FAR_M, FAR_M)
    return torch.cat([shift, visible[None].to(shift.dtype)])


def render_example(seed: int, device: str = "cpu") -> Example:
    """The example of a seed."""
    first = random_world(seed, BASE_WIDTH / BASE_HEIGHT)
    world = a_frame_later(first, seed)
    rng = random.Random(seed)
    # On the context's grid, a cell away from the border.
    top = CONTEXT_STRIDE * rng.randrange(1, (BASE_HEIGHT - CROP_HEIGHT) // CONTEXT_STRIDE)
    left = CONTEXT_STRIDE * rng.randrange(1, (BASE_WIDTH - CROP_WIDTH) // CONTEXT_STRIDE)
    window = (
        left / BASE_WIDTH,
        top / BASE_HEIGHT,
        (left + CROP_WIDTH) / BASE_WIDTH,
        (top + CROP_HEIGHT) / BASE_HEIGHT,
    )
    before = render(first, BASE_HEIGHT, BASE_WIDTH, device=device)
    base = render(world, BASE_HEIGHT, BASE_WIDTH, device=device)
    crop = render(world, 2 * CROP_HEIGHT, 2 * CROP_WIDTH, window, device)
    controls = torch.zeros(len(SCENES) + len(LIGHTINGS))
    controls[SCENES.index(world.scene)] = 1
    controls[len(SCENES) + LIGHTINGS.index(world.lighting)] = 1

    def byte(x: Tensor) -> Tensor:
        return (x.clamp(0, 1) * 255 + 0.5).to(torch.uint8)

    return Example(
        before=before.guide.half(),
        guide=base.guide.half(),
        target=byte(base.target),
        crop_guide=crop.guide.half(),
        crop_target=byte(crop.target),
        crop_origin=(top, left),
        motion=exact_motion(base, before, first).half(),
        noise=anchored_noise(base.p[None], base.guide[None, 5:8], base.footprint[None])[0].half(),
        controls=controls.to(device),
    )


def _as_picture(x: Tensor) -> Tensor:
    return x.div(127.5).sub_(1.0)


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
            place, example = self.next_seed % self.capacity, self.fresh()
            if len(self.examples) < self.capacity:
                self.examples.append(example)
            else:
                self.examples[place] = example

    def fresh(self) -> Example:
        """A new example that the pool doesn't keep."""
        self.next_seed += 1
        return render_example(self.next_seed - 1, self.device)

    def batch(self, size: int, rng: random.Random) -> Batch:
        """`size` random examples."""
        return self.collate(rng.sample(self.examples, size))

    @staticmethod
    def collate(chosen: list[Example]) -> Batch:
        """These examples as a batch."""

        def stack(x: list[Tensor]) -> Tensor:
            return torch.stack(x).float().contiguous(memory_format=torch.channels_last)

        return Batch(
            before=stack([e.before for e in chosen]),
            guide=stack([e.guide for e in chosen]),
            target=_as_picture(stack([e.target for e in chosen])),
            crop_guide=stack([e.crop_guide for e in chosen]),
            crop_target=_as_picture(stack([e.crop_target for e in chosen])),
            crop_origin=[e.crop_origin for e in chosen],
            motion=torch.stack([e.motion for e in chosen]).float(),
            noise=torch.stack([e.noise for e in chosen]).float(),
            controls=torch.stack([e.controls for e in chosen]),
        )

    def pixels(self, examples: int, count: int, rng: random.Random) -> tuple[Tensor, Tensor, Tensor]:
        """Random pixels, half of them from the full-resolution crops: guides (B, G, N), targets (B, 3, N) in -1..1, controls (B, K)."""
        chosen = rng.sample(self.examples, min(examples, len(self.examples)))
        guides, targets = [], []
        for example in chosen:
            parts = ((example.crop_guide, example.crop_target), (example.guide, example.target))
            picks = [torch.randint(target[0].numel(), (count // 2,), device=target.device) for _, target in parts]
            pairs = list(zip(parts, picks, strict=True))
            guides.append(torch.cat([guide.flatten(1)[:, at] for (guide, _), at in pairs], 1))
            targets.append(torch.cat([target.flatten(1)[:, at] for (_, target), at in pairs], 1))
        controls = torch.stack([e.controls for e in chosen])
        return torch.stack(guides).float(), _as_picture(torch.stack(targets).float()), controls
