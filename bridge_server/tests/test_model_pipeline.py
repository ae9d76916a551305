"""The shipped network in its pipeline: it must paint the asked theme, stick to the world and swallow what engines send."""

from dataclasses import replace
from statistics import fmean

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from mirage_lsd.controls import Controls
from mirage_lsd.frame import Camera, InputFrame, Sun
from mirage_lsd.models.character import Garment, plain
from mirage_lsd.models.mirage_lsd_v1 import NetworkConfig, base_size, empty_memory
from mirage_lsd.pipelines.base import StreamSpec
from mirage_lsd.pipelines.mirage.edge_upsampling import EdgeUpsampling
from mirage_lsd.pipelines.mirage.layered_shade import LayeredShading
from mirage_lsd.pipelines.mirage.look import Look
from mirage_lsd.pipelines.mirage.motion import CONTEXT_KEPT, WarpedHistory, temporal_accumulate
from mirage_lsd.pipelines.registry import available_models, load_pipeline
from mirage_lsd_lab.evaluation.held_out import measure_held_out
from mirage_lsd_lab.evaluation.measures import psnr
from mirage_lsd_lab.evaluation.scenario import as_tensor as picture_of
from mirage_lsd_lab.evaluation.scenario import controls_of, input_frame, opaque, turned
from mirage_lsd_lab.training.worlds.sample import random_world, render

WIDTH, HEIGHT = 320, 176
SPEC = StreamSpec(WIDTH, HEIGHT, WIDTH, HEIGHT, steps=3, planes=("color", "depth"))


@pytest.fixture(scope="module")
def pipeline():
    return load_pipeline("mirage-lsd-v1", "cpu")


@pytest.fixture(scope="module")
def world():
    return replace(random_world(203, WIDTH / HEIGHT), scene="city", lighting="day", seed_offset=torch.zeros(3))


@pytest.fixture(scope="module")
def picture(world):
    return render(world, HEIGHT, WIDTH)


def as_tensor(output):
    return picture_of(output.pixels)


def test_the_shipped_model_is_there():
    assert "mirage-lsd-v1" in available_models()


THEMES = [
    ("forest", "day"), ("city", "night"), ("scifi", "neon"), ("desert", "sunset"),
    ("snow", "overcast"), ("village", "day"), ("underwater", "day"), ("volcanic", "night"), ("city", "fog"),
]  # fmt: skip


@pytest.mark.parametrize("theme", THEMES)
def test_it_paints_the_theme(pipeline, world, picture, theme):
    themed = replace(world, scene=theme[0], lighting=theme[1])
    target = render(themed, HEIGHT, WIDTH).target
    output = pipeline.process(input_frame(1, world, picture), pipeline.create_state(SPEC), controls_of(themed))
    assert output.pixels.shape == (HEIGHT, WIDTH, 4)
    assert (output.pixels[..., 3] == 255).all()
    reached = psnr(as_tensor(output), target)
    grey = psnr(picture.guide[:3] * 0.5 + 0.5, target)
    flat = psnr(target.mean((1, 2), keepdim=True).expand_as(target), target)
    assert reached > max(grey, flat) + 2
    assert set(output.timings_us) == {"anchor", "motion", "denoise", "shade", "detail"}


def test_turning_away_and_back_shows_the_same_place(pipeline, world, picture):
    state = pipeline.create_state(SPEC)
    first = pipeline.process(input_frame(1, world, picture), state, controls_of(world))
    away = turned(world, np.pi)
    for i in range(5):
        pipeline.process(input_frame(2 + i, away, render(away, HEIGHT, WIDTH)), state, controls_of(world))
    back = pipeline.process(input_frame(8, world, picture), state, controls_of(world))
    assert psnr(as_tensor(back), as_tensor(first)) > 26


def test_a_long_stream_neither_drifts_nor_grows(pipeline, world):
    spec = StreamSpec(96, 48, 96, 48, planes=("color", "depth"))
    picture = render(world, 48, 96)
    state = pipeline.create_state(spec)
    frame, controls = input_frame(1, world, picture), controls_of(world)
    outputs, sizes = [], []
    for i in range(1000):
        output = pipeline.process(frame, state, controls)
        if i in (10, 999):
            outputs.append(as_tensor(output))
            sizes.append(state.bytes())
    assert psnr(outputs[0], outputs[1]) > 24
    assert sizes[0] == sizes[1]
    assert state.frames == 1000


