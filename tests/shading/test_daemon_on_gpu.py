"""`--shade-on vulkan`: the daemon's shading on a GPU (here a driver that computes on the CPU); the golden test holds its picture."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from reference import on_wgpu, shaded
from scenes import control_vector, scenes, shipped_model

from mirage_lsd.accel import webgpu
from mirage_lsd.accel.eager import EagerBackend
from mirage_lsd.accel.gpu import GpuUnavailableError
from mirage_lsd.accel.webgpu import WebGpuShader, WebGpuShadeTarget, find_adapter
from mirage_lsd.controls import Controls
from mirage_lsd.pipelines.base import StreamSpec
from mirage_lsd.pipelines.mirage.fused_shade import FusedShading
from mirage_lsd.pipelines.mirage.gpu_shade import GpuShading, is_faster
from mirage_lsd.pipelines.mirage.layered_shade import LayeredShading
from mirage_lsd.pipelines.mirage.select_shading import select_shading
from mirage_lsd.pipelines.registry import load_pipeline

CPU = torch.device("cpu")


def test_planes_that_come_and_go_leave_nothing_behind() -> None:
    """One size, so one target: with ids and depth, color alone, with depth again."""
    scene = scenes()[0]
    alone = replace(scene, frame=replace(scene.frame, depth=None, ids=None))
    first, between, last = (shaded(s, on_wgpu()) for s in (scene, alone, scene))
    np.testing.assert_array_equal(first, last)
    assert (first != between).mean() > 0.1


def test_another_output_size_is_sampled_as_everywhere() -> None:
    scene = scenes()[0]
    model = shipped_model()
    controls, context = control_vector(model, scene.look), scene.context.permute(0, 2, 3, 1).contiguous()
    height, width = scene.size
    for size in ((height * 2, width * 2), (height // 2, width // 3)):
        layered = LayeredShading(model.head, EagerBackend(CPU))
        expected = layered.shade(scene.inputs, context, controls, size)
        found = on_wgpu().shade(scene.inputs, context, controls, size)
        difference = np.abs(found.astype(int) - expected.astype(int)).max(-1)
        # What is seen exactly from the side may go either way.
        assert (difference > 2).mean() < 0.01


def test_new_controls_reach_the_device() -> None:
    scene = scenes()[0]
    other = replace(scene, look=replace(scene.look, scene={"volcanic": 1.0}))
    first = shaded(scene, on_wgpu())
    assert (shaded(other, on_wgpu()) != first).mean() > 0.5
    np.testing.assert_array_equal(shaded(scene, on_wgpu()), first)


def test_a_device_that_gives_up_hands_over_to_the_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    scene, head = scenes()[0], shipped_model().head
    fused = FusedShading(head)
    shading = GpuShading(head, WebGpuShader(), fused)
    shaded(scene, shading)
    assert shading.name != fused.name

    def lost(self: WebGpuShadeTarget) -> None:
        raise RuntimeError("device lost")

    monkeypatch.setattr(WebGpuShadeTarget, "_draw", lost)
    np.testing.assert_array_equal(shaded(scene, shading), shaded(scene, fused))
    monkeypatch.undo()
    # It doesn't come back by itself: each try might take seconds.
    assert shading.name == fused.name
    np.testing.assert_array_equal(shaded(scene, shading), shaded(scene, fused))


def test_automatic_takes_no_driver_that_computes_on_the_cpu() -> None:
    if not find_adapter().software:
        pytest.skip("there is a real GPU here, which `auto` may take")
    model, backend = shipped_model(), EagerBackend(CPU)
    assert select_shading(model, backend, CPU, "auto").name.startswith("fused")
    assert select_shading(model, backend, CPU, "vulkan").name.startswith("vulkan")


def test_the_faster_one_is_found() -> None:
    """llvmpipe against AVX kernels: always slower, several times."""
    if not find_adapter().software:
        pytest.skip("there is a real GPU here, which may be faster")
    head = shipped_model().head
    assert not is_faster(on_wgpu(), FusedShading(head), head)
    assert is_faster(FusedShading(head), on_wgpu(), head)


def test_without_the_package_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "wgpu", None)
    with pytest.raises(GpuUnavailableError, match=r"pip install 'mirage-lsd\[vulkan\]'"):
        find_adapter()
    model, backend = shipped_model(), EagerBackend(CPU)
    assert select_shading(model, backend, CPU, "auto").name.startswith("fused")
    with pytest.raises(ValueError, match="wgpu is missing"):
        select_shading(model, backend, CPU, "vulkan")


def test_a_driver_that_paints_something_else_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = WebGpuShadeTarget.shade

    def wrong(self: WebGpuShadeTarget, *arguments: Any) -> None:
        drawn(self, *arguments)
        arguments[-1][:] = arguments[-1][::-1].copy()  # upside down

    monkeypatch.setattr(WebGpuShadeTarget, "shade", wrong)
    with pytest.raises(ValueError, match="paints another picture"):
        select_shading(shipped_model(), EagerBackend(CPU), CPU, "vulkan")


def test_without_cuda_it_is_said_why() -> None:
    with pytest.raises(ValueError, match=r"CUDA can't shade here|cuda-bindings is missing"):
        select_shading(shipped_model(), EagerBackend(CPU), CPU, "cuda")


def test_where_linux_has_no_device_file_no_driver_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def ask() -> None:
        raise AssertionError("asked")

    monkeypatch.setattr(webgpu, "_DEVICE_FILES", ("null-gpu*",))
    monkeypatch.setattr(webgpu, "find_adapter", ask)
    assert select_shading(shipped_model(), EagerBackend(CPU), CPU, "auto").name.startswith("fused")


def test_the_pipeline_paints_the_same_picture() -> None:
    """The whole model, once with each: what differs is the context in half precision and float32 in the head."""
    frame = scenes()[0].frame
    height, width = scenes()[0].size
    spec = StreamSpec(width, height, width, height, steps=1, seed=3, planes=("color", "depth", "ids"))
    pictures = []
    for place in ("cpu", "vulkan"):
        pipeline = load_pipeline("mirage-lsd-v1", "cpu", shade_on=place)
        result = pipeline.process(frame, pipeline.create_state(spec), Controls({"scene": {"forest": 1.0}}))
        pictures.append(result.pixels.astype(int))
    assert pictures[0][..., :3].std() > 5
    assert np.abs(pictures[0] - pictures[1]).mean() < 1.0
