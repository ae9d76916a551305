"""Chooses who shades: the fused kernels, layers, or a GPU's own shader."""

from __future__ import annotations

import numpy as np
import structlog
import torch

from ...accel.base import Backend
from ...accel.gpu import GpuShader, GpuUnavailableError
from ...cuda.driver import CudaError
from ...cuda.kernels import kernels_of
from ...cuda.probe import ipc_problem
from ...frame import InputFrame
from ...models.head import Head
from ...models.mirage_lsd_v1 import MirageLSDv1
from .card_frames import CardFrames
from .gpu_shade import ALIKE, COMPARED, GpuShading, is_faster, paints_alike, trial_frame
from .shade import Shading

_log = structlog.get_logger(__name__)
_GPU_SHADERS = ("cuda", "vulkan")
# Mean difference of the guide's numbers, in -1..1: rounding is a hundred times less.
_GUIDE_ALIKE = 0.02


def select_shading(model: MirageLSDv1, backend: Backend, device: torch.device, shade_on: str = "cpu") -> Shading:
    """The fused kernels on a CPU, layer by layer on CUDA, or a GPU's own shader in their place; falls back with a line in the log.

    The kernels can't be used where their library is missing or the weights have another head than they were written for.

    Args:
        shade_on: "cpu": none on a GPU but what the device runs. "cuda": an NVIDIA card's kernel, also beside a model on the CPU (so without
            PyTorch's CUDA build); "vulkan": any GPU through wgpu (Metal or Direct3D on their systems), also a driver that computes on the CPU;
            "auto": the first of both that there is, paints the right picture and is measured to be faster here.

    Raises:
        ValueError: `shade_on` names one that can't be had; one sentence.
    """
    shading = _without_gpu_shader(model, backend, device)
    if shade_on == "cpu":
        return shading
    reasons = []
    for name in _GPU_SHADERS if shade_on == "auto" else (shade_on,):
        try:
            on_gpu = _on_gpu(name, model, shading, device, demanded=shade_on != "auto")
        except (GpuUnavailableError, ValueError) as error:
            reasons.append(str(error))
            continue
        if shade_on != "auto" or is_faster(on_gpu, shading, model.head):
            return on_gpu
        reasons.append(f"{shading.name} is faster here than {on_gpu.name}")
    if shade_on != "auto":
        raise ValueError(reasons[0])
    _log.debug("gpu_shading_not_used", reasons=reasons)
    return shading


def select_card_frames(model: MirageLSDv1, shading: Shading, device: torch.device, shade_on: str) -> CardFrames | None:
    """What paints frames whose planes are in a card's memory, so that they stay there; None, with a line in the log, where that can't be had here:
    no card that processes can share, none of the kernels, or another picture than `shading` paints.

    Args:
        device: where the network runs. shade_on: as for `select_shading`; "cpu" beside a network on the CPU: none.
    """
    if device.type != "cuda" and shade_on not in ("auto", "cuda"):
        return None
    if problem := ipc_problem():
        _log.debug("frames_leave_the_card", reason=problem)
        return None
    try:
        card = CardFrames(model.head, kernels_of(device.index or 0), device)
        if _paints_alike_on_card(card, shading, model.head):
            return card
        reason = f"{card.name} paints another picture than the model; update its driver."
    except (CudaError, ValueError) as error:
        reason = str(error)
    _log.warning("frames_leave_the_card", reason=reason)
    return None


def _paints_alike_on_card(card: CardFrames, shading: Shading, head: Head) -> bool:
    """Guide and picture: nobody has tried all drivers."""
    inputs, context, controls = trial_frame(head, COMPARED)
    wanted = shading.shade(inputs, context, controls, COMPARED)
    base = (COMPARED[0] // 16 * 16, COMPARED[1])
    wanted_guide, _ = shading.guide(inputs, base)
    there = card.inputs_there(inputs)
    card.anchor(InputFrame(0, there.color), there, base)
    guide, _ = card.guide(there, base)
    found = card.on_host(InputFrame(0, card.shade(there, context, controls, COMPARED))).color
    alike = float(np.abs(found.astype(np.int16) - wanted).mean()) < ALIKE
    return alike and float((guide.cpu() - wanted_guide.cpu()).abs().mean()) < _GUIDE_ALIKE


def _without_gpu_shader(model: MirageLSDv1, backend: Backend, device: torch.device) -> Shading:
    if device.type == "cpu":
        try:
            from .fused_shade import FusedShading

            return FusedShading(model.head)
        except (OSError, ValueError) as error:
            _log.warning(
                "pixel_shader_unavailable", error=str(error), consequence="layer by layer, several times slower"
            )
    from .layered_shade import LayeredShading

    return LayeredShading(model.head, backend)


def _on_gpu(name: str, model: MirageLSDv1, shading: Shading, device: torch.device, *, demanded: bool) -> GpuShading:
    """Raises GpuUnavailableError or ValueError (another head than the shader was written for)."""
    shader: GpuShader
    if name == "cuda":
        from ...accel.cuda_shader import CudaShader

        shader = CudaShader(device.index or 0)
    else:
        from ...accel.webgpu import WebGpuShader, find_adapter, may_have_gpu

        if not demanded and (not may_have_gpu() or find_adapter().software):
            raise GpuUnavailableError("there is no GPU")
        shader = WebGpuShader()
    on_gpu = GpuShading(model.head, shader, shading)
    if not paints_alike(on_gpu, shading, model.head):
        raise GpuUnavailableError(f"{shader.adapter.name} paints another picture than the model; update its driver.")
    return on_gpu
