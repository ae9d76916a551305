"""A daemon that has seen many sizes keeps what belongs to the last few."""

import threading
from concurrent.futures import Future

import numpy as np
import pytest
import torch

from mirage_lsd.frame import InputFrame
from mirage_lsd.models.mirage_lsd_v1 import NetworkConfig
from mirage_lsd.models.weights_file import load_weights
from mirage_lsd.pipelines.caches import SIZES_KEPT, ControlMemo, LruCache
from mirage_lsd.pipelines.mirage.frame_inputs import frame_inputs
from mirage_lsd.pipelines.mirage.fused_shade import FusedShading
from mirage_lsd.pipelines.mirage.look import Look
from mirage_lsd.pipelines.registry import DEFAULT_MODEL, WEIGHTS_FOLDER


def test_what_was_used_last_is_kept_and_what_went_is_made_again():
    made = []

    def make(key):
        made.append(key)
        return key * 10

    recent = LruCache(2)
    for key in (1, 2, 1, 3, 1, 2):
        assert recent.get(key, lambda key=key: make(key)) == key * 10
    assert made == [1, 2, 3, 2]
    assert len(recent) == 2


def test_arrays_of_many_sizes_are_given_back():
    config = NetworkConfig()
    shading = FusedShading(load_weights(WEIGHTS_FOLDER / f"{DEFAULT_MODEL}.safetensors").head)
    inputs = frame_inputs(
        InputFrame(1, np.zeros((16, 16, 4), np.uint8)), Look({}, {}), (0.0, 1.0, 0.0), np.zeros(3, np.float32)
    )
    context, controls = torch.zeros(1, 2, 2, config.context), torch.zeros(1, config.controls)
    for i in range(3 * SIZES_KEPT):
        size = (32 + 16 * i, 64)
        assert shading.shade(inputs, context, controls, size).shape == (*size, 4)
        shading.guide(inputs, size)
        shading.guide(inputs, size, slot=1)
    assert len(shading._pictures) == SIZES_KEPT
    # Two sets of each size: one for the frame in work, one for the trunk.
    assert len(shading._arrays) == 2 * SIZES_KEPT


def in_thread(call):
    """Runs `call` on a thread of its own; the future of its result."""
    result = Future()

    def run():
        try:
            result.set_result(call())
        except BaseException as error:
            result.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return result


def test_two_threads_that_want_the_same_have_it_made_once_and_hinder_nobody():
    cache, gate, begun, made = LruCache(4), threading.Event(), threading.Event(), []
    cache.get("other", lambda: "there already")

    def slowly():
        made.append(1)
        begun.set()
        assert gate.wait(60)
        return object()

    first = in_thread(lambda: cache.get("key", slowly))
    assert begun.wait(60)
    second = in_thread(lambda: cache.get("key", slowly))
    # Held at the gate as it is: what others want is neither waited for nor made anew.
    assert cache.get("other", lambda: "anew") == "there already"
    assert cache.get("third", lambda: 3) == 3
    assert not first.done()
    gate.set()
    assert first.result(60) is second.result(60)
    assert made == [1]


def test_what_could_not_be_made_is_tried_again():
    cache, gate, begun = LruCache(4), threading.Event(), threading.Event()

    def failing():
        begun.set()
        assert gate.wait(60)
        raise OSError("no space")

    both = [in_thread(lambda: cache.get("key", failing)) for _ in range(2)]
    assert begun.wait(60)
    gate.set()
    for result in both:
        with pytest.raises(OSError, match="no space"):
            result.result(60)
    assert cache.get("key", lambda: 5) == 5


def test_a_memo_gives_each_thread_the_value_of_its_own_controls():
    gate, begun = threading.Event(), threading.Event()

    def make(controls):
        if controls[0, 0] == 1:
            begun.set()
            assert gate.wait(60)
        return float(controls[0, 0])

    memo = ControlMemo(make)
    slow = in_thread(lambda: memo(torch.tensor([[1.0]])))
    assert begun.wait(60)
    assert memo(torch.tensor([[2.0]])) == 2
    gate.set()
    assert slow.result(60) == 1
    assert memo(torch.tensor([[2.0]])) == 2