def test_streams_do_not_mix(pipeline, world, picture):
    frame = input_frame(1, world, picture)
    alone = pipeline.create_state(SPEC)
    expected = [
        pipeline.process(frame, alone, Look({"forest": 1.0}, {"day": 1.0}).controls()).pixels.copy() for _ in range(3)
    ]
    a, b = pipeline.create_state(SPEC), pipeline.create_state(SPEC)
    for want in expected:
        got = pipeline.process(frame, a, Look({"forest": 1.0}, {"day": 1.0}).controls()).pixels.copy()
        pipeline.process(frame, b, Look({"scifi": 1.0}, {"neon": 1.0}).controls())
        np.testing.assert_array_equal(got, want)


def test_fewer_steps_are_asked_for_while_it_runs(pipeline, world, picture):
    frame, controls = input_frame(1, world, picture), controls_of(world)
    state = pipeline.create_state(SPEC)
    three = pipeline.process(frame, state, controls).pixels.copy()
    assert state.steps_now == 3
    again = pipeline.create_state(SPEC)
    one = pipeline.process(frame, again, Controls({**controls.values, "steps": (1.0,)})).pixels
    assert again.steps_now == 1  # an exact pipeline waits for the trunk that was asked for
    assert (one != three).any()
    pipeline.process(frame, again, Controls({**controls.values, "steps": (8.0,)}))
    assert again.steps_now == 3  # never more than it was opened with


def test_color_alone_works(pipeline, world, picture):
    state = pipeline.create_state(replace(SPEC, planes=("color",)))
    frame = input_frame(1, world, picture, color_only=True)
    night = pipeline.process(frame, state, Look({"city": 1.0}, {"night": 1.0}).controls()).pixels.copy()
    day = pipeline.process(frame, state, Look({"city": 1.0}, {"day": 1.0}).controls()).pixels
    assert night[..., :3].mean() < 0.8 * day[..., :3].mean()


def test_color_alone_paints_what_it_sees(pipeline):
    """Where the sky is, and which way surfaces face, is found in the picture: on worlds it has never seen, seen from afar near what the world itself
    looks like. Its textures are the theme's, but not where the world would have them.
    """
    spec = replace(SPEC, planes=("color",))
    found = measure_held_out(pipeline, spec, tuple(range(200, 208)), lambda done, total: None, color_only=True)
    far = [F.avg_pool2d(row, 16) for row in found.rows]
    width = far[0].shape[2] // 3
    scores = [psnr(row[:, :, width : 2 * width], row[:, :, 2 * width :]) for row in far]
    assert fmean(scores) > 20


def test_context_is_averaged_only_where_the_surface_was_seen():
    context, before = torch.zeros(1, 16, 4, 6), torch.ones(1, 16, 4, 6)
    visible = torch.zeros(1, 1, 4, 6)
    visible[..., :3] = 1
    past = WarpedHistory(empty_memory(NetworkConfig(), 1, 32, 48), before, visible)
    found = temporal_accumulate(context, past)
    assert (found[..., :3] == CONTEXT_KEPT).all()
    assert (found[..., 3:] == 0).all()
    assert temporal_accumulate(context, past._replace(context=None)) is context


def test_an_estimate_takes_the_edges_of_the_picture():
    """A dark wall ends in the middle of a cell: each side gets the estimate of the cells on its side, and nothing between."""
    picture = torch.full((1, 3, 32, 48), 0.5)
    picture[..., :18] = -0.5
    cells = torch.zeros(1, 5, 8, 12)
    cells[..., :4], cells[..., 4] = 1.0, 0.5
    found = EdgeUpsampling(4, smoothed=5)(cells, picture)
    assert found.shape == (1, 5, 16, 24)
    assert found[..., :8].min() > 0.7
    assert found[..., 10:].max() < 0.3
    flat = EdgeUpsampling(4, smoothed=5)(torch.full((1, 5, 8, 12), 0.25), torch.rand(1, 3, 32, 48))
    torch.testing.assert_close(flat, torch.full_like(flat, 0.25))


def test_geometry_may_come_and_go(pipeline, world, picture):
    """A frame whose depth is missing is rendered from its color; nothing that was remembered is laid over it in the wrong place."""
    state = pipeline.create_state(SPEC)
    outputs = []
    for i, blind in enumerate((False, True, True, False)):
        frame = input_frame(1 + i, world, picture, color_only=blind)
        outputs.append(as_tensor(pipeline.process(frame, state, controls_of(world))))
    assert psnr(outputs[0], outputs[3]) > 26
    assert psnr(outputs[1], outputs[2]) > 26
    assert psnr(outputs[0], outputs[1]) < 26


