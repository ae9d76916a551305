"""How long the trunk of the model takes on a device in each way that it can be run, and what half precision costs."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from ..accel.base import CompiledModule
from ..accel.cuda_graph import capture
from ..accel.eager import EagerBackend
from ..accel.tensorrt_builder import TensorRtError
from ..accel.verified import DifferentResultError
from ..cuda.driver import CudaError
from ..models.guide import GUIDE_CHANNELS
from ..models.mirage_lsd_v1 import base_size, empty_memory
from ..models.weights_file import load_weights
from ..pipelines.mirage.denoise import DenoisingTrunk
from ..pipelines.registry import WEIGHTS_FOLDER
from .samples import Samples

_WARM_UP_RUNS = 5


def measure_trunk(
    device: torch.device, size: tuple[int, int], steps: int, runs: int, model: str = "mirage-lsd-v1"
) -> dict[str, Any]:
    """Runs the trunk on inputs that are on the device already.

    Args:
        size: width and height of the picture; the trunk sees its base size. runs: timed, of each way.

    Returns:
        By way (`eager fp32`, and on CUDA `eager fp16`, `graph fp32`, `graph fp16`, `tensorrt fp32`, `tensorrt fp16`): `ms` as p50, p95, max,
        and `db`, the signal of eager float32's context over the difference to it. `skipped`: why TensorRT is not among them.
    """
    height, width = base_size(size[1], size[0])
    network = load_weights(WEIGHTS_FOLDER / f"{model}.safetensors")
    trunk = DenoisingTrunk(network, steps)
    draw = torch.Generator().manual_seed(0)
    guide = torch.rand(1, height, width, GUIDE_CHANNELS, generator=draw) * 2 - 1
    noise = torch.randn(1, 3, height, width, generator=draw)
    modulation = trunk.modulation(torch.zeros(1, network.config.controls))
    inputs = tuple(x.to(device) for x in (guide, modulation, *empty_memory(network.config, 1, height, width), noise))
    ways: dict[str, Callable[[], CompiledModule]] = {"eager fp32": lambda: _eager(trunk, device, half=False)}
    if device.type == "cuda":
        ways["eager fp16"] = lambda: _eager(trunk, device, half=True)
        ways["graph fp32"] = lambda: capture(trunk, inputs, device, half=False)
        ways["graph fp16"] = lambda: capture(trunk, inputs, device, half=True)
        ways["tensorrt fp32"] = lambda: _engine(trunk, inputs, device, half=False)
        ways["tensorrt fp16"] = lambda: _engine(trunk, inputs, device, half=True)
    reference: Tensor | None = None
    figures: dict[str, Any] = {}
    skipped: dict[str, str] = {}
    for name, make in ways.items():
        try:
            run = make()
        except (TensorRtError, CudaError, DifferentResultError) as error:
            skipped[name] = str(error)
            continue
        context = run(*inputs)[0].float().cpu().clone()
        reference = context if reference is None else reference
        figures[name] = {"ms": _timed(run, inputs, device, runs), "db": _decibels(reference, context)}
    return {
        "base": [width, height],
        "steps": steps,
        "ways": figures,
        "skipped": skipped,
    }


def _engine(trunk: DenoisingTrunk, inputs: tuple[Tensor, ...], device: torch.device, *, half: bool) -> CompiledModule:
    from ..accel.tensorrt import TensorRtBackend

    return TensorRtBackend(device, EagerBackend(device)).build(trunk, inputs, half=half)


def _eager(trunk: DenoisingTrunk, device: torch.device, *, half: bool) -> CompiledModule:
    module = trunk.to(device).eval()

    @torch.inference_mode()
    def call(*inputs: Tensor) -> tuple[Tensor, ...]:
        with torch.autocast(device.type, dtype=torch.float16, enabled=half):
            return tuple(module(*inputs))

    return call


def _timed(run: CompiledModule, inputs: tuple[Tensor, ...], device: torch.device, runs: int) -> dict[str, float]:
    samples = Samples()
    for i in range(-_WARM_UP_RUNS, runs):
        _finish(device)
        started = time.perf_counter()
        run(*inputs)
        _finish(device)
        if i >= 0:
            samples.add((time.perf_counter() - started) * 1e3)
    return samples.p50_p95_max()


def _finish(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def _decibels(reference: Tensor, other: Tensor) -> float | None:
    """Of the reference's spread over the difference; None: there is none."""
    error = float((reference - other).square().mean())
    return None if error == 0.0 else round(10 * float(torch.log10(reference.var() / error)), 1)
