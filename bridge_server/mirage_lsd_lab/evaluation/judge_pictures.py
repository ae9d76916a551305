"""What the judge of themes learns from: levels in their themes, the same as a film of them would come out, and films that were only graded."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor

from mirage_lsd.models.guide import CHARACTER_AT, FIELDS_FROM
from mirage_lsd.pipelines.mirage.picture_layers import crispness, softened, split, with_shapes

from ..training.worlds.clutter import with_clutter
from ..training.worlds.sample import Greybox, Picture, World, random_world, render, render_greybox
from ..training.worlds.textured import with_textures
from ..training.worlds.themes import LIGHTINGS, SCENES, shade
from .progress import Tick
from .scenario import opaque

# What the judge looks at. Pictures are rendered at twice the size and averaged, as it does with what it is shown.
HEIGHT, WIDTH = 90, 160
# Each level is shaded in so many themes: finding what its rays hit costs most.
_THEMES = 3
# How much of the film's detail comes back.
_MOST_DETAIL = 1.3


@dataclass(frozen=True)
class JudgePictures:
    """N pictures (N, 3, HEIGHT, WIDTH) uint8 of each kind, and the numbers (N,) of their scenes and lightings.

    Attributes:
        targets: levels in the theme. finished: the same with the detail of the film of the level, as the pipeline puts it onto what it painted.
        films: the levels with finished textures of other themes.
    """

    targets: Tensor
    finished: Tensor
    films: Tensor
    scenes: Tensor
    lightings: Tensor

    def __len__(self) -> int:
        return len(self.scenes)


def render_pictures(seeds: range, tick: Tick) -> JudgePictures:
    """Three themes of the world of each seed, two worlds in three cluttered."""
    targets, finished, films, scenes, lightings = [], [], [], [], []
    for i, seed in enumerate(seeds):
        film, themed = _level(seed)
        random = torch.Generator().manual_seed(seed)
        for scene, lighting, target in themed:
            targets.append(_small(target))
            amount = _MOST_DETAIL * float(torch.rand((), generator=random))
            finished.append(_small(_finished(target, film, amount)))
            films.append(_small(film))
            scenes.append(scene)
            lightings.append(lighting)
        tick(i + 1, len(seeds))
    return JudgePictures(
        torch.stack(targets), torch.stack(finished), torch.stack(films), torch.tensor(scenes), torch.tensor(lightings)
    )


def _level(seed: int) -> tuple[npt.NDArray[np.uint8], list[tuple[int, int, npt.NDArray[np.uint8]]]]:
    """A film of the world of a seed, H x W x 3, and the numbers of a scene and a lighting with the world in them, for each theme."""
    height, width = 2 * HEIGHT, 2 * WIDTH
    world = random_world(seed, WIDTH / HEIGHT)
    if seed % 3 != 2:
        world = replace(world, level=with_clutter(world.level, world.view, torch.Generator().manual_seed(seed)))
    picture, seen = render(world, height, width), render_greybox(world, height, width)
    film = with_textures(seen, world, height, width).color.view(height, width, 3)
    scene, lighting = SCENES.index(world.scene), LIGHTINGS.index(world.lighting)
    themed = [(scene, lighting, _bytes(picture.target.permute(1, 2, 0)))]
    for k in range(1, _THEMES):
        other = (scene + 3 * k) % len(SCENES), (lighting + 2 * k + seed % 2) % len(LIGHTINGS)
        themed.append((*other, _bytes(_shaded(world, picture, seen, *other).view(height, width, 3))))
    return _bytes(film), themed


def _shaded(world: World, picture: Picture, seen: Greybox, scene: int, lighting: int) -> Tensor:
    """The same view in another theme, (N, 3) in 0..1."""

    def flat(x: Tensor) -> Tensor:
        return x.flatten(1).T

    return shade(
        SCENES[scene], LIGHTINGS[lighting], flat(picture.guide[FIELDS_FROM:]), seen.hit.normal,
        seen.sky[:, None].float(), seen.depth[:, None], seen.view, world.sun, seen.lit[:, None],
        flat(picture.guide[CHARACTER_AT:FIELDS_FROM]),
    )  # fmt: skip


def _finished(target: npt.NDArray[np.uint8], film: npt.NDArray[np.uint8], amount: float) -> npt.NDArray[np.uint8]:
    """The level in its theme with `amount` of the film's detail: what color alone would make of the film if it knew all about the level."""
    painted, source = opaque(target), opaque(film)
    layers = split(source)
    made = with_shapes(softened(painted, crispness(painted, source)), source, layers, layers.median, amount)
    return np.ascontiguousarray(made[..., :3])


def _bytes(picture: Tensor) -> npt.NDArray[np.uint8]:
    found: npt.NDArray[np.uint8] = (picture.clamp(0, 1) * 255 + 0.5).to(torch.uint8).numpy()
    return found


def _small(picture: npt.NDArray[np.uint8]) -> Tensor:
    """(3, HEIGHT, WIDTH) uint8."""
    whole = torch.from_numpy(picture).permute(2, 0, 1).float()
    return (F.avg_pool2d(whole, 2) + 0.5).to(torch.uint8)