def test_planes_that_engines_send_are_used(pipeline, world, picture):
    frame = input_frame(1, world, picture)
    normal = ((picture.guide[5:8] * 0.5 + 0.5) * 255).permute(1, 2, 0).to(torch.uint8).numpy()
    frame.normal = opaque(normal)
    frame.motion = np.zeros((HEIGHT, WIDTH, 2), np.float16)
    state = pipeline.create_state(replace(SPEC, planes=("color", "depth", "normal", "motion")))
    first = as_tensor(pipeline.process(frame, state, controls_of(world)))
    second = as_tensor(pipeline.process(frame, state, controls_of(world)))
    plain = as_tensor(pipeline.process(input_frame(1, world, picture), pipeline.create_state(SPEC), controls_of(world)))
    assert psnr(first, plain) > 24
    assert psnr(first, second) > 26


def test_bad_depth_is_sky_not_a_crash(pipeline, world, picture):
    frame = input_frame(1, world, picture)
    depth = frame.depth.copy()
    depth[:40], depth[40:60], depth[60:70], depth[70:80] = np.nan, np.inf, -5, 0
    frame.depth = depth
    output = pipeline.process(frame, pipeline.create_state(SPEC), controls_of(world))
    assert output.pixels[..., :3].std() > 5


@pytest.mark.parametrize("depth", [0.0, 1e-3, 1e30])
def test_depth_that_is_all_alike(pipeline, world, picture, depth):
    frame = input_frame(1, world, picture)
    frame.depth = np.full_like(frame.depth, depth)
    frame.color = np.zeros_like(frame.color)
    assert pipeline.process(frame, pipeline.create_state(SPEC), controls_of(world)).pixels.shape == (HEIGHT, WIDTH, 4)


def bad_cameras():
    good = (
        np.eye(4, dtype=np.float32),
        np.array([[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, -1, -1], [0, 0, -1, 0]], np.float32),
    )
    nan, singular, ortho, far = good[0].copy(), good[0].copy(), np.eye(4, dtype=np.float32), good[0].copy()
    nan[0, 0], far[0, 3] = np.nan, 1e9
    singular[:3, :3] = 0
    return {
        "nan": Camera(nan, good[1]),
        "singular": Camera(singular, good[1]),
        "ortho": Camera(good[0], ortho),
        "far": Camera(far, good[1]),
    }


@pytest.mark.parametrize("name", ["nan", "singular", "ortho", "far"])
def test_an_unusable_camera_is_refused_in_a_sentence_and_costs_nothing(pipeline, world, picture, name):
    state = pipeline.create_state(SPEC)
    pipeline.process(input_frame(1, world, picture), state, controls_of(world))
    before = state.memory.past.clone()
    frame = input_frame(2, world, picture)
    frame.camera = bad_cameras()[name]
    with pytest.raises(ValueError, match=r"^The .*; .*\.$|^The .*\.$"):
        pipeline.process(frame, state, controls_of(world))
    assert torch.equal(state.memory.past, before)


def test_a_sun_without_direction_is_refused(pipeline, world, picture):
    frame = input_frame(1, world, picture)
    frame.sun = Sun((0.0, 0.0, 0.0))
    with pytest.raises(ValueError, match="sun"):
        pipeline.process(frame, pipeline.create_state(SPEC), controls_of(world))


@pytest.mark.parametrize("size", [(16, 16), (101, 57)])
def test_sizes_that_are_multiples_of_nothing(pipeline, world, size):
    width, height = size
    picture = render(world, height, width)
    spec = StreamSpec(width, height, width, height, steps=1, planes=("color", "depth"))
    output = pipeline.process(input_frame(1, world, picture), pipeline.create_state(spec), controls_of(world))
    assert output.pixels.shape == (height, width, 4)


def test_output_of_another_size(pipeline, world, picture):
    spec = StreamSpec(WIDTH, HEIGHT, 200, 100, planes=("color", "depth"))
    output = pipeline.process(input_frame(1, world, picture), pipeline.create_state(spec), controls_of(world))
    assert output.pixels.shape == (100, 200, 4)


def test_reset_forgets(pipeline, world, picture):
    state = pipeline.create_state(SPEC)
    first = pipeline.process(input_frame(1, world, picture), state, controls_of(world)).pixels.copy()
    pipeline.process(input_frame(2, world, picture), state, controls_of(world))
    again = input_frame(3, world, picture)
    again.reset = True
    np.testing.assert_array_equal(pipeline.process(again, state, controls_of(world)).pixels, first)


def test_a_camera_cut_is_noticed(pipeline, world, picture):
    state = pipeline.create_state(SPEC)
    for i in range(3):
        pipeline.process(input_frame(1 + i, world, picture), state, controls_of(world))
    assert state.frames == 3
    elsewhere = turned(world, 2.5, 300.0)
    seen = render(elsewhere, HEIGHT, WIDTH)
    pipeline.process(input_frame(4, elsewhere, seen), state, controls_of(world))
    assert state.frames == 1


