"""Clothes on people: parts from joints and colors, and patterns in the body's frame. Joints and truth come from a drawing."""

from __future__ import annotations

import numpy as np
import pytest

from mirage_lsd.models.character import DEFAULT_APPEARANCE, Garment, plain
from mirage_lsd.people.body import HIPS, SHOULDERS, Body
from mirage_lsd.people.parts import HAIR, OUTFIT, SKIN, Parts, PartsWatch
from mirage_lsd.pipelines.mirage.people.body_frame import around_body
from mirage_lsd.pipelines.mirage.people.garments import asked_garments, dressed

HEIGHT, WIDTH = 180, 240
RED_WHITE = Garment((0.5, 0.0, 0.0), (0.8, 0.8, 0.8), 1.0, 0.0)


def joints(turn: float = 0.0) -> Body:
    """From the front, in the middle of the picture; turned by so many radians."""
    points = np.zeros((33, 3), np.float32)
    points[:, :2] = (120.0, 300.0)
    c, s = np.cos(turn), np.sin(turn)
    for numbers, half, y in ((SHOULDERS, 36.0, 90.0), (HIPS, 24.0, 176.0)):
        for number, side in zip(numbers, (1.0, -1.0), strict=True):
            points[number] = (120.0 + side * half * c, y, side * half * s)
    points[2, :2], points[5, :2] = (126.0, 44.0), (114.0, 44.0)
    points[9, :2], points[10, :2] = (124.0, 58.0), (116.0, 58.0)
    return Body(points, np.where(np.isin(np.arange(33), (*SHOULDERS, *HIPS)), 1.0, 0.0).astype(np.float32), 1.0)


def drawn() -> tuple[np.ndarray, np.ndarray]:
    """A picture, and the shares of its parts."""
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    face = ((x - 120) / 15.0) ** 2 + ((y - 50) / 22.0) ** 2 < 1.0
    hair = (((x - 120) / 20.0) ** 2 + ((y - 42) / 26.0) ** 2 < 1.0) & ~face & (y < 56)
    neck = (np.abs(x - 120) < 8) & (y >= 60) & (y < 84) & ~face
    outfit = (np.abs(x - 120) < 48) & (y >= 82) & ~neck
    picture = np.full((HEIGHT, WIDTH, 4), 255, np.uint8)
    picture[..., :3] = (90, 120, 150)
    picture[hair, :3] = (40, 25, 15)
    picture[face | neck, :3] = (205, 160, 135)
    shading = 150 + 40 * np.sin(x[outfit] / 3.0)
    picture[outfit, :3] = np.stack([0.5 * shading, shading, 0.6 * shading], -1).astype(np.uint8)
    shares = np.stack([face | neck, hair, outfit]).astype(np.float32)
    return picture, shares


def oval() -> np.ndarray:
    turn = np.linspace(0, 2 * np.pi, 36, endpoint=False)
    return np.stack([120 + 15 * np.sin(turn), 50 - 22 * np.cos(turn)], 1).astype(np.float32)


def test_skin_hair_and_outfit_are_told_apart() -> None:
    picture, shares = drawn()
    found = PartsWatch().look(picture, shares.sum(0), joints(), oval())
    assert found is not None
    for part in (SKIN, HAIR, OUTFIT):
        a, b = found.shares[part] > 0.5, shares[part] > 0.5
        assert (a & b).sum() / (a | b).sum() > 0.85
    assert found.shares.sum(0) == pytest.approx(shares.sum(0), abs=0.02)


def test_without_a_face_nothing_is_claimed_but_what_is_known_already() -> None:
    picture, shares = drawn()
    watch = PartsWatch()
    assert watch.look(picture, shares.sum(0), joints(), None) is None
    assert watch.look(picture, shares.sum(0), joints(), oval()) is not None
    found = watch.look(picture, shares.sum(0), joints(), None)
    assert found is not None
    assert found.outfit[130, 120] > 0.8


def test_a_garment_keeps_folds_and_touches_nothing_else() -> None:
    picture, shares = drawn()
    before = picture.copy()
    result = dressed(picture, Parts(shares), joints(), {"outfit": plain((0.5, 0.02, 0.02))})
    assert (picture == before).all()
    others = shares[OUTFIT] == 0.0
    assert (result[others] == before[others]).all(), "face, hair and room are theirs"
    worn = result[120:170, 90:150, :3].astype(float)
    assert (worn[..., 0] > 1.6 * worn[..., 1]).all()
    assert np.corrcoef(worn[..., 0].ravel(), before[120:170, 90:150, 1].ravel())[0, 1] > 0.9


def test_bands_go_around_and_stripes_up_and_down() -> None:
    picture, shares = drawn()
    picture[shares[OUTFIT] > 0, :3] = 150
    inside = np.s_[100:170, 105:135]
    bands = dressed(picture, Parts(shares), joints(), {"outfit": RED_WHITE})[inside][..., 1].astype(float)
    stripes = dressed(picture, Parts(shares), joints(), {"outfit": RED_WHITE._replace(bands=0.0, stripes=1.0)})[inside]
    assert bands.mean(1).std() > 4 * bands.mean(0).std()
    assert stripes[..., 1].astype(float).mean(0).std() > 4 * stripes[..., 1].astype(float).mean(1).std()


def test_a_pattern_goes_with_the_body_when_it_turns_and_moves() -> None:
    around, along = around_body(joints(), (HEIGHT, WIDTH))
    turned, _ = around_body(joints(0.5), (HEIGHT, WIDTH))
    # What was in front, straight ahead, is 0.5 radians further around: on the picture it went aside by so much.
    front = int(np.abs(turned[130]).argmin())
    assert abs(int(np.abs(around[130]).argmin()) - 120) <= 1
    assert 8 < abs(front - 120) < 30
    moved = joints()
    moved.joints[:, :2] += (7.0, -12.0)
    around_moved, along_moved = around_body(moved, (HEIGHT, WIDTH))
    assert around_moved[100:150, 107:140] == pytest.approx(around[112:162, 100:133], abs=1e-3)
    assert along_moved[100:150, 107:140] == pytest.approx(along[112:162, 100:133], abs=1e-3)


def test_only_what_is_asked_for_is_a_wish() -> None:
    assert asked_garments(dict(DEFAULT_APPEARANCE)) == {}
    assert asked_garments({**DEFAULT_APPEARANCE, "outfit": RED_WHITE}) == {"outfit": RED_WHITE}


def test_a_joint_that_trembles_is_held() -> None:
    before, after = joints(), joints()
    after.joints[11, 0] += 0.5
    after.joints[12, 0] += 30.0
    held = after.steadied(before)
    assert held.joints[11, 0] - before.joints[11, 0] < 0.3
    assert held.joints[12, 0] == pytest.approx(after.joints[12, 0])
