"""Contexts in place of pictures: what the pipeline gives is enough to shade its picture somewhere else."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from mirage_lsd.accel.fused_cpu import PixelShader
from mirage_lsd.client.shader import ContextShader
from mirage_lsd.client.types import Context, ContextWeights
from mirage_lsd.controls import Controls
from mirage_lsd.pipelines.base import StreamSpec
from mirage_lsd.pipelines.context import context_shape_of
from mirage_lsd.pipelines.mirage import pipeline as pipeline_module
from mirage_lsd.pipelines.mirage.head_weights import shape_of
from mirage_lsd.pipelines.mirage.tint import light_gains
from mirage_lsd.pipelines.passthrough import PassthroughPipeline
from mirage_lsd.pipelines.registry import load_pipeline
from mirage_lsd.pipelines.resample import resample
from mirage_lsd.protocol.shading import MIRAGE_HEAD, weights_of
from mirage_lsd_lab.evaluation.scenario import controls_of, input_frame, stroll
from mirage_lsd_lab.training.worlds.sample import random_world, render

WIDTH, HEIGHT = 480, 270
BASE = MIRAGE_HEAD.base_size(WIDTH, HEIGHT)
SPEC = StreamSpec(WIDTH, HEIGHT, WIDTH, HEIGHT, planes=("color", "depth", "ids"))


@pytest.fixture(scope="module")
def pipeline():
    found = load_pipeline("mirage-lsd-v1", "cpu")
    yield found
    found.close()


@pytest.fixture
def in_float32():
    """bfloat16 kernels round everything to 8 bits: what differs in float16's last one is up to 4/255 there."""
    shader = PixelShader()
    before = shader.instructions
    assert any(shader.use(name) for name in ("avx512", "avx2", "portable"))
    yield
    shader.use(before)


@pytest.fixture(scope="module")
def walk():
    world = replace(random_world(203, WIDTH / HEIGHT), scene="city", lighting="sunset", seed_offset=torch.zeros(3))
    return [(w, render(w, HEIGHT, WIDTH)) for w in stroll(world, 4)]


def frames_of(walk):
    return [(input_frame(i + 1, world, picture), controls_of(world)) for i, (world, picture) in enumerate(walk)]


def small(frame):
    """The frame as a client sends it that shades: planes of the base size."""
    planes = {name: resample(getattr(frame, name), BASE[1], BASE[0]) for name in ("color", "depth", "ids")}
    return replace(frame, **planes)


def received(made):
    """What comes out at the client."""
    numbers = weights_of(made.weights.numbers, MIRAGE_HEAD)
    weights = ContextWeights(
        MIRAGE_HEAD.name, MIRAGE_HEAD.version, numbers, 1, 0, made.weights.seed, made.weights.sun, made.weights.palette, 1.0
    )  # fmt: skip
    return Context(1, *[0] * 8, made.context, weights, 0.0, True)


def test_the_client_shades_the_daemons_own_picture(pipeline, walk, in_float32):
    pictures = pipeline.create_state(SPEC)
    contexts = pipeline.create_state(replace(SPEC, width=BASE[0], height=BASE[1], contexts=True))
    shader = ContextShader()
    for frame, controls in frames_of(walk):
        picture = pipeline.process(frame, pictures, controls).pixels.copy()
        made = pipeline.process_context(small(frame), contexts, controls)
        assert made.context.shape == (*MIRAGE_HEAD.grid(WIDTH, HEIGHT)[::-1], 16)
        shaded = shader.shade(frame, received(made))
        assert np.abs(picture.astype(int) - shaded).max() <= 1


def test_weights_are_the_same_until_the_look_changes(pipeline, walk):
    state = pipeline.create_state(SPEC)
    (frame, controls), (second, _), *_ = frames_of(walk)
    first = pipeline.process_context(frame, state, controls).weights
    assert pipeline.process_context(second, state, controls).weights is first
    assert pipeline.shading_weights(state, controls) is first
    half = Controls({**controls.values, "scene": {"city": 0.5, "forest": 0.5}})
    other = pipeline.shading_weights(state, half)
    assert other.numbers != first.numbers
    assert len(other.numbers) == 2 * MIRAGE_HEAD.weight_count
    moved = pipeline.shading_weights(state, Controls({**half.values, "seed": 5}))
    assert (moved.numbers, moved.seed) != (other.numbers, other.seed)
    assert moved.numbers == other.numbers


def test_the_color_of_the_light_is_in_the_weights(pipeline, walk, in_float32):
    (frame, controls), *_ = frames_of(walk)
    blue = Controls({**controls.values, "tint": (0.3, 0.5, 1.0)})
    contexts = pipeline.create_state(replace(SPEC, width=BASE[0], height=BASE[1], contexts=True))
    plain = pipeline.process(frame, pipeline.create_state(SPEC), controls).pixels.astype(int)
    painted = pipeline.process(frame, pipeline.create_state(SPEC), blue).pixels.astype(int)
    shaded = ContextShader().shade(frame, received(pipeline.process_context(small(frame), contexts, blue)))
    assert np.abs(painted - shaded).max() <= 1
    within = plain[..., :3].max(2) < 160
    expected = plain[..., :3] * np.array(light_gains((0.3, 0.5, 1.0)))
    assert np.abs(painted[..., :3] - expected)[within].max() <= 2
    # What is remembered does not hang on it.
    before = contexts.context
    white = pipeline.shading_weights(contexts, controls)
    assert white.numbers != pipeline.shading_weights(contexts, blue).numbers
    assert contexts.context is before


def test_a_frame_without_geometry_is_refused_and_changes_nothing(pipeline, walk):
    state = pipeline.create_state(SPEC)
    (frame, controls), *_ = frames_of(walk)
    for lacking in (replace(frame, depth=None), replace(frame, camera=None)):
        with pytest.raises(ValueError, match="depth and a camera"):
            pipeline.process_context(lacking, state, controls)
    assert state.frames == 0


def test_a_head_of_another_shape_has_no_contexts(pipeline, monkeypatch):
    assert context_shape_of(pipeline) is MIRAGE_HEAD
    assert context_shape_of(PassthroughPipeline()) is None
    monkeypatch.setattr(pipeline.model, "config", replace(pipeline.model.config, context=12))
    assert shape_of(pipeline.model) is None


def test_the_trunk_of_contexts_has_all_cores(monkeypatch):
    monkeypatch.setattr(pipeline_module, "usable_cores", lambda: 2)
    beside = load_pipeline("mirage-lsd-v1", "cpu", shade_beside_trunk=True)
    threads = []
    for backend in (beside.backend, beside._context_backend):
        compile = backend.compile
        monkeypatch.setattr(
            backend, "compile", lambda *given, b=backend, c=compile: threads.append(b.threads) or c(*given)
        )
    beside.create_state(SPEC)
    beside.create_state(replace(SPEC, contexts=True))
    beside.create_state(replace(SPEC, contexts=True))
    beside.close()
    assert threads == [1, 2]