def test_a_character_wears_what_was_asked(pipeline, world, picture):
    """The plane ids says where the outfit is; its color comes from the controls."""
    frame = input_frame(1, world, picture)
    outfit = np.zeros((HEIGHT, WIDTH), np.uint8)
    outfit[100:150, 140:180] = 3
    frame.ids = outfit
    outputs = []
    for color in ((0.8, 0.02, 0.02), (0.02, 0.05, 0.8)):
        controls = Look({"city": 1.0}, {"day": 1.0}, appearance={"outfit": plain(color)}).controls()
        output = as_tensor(pipeline.process(frame, pipeline.create_state(SPEC), controls))
        outputs.append(output[:, 105:145, 145:175].mean((1, 2)))
    red, blue = outputs
    assert red[0] > red[2] + 0.1
    assert blue[2] > blue[0] + 0.1


def test_a_striped_character_is_striped_and_the_stripes_stay_on_it(pipeline):
    """Bands by height, on a wall that faces the camera: the same from one metre beside."""
    h, w = 160, 320
    depth = np.full((h, w), 4.0, np.float32)
    projection = np.array([[1, 0, 0, 0], [0, 2, 0, 0], [0, 0, -1, -0.2], [0, 0, -1, 0]], np.float32)
    striped = Garment((0.8, 0.8, 0.8), (0.02, 0.02, 0.02), 1.0, 0.0)
    rows = []
    for garment in (striped, plain(striped.color)):
        for x in (0.0, 1.0):
            view = np.eye(4, dtype=np.float32)
            view[0, 3] = x
            frame = InputFrame(1, np.full((h, w, 4), 128, np.uint8), depth, ids=np.full((h, w), 3, np.uint8))
            frame.camera = Camera(view, projection, 0.1, 100.0)
            controls = Look({"city": 1.0}, {"day": 1.0}, appearance={"outfit": garment}).controls()
            spec = StreamSpec(w, h, w, h)
            output = as_tensor(pipeline.process(frame, pipeline.create_state(spec), controls))
            rows.append(output.mean((0, 2)))
    assert rows[0].std() > 4 * rows[2].std()
    assert np.corrcoef(rows[0].numpy(), rows[1].numpy())[0, 1] > 0.9
    # 4 m of wall in bands of 0.2 m.
    spectrum = np.abs(np.fft.rfft(rows[0].numpy() - rows[0].numpy().mean()))
    assert spectrum.argmax() == 20


def test_layer_by_layer_paints_the_same_picture(pipeline, world, picture):
    """Where the fused kernels can't be had, the picture must not change."""
    fused = as_tensor(pipeline.process(input_frame(1, world, picture), pipeline.create_state(SPEC), controls_of(world)))
    whole = pipeline.shading
    try:
        pipeline.shading = LayeredShading(pipeline.model.head, pipeline.backend)
        layered = pipeline.process(input_frame(1, world, picture), pipeline.create_state(SPEC), controls_of(world))
    finally:
        pipeline.shading = whole
    assert psnr(fused, as_tensor(layered)) > 35


@pytest.mark.parametrize("side", [4097, 8192])
def test_too_large_is_refused_in_a_sentence(pipeline, side):
    with pytest.raises(ValueError, match=rf"^A side of {side} pixels is too large; the model renders up to 4096\.$"):
        pipeline.create_state(StreamSpec(64, 64, side, 64))


def test_one_pixel(pipeline):
    spec = StreamSpec(1, 1, 1, 1, planes=("color",))
    frame = InputFrame(1, np.zeros((1, 1, 4), np.uint8))
    output = pipeline.process(frame, pipeline.create_state(spec), Look({"city": 1.0}, {"day": 1.0}).controls())
    assert output.pixels.shape == (1, 1, 4)


def test_base_sizes():
    assert base_size(360, 640) == (176, 320)
    assert base_size(720, 1280) == (176, 320)
    assert base_size(16, 16) == (16, 16)


def test_an_unknown_model_is_named():
    with pytest.raises(ValueError, match=r"no model 'nope'.*mirage-lsd-v1"):
        load_pipeline("nope")


def test_damaged_weights_are_named(tmp_path):
    path = tmp_path / "broken.safetensors"
    path.write_bytes(b"not weights at all")
    with pytest.raises(ValueError, match=r"broken.safetensors can't be read"):
        load_pipeline(str(path), "cpu")


def test_an_unknown_device_is_named():
    with pytest.raises(ValueError, match="abacus"):
        load_pipeline("mirage-lsd-v1", "abacus")
