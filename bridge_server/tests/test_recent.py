"""A daemon that has seen many sizes keeps what belongs to the last few."""

import numpy as np
import torch

from mirage_lsd.frame import InputFrame
from mirage_lsd.models.mirage_lsd_v1 import NetworkConfig
from mirage_lsd.models.weights_file import load_weights
from mirage_lsd.pipelines.caches import SIZES_KEPT, LruCache
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
    assert len(shading._pictures) == len(shading._arrays) == SIZES_KEPT
