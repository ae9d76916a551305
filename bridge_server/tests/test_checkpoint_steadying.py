"""The last stage of own checkpoints: pictures averaged over the frames that saw the same surfaces."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import tiny_checkpoints as tiny
import torch
from checkpoint_scenes import SPEC, asking, camera, loaded, wall_frame

from mirage_lsd.frame import Camera
from mirage_lsd.pipelines.diffusers.painter import Painter
from mirage_lsd.pipelines.diffusers.recipe import Recipe
from mirage_lsd.pipelines.diffusers.state import StreamState
from mirage_lsd.pipelines.diffusers.steadying import SteadyPicture, steadied
from mirage_lsd.pipelines.diffusers.view import View

_HEIGHT, _WIDTH = 64, 96
_GREY = torch.zeros(1, 3, _HEIGHT, _WIDTH)
# Of a camera 5 m before a wall, metres on the wall.
_PIXEL_M = 5.0 * 1.5 / 1.7 / (_WIDTH / 2)


def _view(x: float = 0.0, distance: float = 5.0) -> View:
    return View(_at(x, distance), torch.full((1, 1, _HEIGHT, _WIDTH), distance))


def _at(x: float, distance: float) -> Camera:
    """At (x, 1.5, distance - 5): the wall stays where it is."""
    found = camera(x)
    pose = np.linalg.inv(found.view)
    pose[2, 3] = distance - 5.0
    return Camera(np.linalg.inv(pose).astype(np.float32), found.projection)


def _wall(x: float, metres: float) -> torch.Tensor:
    """Stripes that are fixed to the wall, their period in metres."""
    columns = x + (torch.arange(_WIDTH) + 0.5 - _WIDTH / 2) * _PIXEL_M
    return torch.sin(columns * 2 * torch.pi / metres).expand(1, 3, _HEIGHT, _WIDTH)


def _energy(picture: torch.Tensor) -> float:
    inner = picture[..., 4:-4]
    return float((inner - torch.nn.functional.avg_pool2d(inner, 3, 1, 1)).square().mean())


def test_what_flickers_is_averaged_and_what_does_not_stays() -> None:
    generator = torch.Generator().manual_seed(0)
    before: SteadyPicture | None = None
    for _ in range(12):
        painted = _GREY + 0.3 * torch.randn(_GREY.shape, generator=generator)
        before = steadied(painted, _GREY, _view(), None, before, 0.9, None)
    assert before is not None
    assert float(before.picture.std()) == pytest.approx(0.3 / 10**0.5, rel=0.15), "the mean of ten"
    assert float(before.frames.max()) == pytest.approx(10)
    off = steadied(painted, _GREY, _view(), None, before, 0.0, None)
    assert torch.equal(off.picture, painted), "0 switches it off"


def test_it_follows_surfaces_and_stays_sharp() -> None:
    """Stripes of eight pixels, 0.37 pixels a frame: forty frames of warping leave them their contrast."""
    before: SteadyPicture | None = None
    for i in range(40):
        x = 0.37 * i * _PIXEL_M
        painted = _wall(x, 8 * _PIXEL_M)
        before = steadied(painted, _GREY, _view(x), None, before, 0.9, None)
    assert before is not None
    assert _energy(before.picture) > 0.75 * _energy(painted)
    assert float((before.picture - painted)[..., 8:-8].abs().mean()) < 0.08, "where they are now"


def test_nothing_is_kept_of_what_was_hidden_or_looks_different() -> None:
    old, new = torch.full_like(_GREY, -1.0), torch.full_like(_GREY, 1.0)
    before = steadied(old, _GREY, _view(), None, None, 0.9, None)
    assert torch.equal(steadied(new, _GREY, _view(100.0), None, before, 0.9, None).picture, new), "another place"
    lit = _GREY + 0.5
    assert torch.equal(steadied(new, lit, _view(), None, before, 0.9, None).picture, new), (
        "the engine's light was switched on"
    )
    nearer = View(camera(), torch.full((1, 1, _HEIGHT, _WIDTH), 2.0))
    assert torch.equal(steadied(new, _GREY, nearer, None, before, 0.9, None).picture, new), "somebody stands before it"


def test_coming_closer_counts_what_was_coarse_less() -> None:
    before: SteadyPicture | None = None
    for _ in range(8):
        before = steadied(_GREY, _GREY, _view(), None, before, 0.95, None)
    near = steadied(_GREY, _GREY, _view(distance=2.5), None, before, 0.95, None)
    far = steadied(_GREY, _GREY, _view(distance=6.0), None, before, 0.95, None)
    middle = (slice(None), slice(None), slice(24, 40), slice(36, 60))
    assert float(near.frames[middle].mean()) == pytest.approx(8 / 4 + 1, rel=0.15)
    assert float(far.frames[middle].mean()) == pytest.approx(9, rel=0.05)


@pytest.mark.parametrize("engine", [True, False])
def test_the_stage_halves_a_checkpoints_flicker(tmp_path: Path, engine: bool) -> None:
    tiny.write_checkpoint(tmp_path / "sd", "sd")

    def changes(recipe: Recipe, steadiness: float) -> list[np.ndarray]:
        torch.manual_seed(0)
        painter, state = Painter(loaded(tmp_path), recipe), StreamState(SPEC)
        return [
            painter.paint(wall_frame(i), state, asking(steadiness=steadiness)).pixels.astype(float) for i in range(8)
        ]

    def flicker(recipe: Recipe, steadiness: float) -> float:
        return float(np.mean([np.abs(a - b).mean() for a, b in pairwise(changes(recipe, steadiness)[2:])]))

    fresh = {
        "anchored_noise": False,
        "warp": False,
        "sink": False,
        "places": False,
        "skip": False,
        "true_depth": engine,
    }
    alone = flicker(Recipe(**fresh, steady=False), 0.8)
    assert flicker(Recipe(**fresh), 0.8) < 0.5 * alone
    assert flicker(Recipe(**fresh), 0.0) == pytest.approx(alone, rel=0.05)
