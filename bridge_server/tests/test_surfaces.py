"""What the class of a slot does to its pixels: windows and bricks are for buildings."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from mirage_lsd.frame import Slot
from mirage_lsd.models.fields import NOISE_FREQUENCIES
from mirage_lsd.models.guide import FIELDS_FROM, build_guide
from mirage_lsd.pipelines.mirage.surfaces import surface_of_ids

# Grid, lines, joints and bricks.
PATTERNS = slice(FIELDS_FROM + len(NOISE_FREQUENCIES) + 2, None)
CHARACTER = 13


def guide_of_a_wall(slot: Slot | None) -> torch.Tensor:
    """Four metres in front of the camera, all of it in one slot."""
    ids = np.full((24, 32), 7, np.uint8)
    shown = surface_of_ids(() if slot is None else (slot,))[ids]
    pose = torch.eye(4)[None, :3]
    pose[0, :, 3] = torch.tensor([0.3, 1.7, 0.2])
    guide, _ = build_guide(
        torch.full((1, 3, 24, 32), 0.5), torch.full((1, 1, 24, 32), 4.0), None, pose, torch.tensor([[1.0, 1.3, 0, 0]]),
        torch.tensor([[0.0, 1.0, 0.0]]), torch.zeros(1, 3), None, torch.from_numpy(shown)[None, None].float(), torch.rand(1, 3, 8),
    )  # fmt: skip
    return guide[0]


def test_a_building_has_what_nobody_named_has() -> None:
    torch.testing.assert_close(guide_of_a_wall(Slot(7, "building")), guide_of_a_wall(None), rtol=0, atol=0)
    assert guide_of_a_wall(None)[PATTERNS].abs().max() > 0.5


@pytest.mark.parametrize("name", ["terrain", "prop", "vehicle", "water", "glass", "creature", "held", "foliage"])
def test_nothing_else_has_windows_and_bricks(name: str) -> None:
    guide = guide_of_a_wall(Slot(7, name))
    assert guide[PATTERNS].abs().max() == 0
    assert guide[CHARACTER].abs().max() == 0, "nor is it dressed"


def test_foliage_has_what_lies_on_slopes() -> None:
    up = 6
    assert guide_of_a_wall(Slot(7, "terrain"))[up].abs().max() < 1e-3
    assert guide_of_a_wall(Slot(7, "foliage"))[up].min() >= 0.5


def test_numbers_without_a_table_are_a_characters_parts() -> None:
    table = surface_of_ids()
    assert table[:6].tolist() == [0, 1, 2, 3, 0, 0]
    assert not table[6:].any()
