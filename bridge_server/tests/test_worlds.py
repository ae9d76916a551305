"""The procedural renderer behind the training."""

from dataclasses import replace

import pytest
import torch

from mirage_lsd_lab.training.worlds.levels import random_level
from mirage_lsd_lab.training.worlds.raycast import MISS, Level, cast, occluded
from mirage_lsd_lab.training.worlds.sample import random_world, render
from mirage_lsd_lab.training.worlds.themes import LIGHTINGS, SCENES


def one_box_level() -> Level:
    return Level(
        torch.tensor([[0.0, 1.0, -5.0]]), torch.tensor([[1.0, 1.0, 1.0]]), torch.eye(3)[None],
        torch.tensor([[4.0, 1.0, -5.0, 1.0]]), torch.tensor([[-4.0, -5.0, 1.0, 0.0, 2.0]]),
        torch.tensor([0, 0, 1, 3]), torch.tensor([[0.0, 0, 0], [1.0, 0, 0], [0, 0, 2.0], [0, 0, 0]]),
    )  # fmt: skip


def test_rays_hit_what_is_there():
    origin = torch.tensor([[0.0, 1.0, 0.0], [4.0, 1.0, 0.0], [-4.0, 1.0, 0.0], [0.0, 2.0, 0.0], [0.0, 2.0, 0.0]])
    direction = torch.tensor([[0.0, 0, -1], [0, 0, -1], [0, 0, -1], [0, 1, 0], [0, -2.0, 0]])
    hit = cast(one_box_level(), origin, direction)
    torch.testing.assert_close(hit.t[[0, 1, 2, 4]], torch.tensor([4.0, 4.0, 4.0, 1.0]))
    assert hit.t[3] == MISS
    assert hit.index.tolist() == [1, 2, 3, -1, 0]
    torch.testing.assert_close(hit.normal[:3], torch.tensor([[0.0, 0, 1]]).expand(3, 3), atol=1e-4, rtol=0)


def test_shadows():
    level = one_box_level()
    p = torch.tensor([[0.0, 0.01, -5.0 + 2.0], [0.0, 0.01, 5.0]])
    toward_sun = torch.tensor([[0.0, 0.7, -0.7]]).expand(2, 3)
    assert occluded(level, p, toward_sun).tolist() == [True, False]


def test_a_seed_is_a_world():
    a, b, other = (render(random_world(seed, 1.6), 48, 80) for seed in (5, 5, 6))
    torch.testing.assert_close(a.target, b.target)
    torch.testing.assert_close(a.guide, b.guide)
    assert (a.target - other.target).abs().mean() > 0.02


@pytest.mark.parametrize("scene", SCENES)
def test_every_lighting_of_a_scene_differs_and_night_is_dark(scene):
    world = replace(random_world(12, 1.6), scene=scene)
    pictures = {name: render(replace(world, lighting=name), 48, 80).target for name in LIGHTINGS}
    assert pictures["night"].mean() < 0.6 * pictures["day"].mean()
    for a in LIGHTINGS:
        assert pictures[a].min() >= 0
        assert pictures[a].max() <= 1
        for b in LIGHTINGS:
            assert a == b or (pictures[a] - pictures[b]).abs().mean() > 0.02


def test_a_crop_is_a_part_of_the_whole():
    world = random_world(21, 1.6)
    whole = render(world, 80, 128)
    part = render(world, 40, 64, (0.25, 0.25, 0.75, 0.75))
    same = (whole.depth[:, 20:60, 32:96] - part.depth).abs() < 1e-3
    assert same.float().mean() > 0.99
    # Normals at the crop's border see one neighbour less, no more.
    assert (whole.target[:, 21:59, 33:95] - part.target[:, 1:-1, 1:-1]).abs().mean() < 0.01


def test_levels_are_not_empty():
    for seed in range(20):
        assert random_level(torch.Generator().manual_seed(seed)).objects >= 4


def test_what_moves_has_moved():
    later = one_box_level().after(0.5)
    torch.testing.assert_close(later.box_center[0], torch.tensor([0.5, 1.0, -5.0]))
    torch.testing.assert_close(later.sphere[0], torch.tensor([4.0, 1.0, -4.0, 1.0]))
    torch.testing.assert_close(later.column, one_box_level().column)


def test_characters_walk_through_some_levels():
    parts = [set(random_level(torch.Generator().manual_seed(seed)).part.tolist()) for seed in range(30)]
    assert any({1, 2, 3} <= found for found in parts)
    assert any(found == {0} for found in parts)
