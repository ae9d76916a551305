"""Shading beside the trunk: frames don't wait for contexts, and don't show that they didn't. Gates in place of clocks."""

import gc
import threading
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace

import numpy as np
import pytest
import torch

from mirage_lsd.controls import Controls
from mirage_lsd.pipelines.base import StreamSpec
from mirage_lsd.pipelines.mirage import pipeline as pipeline_module
from mirage_lsd.pipelines.mirage.look import Look
from mirage_lsd.pipelines.mirage.trail import Trail, extended
from mirage_lsd.pipelines.registry import load_pipeline
from mirage_lsd_lab.evaluation.measures import psnr
from mirage_lsd_lab.evaluation.scenario import as_tensor, controls_of, input_frame, stroll, turned
from mirage_lsd_lab.training.worlds.sample import random_world, render

WIDTH, HEIGHT = 320, 176
SPEC = StreamSpec(WIDTH, HEIGHT, WIDTH, HEIGHT, steps=3, planes=("color", "depth"))
PATIENCE_S = 240


@pytest.fixture(scope="module")
def walk():
    world = replace(random_world(203, WIDTH / HEIGHT), scene="city", lighting="day", seed_offset=torch.zeros(3))
    return [(w, render(w, HEIGHT, WIDTH)) for w in stroll(world, 8)]


@pytest.fixture(scope="module")
def in_step():
    return load_pipeline("mirage-lsd-v1", "cpu")


@pytest.fixture
def beside(monkeypatch):
    monkeypatch.setattr(pipeline_module, "usable_cores", lambda: 2)
    found = load_pipeline("mirage-lsd-v1", "cpu", shade_beside_trunk=True)
    yield found
    found.close()


@pytest.fixture
def held(beside):
    """The trunk's thread stands at a gate; the event opens it."""
    gate = threading.Event()
    beside._trunk_thread._executor.submit(gate.wait, PATIENCE_S)
    yield gate
    gate.set()


def a_context_each_frame(pipeline, spec):
    state = pipeline.create_state(spec)
    pipeline.set_limits(state, context_every=1)
    return state


def show(pipeline, state, walk, i, *, controls=None, reset=False, color_only=False):
    world, picture = walk[i]
    frame = input_frame(i + 1, world, picture, color_only=color_only)
    frame.reset = reset
    return pipeline.process(frame, state, controls or controls_of(world)).pixels.copy()


def settle(state):
    """Waits for the context in work, so that the next frame finds it."""
    if state.pending is not None:
        wait([state.pending.result], PATIENCE_S)


def difference_db(a, b):
    return psnr(as_tensor(a), as_tensor(b))


@pytest.mark.parametrize(("every", "least_db"), [(1, 45), (3, 40)])
def test_an_older_context_shows_the_same_picture(in_step, beside, walk, every, least_db):
    exact, state = in_step.create_state(SPEC), a_context_each_frame(beside, SPEC)
    beside.set_limits(state, context_every=every)
    worst = 100.0
    for i in range(len(walk)):
        worst = min(worst, difference_db(show(in_step, exact, walk, i), show(beside, state, walk, i)))
        settle(state)
    assert worst > least_db
    # The first frame's own, then one for each frame that one was due on, the last of which no frame has seen.
    assert state.contexts + (state.pending is not None) == 1 + (len(walk) - 1) // every
    assert state.frames == exact.frames == exact.contexts == len(walk)


def test_color_alone_beside_the_trunk(in_step, beside, walk):
    spec = replace(SPEC, planes=("color",))
    exact, state = in_step.create_state(spec), a_context_each_frame(beside, spec)
    for i in range(4):
        a, b = (show(p, s, walk, i, color_only=True) for p, s in ((in_step, exact), (beside, state)))
        assert difference_db(a, b) > 30
        settle(state)
    assert state.contexts == 3


def test_an_exact_stream_gives_the_same_pictures_whatever_the_trunks_thread_does(in_step, beside, held, walk):
    exact, state = in_step.create_state(SPEC), beside.create_state(replace(SPEC, exact=True))
    for i in range(3):
        # The trunk has other threads here, which may add up in another order.
        assert difference_db(show(in_step, exact, walk, i), show(beside, state, walk, i)) > 55
    assert (state.contexts, state.pending) == (3, None)


def test_a_context_that_nobody_wants_any_more_is_not_made(beside, held, walk):
    state = a_context_each_frame(beside, SPEC)
    for i in range(2):
        show(beside, state, walk, i)
    waiting = state.pending.result
    show(beside, state, walk, 2, reset=True)
    assert waiting.cancelled()
    assert not beside._trunk_thread.busy


def test_frames_do_not_wait_for_the_trunk(beside, held, walk):
    state = a_context_each_frame(beside, SPEC)
    for i in range(4):
        show(beside, state, walk, i)
    assert state.contexts == 1  # the first frame's; the next one stands at the gate
    assert not state.pending.result.done()
    held.set()
    settle(state)
    show(beside, state, walk, 4)
    assert state.contexts == 2


