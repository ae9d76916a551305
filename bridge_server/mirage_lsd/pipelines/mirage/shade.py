"""What happens pixel by pixel: the guide before the trunk, the head after it. Two ways to run it, chosen by the device."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np
import numpy.typing as npt
import structlog
import torch
from torch import Tensor

from ...accel.base import Backend
from ...models.mirage_lsd_v1 import MirageLSDv1
from ..reprojection import PreviousFrame, Reprojected
from .frame_inputs import FrameInputs

_log = structlog.get_logger(__name__)
# What `--accel` takes.
ACCELS = ("auto", "cpu", "vulkan")


class Shading(Protocol):
    """One instance serves all streams and sizes of a model. `name` is for the log and the reports."""

    name: str

    def prepare(self, base: tuple[int, int], output: tuple[int, int]) -> None:
        """Compiles for a pair of sizes (height, width), so that the first frame needn't wait for it. Runs nothing: other streams may be in work."""
        ...

    def use_threads(self, threads: Callable[[], int]) -> None:
        """`threads` tells, whenever it is asked, how many the shading may use; the rest of the cores belongs to the trunk."""
        ...

    def guide(self, inputs: FrameInputs, base: tuple[int, int], slot: int = 0) -> tuple[Tensor, Tensor | None]:
        """The guide (1, h, w, GUIDE_CHANNELS) and the anchored noise (1, 3, h, w), None for color alone.

        Valid until the next call with the same `slot`.
        """
        ...

    def reproject(
        self, inputs: FrameInputs, depth: Tensor, before: PreviousFrame, motion: Tensor | None
    ) -> Reprojected:
        """See `reprojection.reproject`."""
        ...

    def shade(
        self, inputs: FrameInputs, context: Tensor, controls: Tensor, output: tuple[int, int]
    ) -> npt.NDArray[np.uint8]:
        """The finished picture, H x W x 4 RGBA; `context`: (1, h, w, C). Valid until the next call."""
        ...


def select_shading(model: MirageLSDv1, backend: Backend, device: torch.device, accel: str = "cpu") -> Shading:
    """The fused kernels on a CPU, layer by layer on CUDA; falls back to layers with a line in the log.

    The kernels can't be used where their library is missing or the weights have another head than they were written for.

    Args:
        accel: one of `ACCELS`: what shades beside a trunk on the CPU. auto: a GPU through wgpu where that package is installed, there is a real one
            and it is measured to be faster here; vulkan: a GPU (Metal or Direct3D on their systems), also a driver that computes on the CPU.

    Raises:
        ValueError: `accel` is "vulkan" and can't be had; one sentence.
    """
    if device.type != "cpu":
        if accel == "vulkan":
            raise ValueError("--accel vulkan shades beside a model on the CPU; leave it out, or use --device cpu.")
        return _layered(model, backend)
    shading: Shading
    try:
        from .fused_shade import FusedShading

        shading = FusedShading(model.head)
    except (OSError, ValueError) as error:
        _log.warning("pixel_shader_unavailable", error=str(error), consequence="layer by layer, several times slower")
        shading = _layered(model, backend)
    return shading if accel == "cpu" else _on_gpu(model, shading, accel == "vulkan")


def _layered(model: MirageLSDv1, backend: Backend) -> Shading:
    from .layered_shade import LayeredShading

    return LayeredShading(model.head, backend)


def _on_gpu(model: MirageLSDv1, shading: Shading, demanded: bool) -> Shading:
    """On a GPU where that can be had and is worth it, else `shading`."""
    from ...accel.webgpu import WebGpuShader, WebGpuUnavailableError, find_adapter, may_have_gpu
    from .webgpu_shade import WebGpuShading, is_faster

    try:
        if not demanded and (not may_have_gpu() or find_adapter().software):
            return shading
        on_gpu = WebGpuShading(model.head, WebGpuShader(), shading)
    except (WebGpuUnavailableError, ValueError) as error:
        if demanded:
            raise ValueError(str(error)) from error
        _log.debug("gpu_shading_unavailable", error=str(error))
        return shading
    if demanded or is_faster(on_gpu, shading, model.head):
        return on_gpu
    _log.info("gpu_shading_not_used", gpu=on_gpu.name, reason=f"{shading.name} is faster here")
    return shading
