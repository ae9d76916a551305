"""Frames without geometry and frames with textures: what stays of the picture, how the virtual camera moves, and what bad pictures do."""

import math
from itertools import pairwise

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from mirage_lsd.controls import Controls
from mirage_lsd.frame import InputFrame
from mirage_lsd.pipelines.base import StreamSpec
from mirage_lsd.pipelines.composite import Mix, composite
from mirage_lsd.pipelines.mirage.estimated_geometry import camera_motion, intrinsics_for, next_view
from mirage_lsd.pipelines.mirage.grain import without_grain
from mirage_lsd.pipelines.mirage.look import DETAIL, Look
from mirage_lsd.pipelines.mirage.picture_layers import (
    crispness,
    finished,
    softened,
    split,
    textured,
    with_detail,
    with_shapes,
)
from mirage_lsd.pipelines.mirage.pipeline import MiragePipeline
from mirage_lsd.pipelines.mirage.trail import Trail
from mirage_lsd.pipelines.registry import DEFAULT_MODEL, WEIGHTS_FOLDER
from mirage_lsd_lab.evaluation.measures import high_frequency_energy, sharpness
from mirage_lsd_lab.evaluation.scenario import as_tensor, controls_of, input_frame, opaque, themed_world
from mirage_lsd_lab.training.worlds.sample import render

H, W = 90, 160
FOREST = Look({"forest": 1.0}, {"day": 1.0}).controls()


@pytest.fixture(scope="module")
def pipeline():
    made = MiragePipeline(WEIGHTS_FOLDER / f"{DEFAULT_MODEL}.safetensors", "cpu")
    yield made
    made.close()