@pytest.mark.parametrize("why", ["reset", "controls", "cut", "half the picture is new"])
def test_a_frame_that_an_old_context_would_spoil_gets_its_own(in_step, beside, held, walk, why):
    """Although the trunk's thread stands still: the picture is the one that a fresh stream shows, not the old world's."""
    state = a_context_each_frame(beside, SPEC)
    for i in range(3):
        show(beside, state, walk, i)
    world, picture = walk[3]
    controls, reset = controls_of(world), why == "reset"
    if why == "controls":
        controls = Look({"volcanic": 1.0}, {"night": 1.0}).controls()
    if why in ("cut", "half the picture is new"):
        world = turned(world, 2.5, 300.0) if why == "cut" else turned(world, 0.9)
        picture = render(world, HEIGHT, WIDTH)
    scene = [(world, picture)]
    alone = show(in_step, in_step.create_state(SPEC), scene, 0, controls=controls)
    seen = show(beside, state, scene, 0, controls=controls, reset=reset)
    if why == "half the picture is new":
        assert (state.trail, state.pending, state.contexts) == (None, None, 2)
        assert difference_db(seen, alone) > 26
    else:
        np.testing.assert_array_equal(seen, alone)
        assert (state.frames, state.contexts, state.pending) == (1, 1, None)
    # What the trunk's thread makes of the old world, later, is nobody's.
    held.set()
    show(beside, state, scene, 0, controls=controls)
    assert difference_db(show(beside, state, scene, 0, controls=controls), alone) > 26


def test_an_error_of_the_trunk_is_the_next_frames_and_costs_only_that(beside, walk, monkeypatch):
    state = a_context_each_frame(beside, SPEC)
    show(beside, state, walk, 0)
    whole = pipeline_module.temporal_accumulate

    def broken(*_):
        raise RuntimeError("the trunk tripped")

    monkeypatch.setattr(pipeline_module, "temporal_accumulate", broken)
    show(beside, state, walk, 1)
    settle(state)
    with pytest.raises(RuntimeError, match="the trunk tripped"):
        show(beside, state, walk, 2)
    monkeypatch.setattr(pipeline_module, "temporal_accumulate", whole)
    show(beside, state, walk, 2)
    settle(state)
    show(beside, state, walk, 3)
    assert state.contexts == 2


def test_streams_share_the_trunks_thread_and_no_arrays(in_step, beside, held, walk):
    """Two contexts wait at once; each is made from its own stream's frames."""
    themes = [Look({"forest": 1.0}, {"day": 1.0}).controls(), Look({"scifi": 1.0}, {"neon": 1.0}).controls()]
    states = [a_context_each_frame(beside, SPEC) for _ in themes]
    for i in range(2):
        for state, controls in zip(states, themes, strict=True):
            show(beside, state, walk, i, controls=controls)
    assert len(beside._trunk_thread._slots) == 2
    held.set()
    for state, controls in zip(states, themes, strict=True):
        settle(state)
        exact = in_step.create_state(SPEC)
        for i in range(2):
            show(in_step, exact, walk, i, controls=controls)
        found = show(beside, state, walk, 2, controls=controls)
        assert difference_db(found, show(in_step, exact, walk, 2, controls=controls)) > 40
        settle(state)
    assert not beside._trunk_thread.busy


def trunk_threads():
    return [thread for thread in threading.enumerate() if thread.name.startswith("trunk")]


def test_the_thread_ends_with_the_pipeline(monkeypatch, walk):
    monkeypatch.setattr(pipeline_module, "usable_cores", lambda: 2)
    gc.collect()
    before = set(trunk_threads())
    for closed in (True, False):
        pipeline = load_pipeline("mirage-lsd-v1", "cpu", shade_beside_trunk=True)
        state = a_context_each_frame(pipeline, SPEC)
        show(pipeline, state, walk, 0)
        show(pipeline, state, walk, 1)
        (thread,) = set(trunk_threads()) - before
        settle(state)
        if closed:
            pipeline.close()
        del pipeline, state
        # The thread holds the pipeline for a moment longer than its result is waited for.
        for _ in range(PATIENCE_S):
            gc.collect()
            thread.join(1)
            if not thread.is_alive():
                break
        assert not thread.is_alive()


