"""Key frames without an engine: pictures that come back are painted as they were."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import tiny_checkpoints as tiny
import torch
from checkpoint_scenes import SPEC, asking, loaded, wall_frame

from mirage_lsd.frame import InputFrame
from mirage_lsd.pipelines.diffusers.estimates import Estimates
from mirage_lsd.pipelines.diffusers.known_pictures import MOST_PICTURES, KnownPictures
from mirage_lsd.pipelines.diffusers.painter import Painter
from mirage_lsd.pipelines.diffusers.recipe import Recipe
from mirage_lsd.pipelines.diffusers.state import StreamState


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("checkpoints")
    tiny.write_checkpoint(folder / "sd", "sd")
    return folder


def _frame(seq: int, x: float) -> InputFrame:
    """What a webcam has: no depth, no camera."""
    return replace(wall_frame(seq, x), depth=None, camera=None)


def _color(frame: InputFrame) -> torch.Tensor:
    return torch.from_numpy(frame.color[..., :3].copy()).permute(2, 0, 1)[None].float() / 127.5 - 1.0


def test_a_picture_that_comes_back_brings_its_latent_along() -> None:
    pictures, estimates = KnownPictures(), Estimates()
    generator = torch.Generator().manual_seed(0)
    latent = torch.randn(1, 4, 16, 24, generator=generator)
    first = _color(_frame(1, 0.0))
    assert pictures.recall(first, estimates) is None
    pictures.keep(latent, first, None)
    again = pictures.recall(first, estimates)
    assert again is not None
    assert float(again.share.mean()) > 0.95
    assert float((again.latent - latent).abs().mean()) < 0.01
    moved = pictures.recall(_color(_frame(2, 0.1)), estimates)
    assert moved is not None
    assert float(moved.share.mean()) > 0.5
    assert pictures.recall(-first.flip(-1) * 3.0, estimates) is None, "nothing like it was seen"
    pictures.keep(latent, first, again)
    assert len(pictures) == 1, "what is known is not kept again"
    for _ in range(2 * MOST_PICTURES):
        pictures.keep(latent, first, None)
    assert len(pictures) == MOST_PICTURES
    assert pictures.bytes == MOST_PICTURES * (latent.nbytes + first.nbytes + 3 * 18 * 32 * 4)


def test_without_an_engine_pictures_stay_what_they_were(root: Path) -> None:
    def apart(recipe: Recipe) -> float:
        """How far the picture at one place goes from what it was there at first, over ten rounds."""
        painter, state, seen = Painter(loaded(root), recipe), StreamState(SPEC), []
        there = (0.0, 0.1, 0.2, 0.1)
        for i in range(40):
            painted = painter.paint(_frame(i + 1, there[i % 4]), state, asking(steps=2.0, steadiness=0.8))
            if i % 4 == 0 and i >= 4:
                seen.append(painted.pixels.astype(int))
        return float(np.abs(seen[-1] - seen[0]).mean())

    with_keys, without = (
        apart(Recipe(skip=False, true_depth=False, steady=False, places=places)) for places in (True, False)
    )
    assert with_keys < 0.6 * without


def test_a_new_prompt_forgets_them(root: Path) -> None:
    painter, state = Painter(loaded(root), Recipe(skip=False)), StreamState(SPEC)
    painter.paint(_frame(1, 0.0), state, asking())
    assert len(state.pictures) == 1
    assert state.bytes > state.pictures.bytes > 0
    before = painter.paint(_frame(2, 0.0), state, asking()).pixels.astype(int)
    after = painter.paint(_frame(3, 0.0), state, asking("a red forest by day")).pixels.astype(int)
    assert np.abs(after - before).mean() > 1.0
    assert len(state.pictures) == 1, "only what was painted since"
    assert all(a.shape == b.shape for a, b in pairwise((before, after)))
