"""What moves takes its texture along: fields and patterns are sampled in the space of the object whose slot sends a transform."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from mirage_lsd.accel.eager import EagerBackend
from mirage_lsd.frame import Camera, InputFrame, Slot
from mirage_lsd.models.guide import FIELDS_FROM, TANGENT_REACH
from mirage_lsd.models.mirage_lsd_v1 import MirageLSDv1
from mirage_lsd.pipelines.mirage.frame_inputs import FrameInputs, frame_inputs
from mirage_lsd.pipelines.mirage.fused_shade import FusedShading
from mirage_lsd.pipelines.mirage.layered_shade import LayeredShading
from mirage_lsd.pipelines.mirage.look import Look
from mirage_lsd.pipelines.mirage.shade import Shading
from mirage_lsd.pipelines.mirage.surfaces import object_from_world_of
from mirage_lsd_lab.evaluation.scenario import controls_of, input_frame
from mirage_lsd_lab.training.worlds.sample import random_world, render

SIZE = (48, 80)
SUN = (0.3, 0.9, 0.2)
TINT = slice(13, FIELDS_FROM)


def rigid(yaw: float, pitch: float, roll: float, *at: float) -> np.ndarray:
    """4 x 4."""
    (cy, sy), (cp, sp), (cr, sr) = ((np.cos(a), np.sin(a)) for a in (yaw, pitch, roll))
    turned = np.eye(4)
    turned[:3, :3] = (
        np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
        @ np.array([[1, 0, 0], [0, cp, -sp], [0, sp, cp]])
        @ np.array([[cr, -sr, 0], [sr, cr, 0], [0, 0, 1]])
    )
    turned[:3, 3] = at
    return turned


@pytest.fixture(scope="module")
def still() -> InputFrame:
    """A level of which every pixel is of one of four things: two of scenery, skin and outfit."""
    world = random_world(7, SIZE[1] / SIZE[0])
    frame = input_frame(0, world, render(world, *SIZE))
    ids = (1 + np.arange(SIZE[1])[None] // 20 + np.zeros(SIZE, int)[:, :1]).astype(np.uint8)
    placed = rigid(0.3, 0.1, -0.2, 1.0, 0.5, -3.0)[:3].astype(np.float32)
    kinds = ("unspecified", "building", "skin", "outfit")
    return replace(frame, ids=ids, slots=tuple(Slot(i + 1, kind, 1.0, placed) for i, kind in enumerate(kinds)))


def carried(frame: InputFrame, motion: np.ndarray, told: bool = True) -> InputFrame:
    """The same things seen from a camera that goes along with them: each pixel sees the point that it saw. `told`: the slots say so."""
    assert frame.camera is not None
    camera = Camera(
        (frame.camera.view.astype(np.float64) @ np.linalg.inv(motion)).astype(np.float32), frame.camera.projection
    )
    slots = tuple(
        replace(s, world_from_object=(motion @ np.vstack([s.world_from_object, [0, 0, 0, 1]]))[:3].astype(np.float32))
        for s in frame.slots
    )
    return replace(frame, camera=camera, slots=slots if told else frame.slots)


def inputs_of(frame: InputFrame) -> FrameInputs:
    world = random_world(7, SIZE[1] / SIZE[0])
    world.palette[:, 6:] = torch.tensor([[0.0, 1.0], [1.0, 0.0], [0.5, 0.5]])
    return frame_inputs(frame, Look.of(controls_of(world)), SUN, np.array([3.0, 0.0, 64.0], np.float32))


@pytest.fixture(scope="module", params=["kernels", "pytorch"])
def shading(request: pytest.FixtureRequest) -> Shading:
    head = MirageLSDv1().head
    return FusedShading(head) if request.param == "kernels" else LayeredShading(head, EagerBackend(torch.device("cpu")))


def guided(shading: Shading, frame: InputFrame) -> tuple[torch.Tensor, torch.Tensor]:
    guide, noise = shading.guide(inputs_of(frame), SIZE)
    assert noise is not None
    return guide[0].clone(), noise[0].permute(1, 2, 0).clone()


def away_from_sky(guide: torch.Tensor) -> torch.Tensor:
    """H x W bool: sky, by which a surface's direction along the row could be judged, lies on a dome that goes with no thing."""
    sky = guide[None, None, ..., 8]
    reach = torch.nn.functional.max_pool2d(sky, (1, 2 * TANGENT_REACH + 1), 1, (0, TANGENT_REACH))
    return reach[0, 0] == 0