def noisy_picture(height=H, width=W, seed=0):
    """Blocks of color with a texture on them, as a film has."""
    rng = np.random.default_rng(seed)
    blocks = np.kron(rng.integers(40, 200, (height // 10 + 1, width // 10 + 1, 3)), np.ones((10, 10, 1)))[
        :height, :width
    ]
    return opaque(np.clip(blocks + rng.normal(0, 12, (height, width, 1)), 0, 255).astype(np.uint8))


def high_pass(rgba):
    """Log-luma less its 5 x 5 mean, flat."""
    luma = torch.from_numpy(rgba[..., :3].astype(np.float32)) @ torch.tensor([0.299, 0.587, 0.114])
    level = torch.log(luma / 255 + 0.02)[None, None]
    return (level - F.avg_pool2d(level, 5, 1, 2, count_include_pad=False))[0, 0, 5:-5, 5:-5].flatten()


def shown(pipeline, picture, controls=FOREST, frames=1, size=None):
    height, width = picture.shape[:2]
    out = size or (height, width)
    state = pipeline.create_state(StreamSpec(width, height, out[1], out[0]))
    for i in range(frames):
        result = pipeline.process(InputFrame(i + 1, picture), state, controls).pixels
    return result.copy()


def test_a_finished_picture_keeps_its_detail_as_much_as_asked(pipeline):
    picture = noisy_picture()
    seen = high_pass(picture)

    def alike(amount):
        found = high_pass(shown(pipeline, picture, Controls({**FOREST.values, DETAIL: (amount,)})))
        return float(torch.corrcoef(torch.stack([seen, found]))[0, 1])

    assert alike(1.0) > 0.8
    assert alike(0.0) < 0.5


def test_strength_0_is_the_picture_to_the_bit(pipeline):
    picture = noisy_picture()
    painted = shown(pipeline, picture)
    np.testing.assert_array_equal(composite(painted, InputFrame(1, picture), Mix(0.0)), picture)


def test_a_grey_box_is_not_touched(pipeline):
    """What was trained is shown as it is: an editor's level has no detail of its own."""
    world = themed_world(203, 3, W / H)
    frame = input_frame(1, world, render(world, H, W))
    assert textured(frame.color) == 0.0
    assert textured(noisy_picture()) == 1.0
    spec = StreamSpec(W, H, W, H, planes=("color", "depth"))
    plain = controls_of(world)
    none = type(plain)({**plain.values, DETAIL: (0.0,)})
    a, b = (pipeline.process(frame, pipeline.create_state(spec), c).pixels.copy() for c in (plain, none))
    np.testing.assert_array_equal(a, b)


def test_grey_boxes_without_depth_show_none_of_their_checkers(pipeline):
    """Of several worlds together: in fog hardly anything is sharp, and one tower that is guessed too near outweighs all else."""
    found, wanted = [], []
    for seed in (204, 206, 213, 221):
        world = themed_world(seed, seed - 200, W / H)
        picture = render(world, H, W)
        state = pipeline.create_state(StreamSpec(W, H, W, H))
        frame = input_frame(1, world, picture, color_only=True)
        found.append(as_tensor(pipeline.process(frame, state, controls_of(world)).pixels))
        wanted.append(picture.target)
        assert state.greybox
    assert sharpness(torch.cat(found, 2), torch.cat(wanted, 2)) < 1.0


def test_what_a_stream_shows_is_not_decided_anew_with_each_frame(pipeline):
    state = pipeline.create_state(StreamSpec(W, H, W, H))
    assert [state.greybox_of(0.0) for _ in range(3)] == [True] * 3
    assert [state.greybox_of(1.0) for _ in range(5)] == [True] * 5
    assert [state.greybox_of(1.0) for _ in range(20)][-1] is False
    assert [state.greybox_of(0.0) for _ in range(5)] == [False] * 5
    assert [state.greybox_of(0.0) for _ in range(20)][-1] is True


def test_writing_and_the_dark_are_no_grey_box():
    world = themed_world(214, 14, W / H)
    checkers = input_frame(1, world, render(world, H, W)).color
    assert finished(checkers) == 0.0
    assert finished(text()) == 1.0
    assert finished(opaque(np.full((H, W, 3), 3, np.uint8))) == 1.0


def test_a_flat_cartoon_is_no_grey_box():
    """Flat between its edges as an editor's level is, but in a drawing's colors."""
    cartoon = np.full((H, W, 3), (110, 190, 240), np.uint8)
    cartoon[H // 2 :] = (90, 180, 60)
    cartoon[20:80, 30:70] = (240, 120, 30)
    assert textured(opaque(cartoon)) == 0.0
    assert finished(opaque(cartoon)) == 1.0
    for seed in range(200, 212):
        world = themed_world(seed, seed - 200, W / H)
        assert finished(input_frame(1, world, render(world, H, W)).color) == 0.0


def test_a_grey_box_fades_to_black(pipeline):
    world = themed_world(204, 4, W / H)
    frame = input_frame(1, world, render(world, H, W), color_only=True)
    state = pipeline.create_state(StreamSpec(W, H, W, H))
    for i, level in enumerate((1.0, 0.5, 0.0)):
        dimmed = frame.color.copy()
        dimmed[..., :3] = (dimmed[..., :3] * level).astype(np.uint8)
        found = as_tensor(pipeline.process(InputFrame(i + 1, dimmed), state, FOREST).pixels)
    assert found.max() < 0.05


def test_layers_add_up_and_come_back():
    picture = noisy_picture()
    layers = split(picture)
    luma = torch.from_numpy(picture[..., :3].astype(np.float32)) @ torch.tensor([0.299, 0.587, 0.114])
    torch.testing.assert_close(layers.base + layers.detail, torch.log(luma / 255 + 0.02), atol=1e-4, rtol=0)
    gray = np.full_like(picture, 128)
    back = high_pass(with_detail(gray, picture, layers, layers.median, 1.0))
    assert torch.corrcoef(torch.stack([back, high_pass(picture)]))[0, 1] > 0.96


def test_grain_is_held_still_and_what_moves_is_not():
    rng = np.random.default_rng(3)
    scene = noisy_picture()
    frames = [
        opaque(np.clip(scene[..., :3] + rng.normal(0, 1.5, scene[..., :3].shape), 0, 255).astype(np.uint8))
        for _ in range(6)
    ]
    held = [without_grain(frames[0], None)]
    for frame in frames[1:]:
        held.append(without_grain(frame, held[-1]))

    def restlessness(pictures):
        return np.mean([np.abs(a.astype(float) - b).mean() for a, b in pairwise(pictures)])

    assert restlessness(held) < 0.5 * restlessness(frames)
    moved = np.roll(scene, 7, 1)
    new = np.abs(moved.astype(int) - scene)[..., :3].min(2) > 10
    assert (without_grain(moved, scene)[new] == moved[new]).mean() > 0.95
    dark = np.zeros_like(scene)
    assert np.abs(without_grain(dark, scene).astype(int)[..., :3][scene[..., :3] > 10]).max() == 0


def test_a_bright_theme_keeps_its_shapes_and_changes_no_more_than_its_source():
    """A share of white is more than the same share of gray, and what is whiter than white is flat."""
    source = noisy_picture()
    other = noisy_picture(seed=0)
    other[..., :3] = np.clip(other[..., :3].astype(int) + 10, 0, 255)
    white = np.full_like(source, 235)
    found = [with_shapes(white, x, layers, layers.median, 1.0) for x in (source, other) for layers in (split(x),)]
    assert (found[0][..., :3] == 255).mean() < 0.01
    seen = np.corrcoef(high_pass(found[0]), high_pass(source))[0, 1]
    assert seen > 0.9
    gray = np.full_like(source, 100)
    layers = split(source)
    darker = with_shapes(gray, source, layers, layers.median, 1.0)
    assert found[0][..., :3].std() < 1.3 * darker[..., :3].std()


def test_the_painted_picture_is_no_crisper_than_its_source():
    ramp = opaque(np.repeat(np.linspace(40, 200, W)[None, :, None], H, 0).repeat(3, 2).astype(np.uint8))
    sharp = noisy_picture()
    assert crispness(sharp, ramp) < 0.1
    assert crispness(ramp, sharp) == 1.0
    before, after = as_tensor(sharp), as_tensor(softened(sharp, crispness(sharp, ramp)))
    assert high_frequency_energy(after) < 0.2 * high_frequency_energy(before)
    np.testing.assert_array_equal(softened(sharp, 1.0), sharp)


def test_signals_keep_their_color_and_a_meadow_does_not():
    picture = noisy_picture()
    picture[..., :3] = picture[..., :3].mean(2, keepdims=True).astype(np.uint8)
    picture[40:48, 70:82, :3] = (250, 30, 20)
    gray = np.full_like(picture, 128)
    layers = split(picture)
    found = with_detail(gray, picture, layers, layers.median, 1.0).astype(int)
    assert found[42:46, 73:79, 0].mean() > found[42:46, 73:79, 2].mean() + 120
    assert np.ptp(found[60:, :, :3], axis=2).max() < 10
    picture[..., :3] = (60, 220, 40)
    layers = split(picture)
    assert np.ptp(with_detail(gray, picture, layers, layers.median, 1.0)[..., :3].astype(int), axis=2).max() < 10


def flow_of(turn, step, depth, size=(176, 320)):
    """The trail that a camera's motion (before_from_now) leaves on a scene of the given depth (h / 8, w / 8)."""
    h, w = depth.shape
    sx, sy = intrinsics_for(*size)
    x = (2 * (torch.arange(w) + 0.5) / w - 1)[None].expand(h, w) / sx
    y = ((1 - 2 * (torch.arange(h) + 0.5) / h) / sy)[:, None].expand(h, w)
    points = torch.stack([x * depth, y * depth, -depth], -1)
    c, s = math.cos(turn), math.sin(turn)
    moved = points @ torch.tensor([[c, 0, s], [0, 1, 0], [-s, 0, c]]).T + torch.tensor(step)
    found_x, found_y = moved[..., 0] / -moved[..., 2], moved[..., 1] / -moved[..., 2]
    motion = torch.stack([(found_x - x) * sx * w / 2, -(found_y - y) * sy * h / 2])
    return Trail(motion[None], torch.ones(1, 1, h, w))


def estimate_of(depth):
    estimate = torch.zeros(1, 9, depth.shape[0] * 2, depth.shape[1] * 2)
    estimate[:, 1] = F.interpolate(torch.log1p(depth)[None, None] * 0.2, scale_factor=2.0)[0]
    return estimate


def test_the_virtual_camera_moves_as_the_pictures_say():
    torch.manual_seed(0)
    depth = 3 + 12 * torch.rand(22, 40)
    trail = flow_of(0.02, (0.1, 0.0, -0.15), depth)
    # Somebody walks through a fifth of the picture, against the camera's motion.
    trail.motion[..., 5:18, 8:20] -= 1.5
    moved = camera_motion(trail, estimate_of(depth), *intrinsics_for(176, 320))
    assert abs(math.atan2(moved[0, 2], moved[2, 2]) - 0.02) < 0.004
    np.testing.assert_allclose(moved[:3, 3], (0.1, 0.0, -0.15), atol=0.05)


def test_a_tripod_stands_still():
    depth = torch.full((22, 40), 5.0)
    trail = Trail(torch.zeros(1, 2, 22, 40), torch.ones(1, 1, 22, 40))
    trail.motion[..., 4:12, 10:20] = 1.0
    np.testing.assert_array_equal(camera_motion(trail, estimate_of(depth), 1.0, 1.8), np.eye(4))
    first = next_view(estimate_of(depth), None, None, (176, 320))
    later = next_view(estimate_of(depth), first, trail, (176, 320))
    np.testing.assert_allclose(later.pose[:3, 3], first.pose[:3, 3])


def bars():
    colors = [
        (235, 235, 235),
        (235, 235, 16),
        (16, 235, 235),
        (16, 235, 16),
        (235, 16, 235),
        (235, 16, 16),
        (16, 16, 235),
        (0, 0, 0),
    ]
    return opaque(np.repeat(np.array(colors, np.uint8), W // 8, 0)[None].repeat(H, 0))


def text():
    page = np.full((H, W, 3), 250, np.uint8)
    page[8:-8:6, 10:-10] = np.where(
        np.random.default_rng(1).random((len(range(8, H - 8, 6)), W - 20, 1)) < 0.5, 20, 250
    )
    return opaque(page)


def hud():
    picture = noisy_picture()
    picture[::9, :, :3] = 255
    picture[:, ::14, :3] = (0, 255, 0)
    return picture


@pytest.mark.parametrize(
    "picture",
    [
        pytest.param(opaque(np.zeros((H, W, 3), np.uint8)), id="black"),
        pytest.param(opaque(np.full((H, W, 3), 255, np.uint8)), id="white"),
        pytest.param(bars(), id="test card"),
        pytest.param(text(), id="text on a screen"),
        pytest.param(hud(), id="a HUD over everything"),
        pytest.param(noisy_picture(16, 16), id="16x16"),
        pytest.param(noisy_picture()[::-1].copy(), id="upside down"),
        pytest.param(noisy_picture(W, H), id="portrait"),
    ],
)
def test_any_picture_is_painted_and_stands_still(pipeline, picture):
    state = pipeline.create_state(StreamSpec(picture.shape[1], picture.shape[0], picture.shape[1], picture.shape[0]))
    shown = [as_tensor(pipeline.process(InputFrame(i + 1, picture), state, FOREST).pixels) for i in range(3)]
    assert shown[0].shape[1:] == picture.shape[:2]
    for before, now in pairwise(shown):
        assert (now - before).abs().mean() < 0.01
    if not picture[..., :3].any():
        assert shown[-1].max() < 0.05


def test_the_largest_picture_is_painted(pipeline):
    picture = np.kron(noisy_picture(64, 64), np.ones((64, 64, 1), np.uint8))
    assert shown(pipeline, picture, size=(90, 90)).shape == (90, 90, 4)


def test_a_cut_and_a_fade_do_not_flash(pipeline):
    """After a cut the picture is at once what it is without a past; a fade fades."""
    first, second = noisy_picture(seed=1), noisy_picture(seed=2)
    state = pipeline.create_state(StreamSpec(W, H, W, H))
    for i in range(3):
        pipeline.process(InputFrame(i + 1, first), state, FOREST)
    cut = as_tensor(pipeline.process(InputFrame(4, second), state, FOREST).pixels)
    alone = as_tensor(shown(pipeline, second))
    assert (cut - alone).abs().mean() < 0.12
    levels = []
    for i, level in enumerate(np.linspace(1, 0, 12)):
        frame = second.copy()
        frame[..., :3] = (frame[..., :3] * level).astype(np.uint8)
        levels.append(float(as_tensor(pipeline.process(InputFrame(5 + i, frame), state, FOREST).pixels).mean()))
    assert max(b - a for a, b in pairwise(levels)) < 0.08
    assert levels[-1] < 0.1


@pytest.mark.parametrize("grain", [0, 12])
def test_a_shaking_hand_and_grain_are_not_made_worse(pipeline, grain):
    rng = np.random.default_rng(5)
    large = noisy_picture(H + 16, W + 16)
    state = pipeline.create_state(StreamSpec(W, H, W, H))
    before, changes = None, []
    for i in range(8):
        top, left = rng.integers(0, 6, 2)
        frame = large[top : top + H, left : left + W].copy()
        frame[..., :3] = np.clip(frame[..., :3] + rng.normal(0, grain, (H, W, 1)), 0, 255).astype(np.uint8)
        now = (as_tensor(frame), as_tensor(pipeline.process(InputFrame(i + 1, frame), state, FOREST).pixels))
        if before is not None and i > 2:
            changes.append([float((a - b).abs().mean()) for a, b in zip(now, before, strict=True)])
        before = now
    source, painted = np.mean(changes, 0)
    assert painted < 1.3 * source
