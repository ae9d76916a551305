"""A real engine shades its own frame: Panda3D, from its own color and depth buffers, with contexts and weights of the pipeline."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch

from mirage_lsd.bench.walks import WALKS, controls_of
from mirage_lsd.frame import InputFrame, Sun
from mirage_lsd.models.seed import seed_offset
from mirage_lsd.pipelines.mirage.engine_shade import pack_constants, pack_weights, slot_table
from mirage_lsd.pipelines.mirage.frame_inputs import frame_inputs
from mirage_lsd.pipelines.mirage.look import Look
from mirage_lsd.pipelines.registry import load_pipeline
from mirage_lsd.samples.greybox.camera_path import CameraPath
from mirage_lsd.samples.greybox.level import Level
from mirage_lsd.samples.greybox.renderer import Renderer
from mirage_lsd.samples.greybox.shading import ShadingPass

WIDTH, HEIGHT = 161, 90
SUN = Sun((0.36, 0.72, 0.6))


@pytest.fixture(scope="module")
def pipeline() -> Iterator[Any]:
    made = load_pipeline("mirage-lsd-v1")
    yield made
    made.close()  # type: ignore[attr-defined]


def test_the_engine_paints_what_the_daemon_paints(pipeline: Any) -> None:
    level = Level()
    renderer = Renderer(level, WIDTH, HEIGHT)
    shading = ShadingPass(renderer)
    try:
        renderer.place(CameraPath(20.0).pose(4.2))
        level.move(4.2)
        renderer.render()
        seen = renderer.render()
        assert seen.depth is not None
        assert seen.ids is not None
        assert seen.ids.max() == 3, "people are to be seen"
        controls = controls_of(pipeline, WALKS[0])
        look = Look.of(controls)
        frame = InputFrame(0, seen.color, seen.depth, ids=seen.ids, camera=seen.camera, sun=SUN)
        inputs = frame_inputs(frame, look, SUN.direction, seed_offset(look.seed).numpy())
        context = torch.randn(1, 16, 11, 20, generator=torch.Generator().manual_seed(3)) * 0.6
        vector = pipeline._control_vector(look)
        cells = context.permute(0, 2, 3, 1).contiguous()
        expected = pipeline.shading.shade(inputs, cells, vector, (HEIGHT, WIDTH)).copy()
        with torch.no_grad():
            matrices, biases = pipeline.model.head.weights(vector)
        shading.set_weights(pack_weights([m[0].numpy() for m in matrices], [b[0].numpy() for b in biases]))
        shading.set_context(cells[0].numpy())
        shading.set_slots(slot_table())
        shading.set_constants(pack_constants(inputs, (HEIGHT, WIDTH), (11, 20)))
        renderer.render()
        found = shading.picture()
    finally:
        shading.close()
        renderer.close()
    difference = np.abs(found.astype(int) - expected.astype(int)).max(-1)
    assert expected[..., :3].std() > 20
    # The engine's depth buffer has 24 bits, and bfloat16 may shade the reference: a little more than in the golden test.
    assert np.percentile(difference, 99) <= 6
    assert np.median(difference) <= 1