@pytest.mark.parametrize(
    "motion", [rigid(0, 0, 0, 0.7, 0, 0.2), rigid(2.1, 0, 0, -4, 0, 9), rigid(0.4, 1.3, -2.2, 5, 1, 2)]
)
def test_what_moves_and_turns_keeps_its_texture(shading: Shading, still: InputFrame, motion: np.ndarray) -> None:
    """Fields, clothes' patterns and the sampler's noise, at each point of the things; not so if the slots don't say that they moved."""
    (before, drawn_before), (after, drawn), (swims, _) = (
        guided(shading, f) for f in (still, carried(still, motion), carried(still, motion, told=False))
    )
    ground = away_from_sky(before)
    assert ground.float().mean() > 0.3
    changed = (after - before)[ground].abs()
    # A hash is a step function: where the last bits of a position decide, another cell is found.
    assert (changed[:, FIELDS_FROM:].amax(1) > 1e-2).float().mean() < 0.01
    assert (changed[:, TINT].amax(1) > 1e-2).float().mean() < 0.01
    assert ((drawn - drawn_before)[ground].abs().amax(1) > 2e-2).float().mean() < 0.03
    assert ((swims - before)[ground][:, FIELDS_FROM:].abs().amax(1) > 0.1).float().mean() > 0.6


def test_light_and_normals_stay_in_the_world(shading: Shading, still: InputFrame) -> None:
    motion = rigid(1.1, 0.2, 0.1, 2, 1, 0)
    (before, _), (after, _) = guided(shading, still), guided(shading, carried(still, motion))
    turned = before[..., 5:8] @ torch.from_numpy(motion[:3, :3]).float().T
    assert ((after[..., 5:8] - turned).abs().amax(2) > 1e-2).float().mean() < 0.01
    lit = (after[..., 5:8] * torch.tensor(SUN)).sum(2)
    torch.testing.assert_close(after[..., 10], lit, atol=1e-5, rtol=0)


def test_sky_stays_where_it_is(shading: Shading, still: InputFrame) -> None:
    """Whatever number its pixels have."""
    plain = replace(still, slots=tuple(replace(s, world_from_object=None) for s in still.slots))
    (moved, _), (without, _) = guided(shading, still), guided(shading, plain)
    sky = without[..., 8] == 1
    assert sky.any()
    torch.testing.assert_close(moved[sky], without[sky], atol=0, rtol=0)
    assert (moved[~sky][:, FIELDS_FROM:] != without[~sky][:, FIELDS_FROM:]).float().mean() > 0.3


def test_a_thing_that_stands_in_the_origin_looks_as_without_a_transform(shading: Shading, still: InputFrame) -> None:
    """To the bit."""
    identity = np.eye(3, 4, dtype=np.float32)
    slots = [tuple(replace(s, world_from_object=m) for s in still.slots) for m in (identity, None)]
    (told, noise), (untold, plain) = (guided(shading, replace(still, slots=s)) for s in slots)
    torch.testing.assert_close(told, untold, atol=0, rtol=0)
    torch.testing.assert_close(noise, plain, atol=0, rtol=0)


def test_sent_normals_pick_the_axes_of_the_object(shading: Shading, still: InputFrame) -> None:
    motion = rigid(0.0, np.pi / 2, 0.0, 0, 3, 0)
    normal = np.full((*SIZE, 4), 255, np.uint8)
    moved = normal.copy()
    normal[..., :3] = (128, 255, 128)
    moved[..., :3] = np.round((motion[:3, :3] @ [0, 1, 0] * 0.5 + 0.5) * 255)
    before, after = replace(still, normal=normal), replace(carried(still, motion), normal=moved)
    (was, _), (now, _) = guided(shading, before), guided(shading, after)
    ground = was[..., 8] == 0
    assert ((now - was)[ground][:, FIELDS_FROM:].abs().amax(1) > 3e-2).float().mean() < 0.03


def test_metres_stay_metres() -> None:
    """Rotation and translation are undone, scale is not; mirrors stay mirrors."""
    turn = rigid(0.7, 0.3, 0.0, 4, 5, 6)
    scaled = turn @ np.diag([2.0, 0.5, 30.0, 1.0])
    table = object_from_world_of([Slot(3, world_from_object=scaled[:3].astype(np.float32))])
    assert table is not None
    np.testing.assert_allclose(table[:, 3], np.linalg.inv(turn)[:3], atol=1e-5)
    np.testing.assert_array_equal(table[:, 4], np.eye(3, 4))
    mirrored = turn @ np.diag([-1.0, 1.0, 1.0, 1.0])
    table = object_from_world_of([Slot(3, world_from_object=mirrored[:3].astype(np.float32))])
    assert table is not None
    np.testing.assert_allclose(table[:, 3], np.linalg.inv(mirrored)[:3], atol=1e-5)


@pytest.mark.parametrize("axes", [np.zeros((3, 3)), np.diag([1.0, 0.0, 1.0]), np.ones((3, 3))])
def test_a_transform_without_directions_counts_as_none(axes: np.ndarray) -> None:
    placed = np.concatenate([axes, np.ones((3, 1))], 1).astype(np.float32)
    table = object_from_world_of([Slot(9, world_from_object=placed)])
    assert table is not None
    np.testing.assert_array_equal(table[:, 9], np.eye(3, 4))


def test_without_transforms_nothing_is_looked_up(still: InputFrame) -> None:
    inputs = inputs_of(replace(still, slots=tuple(replace(s, world_from_object=None) for s in still.slots)))
    assert inputs.object_from_world is None
    assert inputs.numbers is None
    assert object_from_world_of(()) is None
