"""How much of the painted picture is seen, and where."""

from __future__ import annotations

import numpy as np
import pytest

from mirage_lsd.frame import InputFrame, Slot
from mirage_lsd.pipelines.composite import Mix, composite, engine_picture


def picture(seed: int, height: int = 20, width: int = 30) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 4), dtype=np.uint8)


def painted_picture(seed: int = 2, height: int = 20, width: int = 30) -> np.ndarray:
    painted = picture(seed, height, width)
    painted[..., 3] = 255
    return painted


def test_full_strength_is_the_painted_picture_without_a_copy() -> None:
    painted = painted_picture()
    assert composite(painted, InputFrame(1, picture(1)), Mix()) is painted


def test_no_strength_is_the_engines_picture_to_the_bit() -> None:
    engine = picture(1)
    mixed = composite(painted_picture(), InputFrame(1, engine), Mix(strength=0.0))
    np.testing.assert_array_equal(mixed[..., :3], engine[..., :3])
    assert (mixed[..., 3] == 255).all()


@pytest.mark.parametrize("strength", [0.25, 0.5, 0.9])
def test_between_is_linear_in_srgb(strength: float) -> None:
    engine, painted = picture(1), painted_picture()
    mixed = composite(painted, InputFrame(1, engine), Mix(strength=strength))
    expected = engine.astype(float) * (1 - strength) + painted * strength
    assert np.abs(mixed[..., :3] - expected[..., :3]).max() <= 1.5


def test_slots_are_left_alone_to_the_pixel() -> None:
    engine, painted = picture(1), painted_picture()
    ids = np.random.default_rng(3).integers(0, 4, (20, 30), dtype=np.uint8)
    frame = InputFrame(
        1, engine, ids=ids, slots=(Slot(1, "held", strength=0.0), Slot(2, "skin", strength=0.5), Slot(3))
    )
    mixed = composite(painted, frame, Mix())
    np.testing.assert_array_equal(mixed[ids == 1][:, :3], engine[ids == 1][:, :3])
    np.testing.assert_array_equal(mixed[(ids == 0) | (ids == 3)], painted[(ids == 0) | (ids == 3)])
    half = engine[ids == 2].astype(float) / 2 + painted[ids == 2] / 2
    assert np.abs(mixed[ids == 2][:, :3] - half[:, :3]).max() <= 1.5
    faint = composite(painted, frame, Mix(strength=0.0))
    np.testing.assert_array_equal(faint[..., :3], engine[..., :3])


def test_the_engines_alpha_comes_back() -> None:
    engine, painted = picture(1), painted_picture()
    mixed = composite(painted, InputFrame(1, engine), Mix(engine_alpha=True))
    np.testing.assert_array_equal(mixed[..., 3], engine[..., 3])
    np.testing.assert_array_equal(mixed[..., :3], painted[..., :3])
    assert (painted[..., 3] == 255).all()  # the pipeline's own array is not written to


def test_another_output_size_takes_the_nearest_pixel() -> None:
    engine = picture(1)
    ids = np.zeros((20, 30), np.uint8)
    ids[:, 15:] = 9
    frame = InputFrame(1, engine, ids=ids, slots=(Slot(9, strength=0.0),))
    mixed = composite(painted_picture(2, 40, 60), frame, Mix())
    np.testing.assert_array_equal(mixed[:, 30:, :3], engine.repeat(2, 0).repeat(2, 1)[:, 30:, :3])
    np.testing.assert_array_equal(engine_picture(frame, 40, 60)[..., :3], engine.repeat(2, 0).repeat(2, 1)[..., :3])