@pytest.mark.parametrize(
    ("every", "seen", "contexts"), [(3, 0.5, 4), (6, 0.5, 1), (6, 0.2, 4), (12, 0.2, 1), (12, 0.1, 4)]
)
def test_whoever_asks_for_rarer_contexts_waits_less_often(beside, held, walk, every, seen, contexts):
    """Of moving footage the flow finds little of the frame before: each frame would wait for its own context, whatever the limit."""
    state = beside.create_state(SPEC)
    beside.set_limits(state, context_every=every)
    warp = beside.warp_history

    def partly_seen(*arguments):
        past = warp(*arguments)
        return past if past.visible is None else past._replace(visible=torch.full_like(past.visible, seen))

    beside.warp_history = partly_seen
    for i in range(4):
        show(beside, state, walk, i)
        state.frames_since_job = 0  # a new one isn't due
    assert state.contexts == contexts


def test_limits(in_step, walk):
    state = in_step.create_state(SPEC)
    in_step.set_limits(state, max_steps=1, context_every=2)
    for i in range(4):
        show(in_step, state, walk, i)
    assert (state.contexts, state.steps) == (2, 1)
    in_step.set_limits(state, max_steps=8)
    assert (state.steps, state.context_every) == (SPEC.steps, 2)
    for wrong in ({"max_steps": 0}, {"max_steps": 9}, {"context_every": 0}):
        with pytest.raises(ValueError, match=r"^(max_steps|context_every) is \d; use 1.*\.$"):
            in_step.set_limits(state, **wrong)


def test_another_number_of_steps_is_compiled_beside_the_frames(beside, walk, monkeypatch):
    state = beside.create_state(SPEC)
    show(beside, state, walk, 0)
    gate, compile_trunk = threading.Event(), beside._trunks.get

    def slow(base, steps, contexts):
        assert steps != 1 or gate.wait(PATIENCE_S)
        return compile_trunk(base, steps, contexts)

    monkeypatch.setattr(beside._trunks, "get", slow)
    fewer = Controls({**controls_of(walk[0][0]).values, "steps": (1.0,)})
    show(beside, state, walk, 1, controls=fewer)  # does not wait
    assert state.steps_now == 3
    gate.set()
    wait([state.next_trunk], PATIENCE_S)
    show(beside, state, walk, 2, controls=fewer)
    assert (state.steps_now, state.steps, state.next_trunk) == (1, 3, None)


def test_both_together_use_no_more_cores_than_there_are(beside, held, walk):
    used = []
    shading = beside.shading
    whole = shading._shader._library.mls_shade

    class Library:
        def __getattr__(self, name):
            return getattr(shading._ffi if name == "ffi" else library, name)

        def mls_shade(self, *arguments):
            used.append(arguments[-1])
            return whole(*arguments)

    library, shading._shader._library = shading._shader._library, Library()
    try:
        state = a_context_each_frame(beside, SPEC)
        show(beside, state, walk, 0)
        show(beside, state, walk, 1)
    finally:
        shading._shader._library = library
    assert beside.backend.threads == 1
    # Nothing else runs in the first frame; the trunk has a core beside the second one.
    bands = len(used) // 2
    assert used == [2] * bands + [1] * bands


def test_one_core_has_no_room_beside_it(monkeypatch):
    monkeypatch.setattr(pipeline_module, "usable_cores", lambda: 1)
    assert not load_pipeline("mirage-lsd-v1", "cpu", shade_beside_trunk=True).shades_beside_trunk


def test_a_stream_is_prepared_while_others_run(in_step, walk, monkeypatch):
    """Compiling for another size stands at a gate; the stream that runs gets all its pictures, and they are right."""
    expected_state, state = in_step.create_state(SPEC), in_step.create_state(SPEC)
    expected = [show(in_step, expected_state, walk, i) for i in range(3)]
    gate, begun = threading.Event(), threading.Event()
    compile_now = in_step.backend.compile

    def compile_later(*arguments, **options):
        begun.set()
        assert gate.wait(PATIENCE_S)
        return compile_now(*arguments, **options)

    monkeypatch.setattr(in_step.backend, "compile", compile_later)
    small = StreamSpec(96, 48, 96, 48, planes=("color",))
    with ThreadPoolExecutor(2) as prepare:
        try:
            opened = [prepare.submit(in_step.create_state, small) for _ in range(2)]
            assert begun.wait(PATIENCE_S)
            for i in range(3):
                np.testing.assert_array_equal(show(in_step, state, walk, i), expected[i])
            assert not any(future.done() for future in opened)
        finally:
            gate.set()
        for future in opened:
            assert future.result(PATIENCE_S).spec == small


def test_a_trail_is_followed_once():
    """Two steps of one cell to the right are two cells; what was hidden on either step is hidden."""
    step = Trail(torch.ones(1, 2, 4, 6) * torch.tensor([1.0, 0.0]).view(1, 2, 1, 1), torch.ones(1, 1, 4, 6))
    assert extended(None, step) is step
    hidden = step._replace(visible=step.visible.clone())
    hidden.visible[..., 3] = 0
    both = extended(hidden, step)
    assert (both.motion[:, 0] == 2).all()
    assert both.visible[0, 0, 0].tolist() == [1, 1, 0, 1, 1, 1]
