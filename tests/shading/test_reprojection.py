"""Late reprojection: the shaders show what the C++ reference shows. (What the reference does: shared_protocol/reprojection/test.)"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import opengl
import pytest
import torch
import vulkan

from mirage_lsd.client.reprojection import (
    MOST_KEYS,
    SLOTS,
    FrameOfNow,
    KeyFrame,
    pack_constants,
    pack_slots,
    reproject,
)  # fmt: skip
from mirage_lsd.frame import InputFrame
from mirage_lsd_lab.evaluation.scenario import input_frame, turned
from mirage_lsd_lab.training.worlds.sample import World, random_world, render

Pair = tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]
NAMES = (
    "lsd_r_depth",
    "lsd_r_fill",
    "lsd_r_motion",
    "lsd_r_ids",
    "lsd_r_slots",
    "lsd_r_key_colors",
    "lsd_r_key_depths",
)
RENDERED = frozenset(NAMES[:4])
FORMS = ("hlsl on vulkan", "glsl on vulkan", "wgsl on vulkan", "glsl on opengl")


@dataclass(frozen=True)
class Case:
    name: str
    now: FrameOfNow
    keys: tuple[KeyFrame, ...]
    borrow: bool = True


def _frame(world: World, height: int, width: int) -> InputFrame:
    return input_frame(0, world, render(world, height, width))


def _key(world: World, weight: float, height: int = 54, width: int = 96, coarser: int = 1) -> KeyFrame:
    frame = _frame(world, height, width)
    assert frame.depth is not None
    assert frame.camera is not None
    depth = frame.depth[coarser // 2 :: coarser, coarser // 2 :: coarser]
    # Something that moves with the surface, and is no grey box.
    painted = np.roll(frame.color, 1, -1) ^ np.uint8(37)
    return KeyFrame(painted, np.ascontiguousarray(depth), frame.camera, weight)


def _now(world: World, height: int = 54, width: int = 96) -> FrameOfNow:
    frame = _frame(world, height, width)
    assert frame.depth is not None
    assert frame.camera is not None
    return FrameOfNow(frame.depth, frame.color, frame.camera)


def cases() -> list[Case]:
    world = random_world(41, 96 / 54)
    one = Case("one key, filled", _now(world), (_key(turned(world, 0.05, 0.2), 1.0),), borrow=False)
    four = tuple(_key(turned(world, 0.04 * i, -0.15 * i), 0.5**i, coarser=2) for i in range(MOST_KEYS))
    odd = Case("four keys, odd sizes", _now(turned(world, -0.02), 41, 77), four)
    rng = np.random.default_rng(3)
    moves = np.broadcast_to(np.eye(3, 4, dtype=np.float32), (SLOTS, 3, 4)).copy()
    moves[1:5, :, 3] = rng.normal(0, 0.1, (4, 3))
    ids = rng.integers(0, 5, (9, 16)).repeat(6, 0).repeat(6, 1).astype(np.uint8)
    motion = np.zeros((54, 96, 2), np.float32)
    motion[10:30, 20:60] = (4.3, -2.6)
    moving = replace(_now(world), ids=ids, motion=motion)
    keys = (replace(_key(turned(world, 0.03), 1.0), then_from_now=moves), _key(turned(world, -0.06), 0.4))
    values = np.array([0, np.inf, np.nan, -1, 1e-3, 1999, 2500, 3], np.float32)
    extreme = replace(_now(world), depth=values[rng.integers(0, 8, (54, 96))])
    return [
        one,
        odd,
        Case("slots and motion", moving, keys),
        Case("extreme depths", extreme, keys),
        Case("none", _now(world), ()),
    ]


def _textures(case: Case) -> dict[str, npt.NDArray[np.generic]]:
    height, width = case.now.depth.shape
    colors, depths = [k.color for k in case.keys], [k.depth for k in case.keys]
    planes: tuple[npt.NDArray[np.generic], ...] = (
        case.now.depth,
        case.now.fill,
        np.zeros((height, width, 2), np.float32) if case.now.motion is None else case.now.motion,
        np.zeros((height, width), np.uint8) if case.now.ids is None else case.now.ids,
        pack_slots(case.keys),
        np.concatenate(colors) if colors else np.zeros((1, 1, 4), np.uint8),
        np.concatenate(depths) if depths else np.zeros((1, 1), np.float32),
    )
    return dict(zip(NAMES, planes, strict=True))


def _on_vulkan(shaders: vulkan.Shaders) -> Callable[[Case], Pair]:
    def draw(case: Case) -> Pair:
        picture, unseen = vulkan.draw(
            shaders,
            [pack_constants(case.now, case.keys, borrow=case.borrow)],
            list(_textures(case).values()),
            case.now.depth.shape,
            targets=2,
        )
        return picture, unseen[..., 0]

    return draw


def _on_opengl(case: Case) -> Pair:
    fragment = (vulkan.FOLDER / "generated" / "lsd_reproject_pass.frag").read_text()
    uniforms = {"lsd_r_constants": pack_constants(case.now, case.keys, borrow=case.borrow)}
    picture, unseen = opengl.draw(fragment, uniforms, _textures(case), case.now.depth.shape, RENDERED, targets=2)
    return picture, unseen[..., 0]


@pytest.fixture(scope="module")
def forms(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Callable[[Case], Pair]]:
    folder = tmp_path_factory.mktemp("spirv")
    return {
        "hlsl on vulkan": _on_vulkan(vulkan.from_hlsl("lsd_reproject_pass", folder)),
        "glsl on vulkan": _on_vulkan(vulkan.from_glsl("lsd_reproject", folder)),
        "wgsl on vulkan": _on_vulkan(vulkan.from_wgsl("lsd_reproject_pass")),
        "glsl on opengl": _on_opengl,
    }


@pytest.mark.parametrize("form", FORMS)
def test_the_shaders_show_the_reference_picture(forms: dict[str, Callable[[Case], Pair]], form: str) -> None:
    for case in cases():
        expected = reproject(case.now, case.keys, borrow=case.borrow)
        picture, unseen = forms[form](case)
        difference = np.abs(picture.astype(int) - expected.picture.astype(int)).max(-1)
        # At the picture's sides and where a depth is as far off as it may be, rounding decides.
        decided_otherwise = difference > 2
        report = (
            f"{form}, {case.name}: {(picture != expected.picture).sum()} of {picture.size} bytes differ, "
            f"{decided_otherwise.sum()} pixels by more than 2; {expected.unseen_share:.3f} unseen"
        )
        print(report)
        assert decided_otherwise.mean() <= 0.001, report
        assert (unseen != expected.unseen).mean() <= 0.001, report


def test_the_cases_have_what_could_go_wrong() -> None:
    shares = {case.name: reproject(case.now, case.keys).unseen_share for case in cases()}
    assert shares["none"] == 1
    assert all(0.005 < share < 0.7 for name, share in shares.items() if name not in ("none", "extreme depths")), shares


def test_planes_of_two_sizes_are_refused() -> None:
    case = cases()[0]
    with pytest.raises(ValueError, match="one size"):
        reproject(replace(case.now, fill=case.now.fill[1:]), case.keys)
    with pytest.raises(ValueError, match="one size"):
        reproject(case.now, (*case.keys, replace(case.keys[0], depth=case.keys[0].depth[1:])))
    with pytest.raises(ValueError, match="At most 4"):
        reproject(case.now, case.keys * 5)


def test_a_picture_reprojected_by_a_still_camera_stays() -> None:
    world = random_world(41, 96 / 54)
    key = _key(world, 1.0)
    found = reproject(_now(world), (key,))
    assert found.unseen_share == 0
    assert torch.equal(torch.from_numpy(found.picture), torch.from_numpy(key.color))
