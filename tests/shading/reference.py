"""What a scene must look like: PyTorch; and the forms that the daemon shades with, the kernels for CPUs and wgpu."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt
import torch
from scenes import ShadedScene, control_vector, shipped_model

from mirage_lsd.accel.eager import EagerBackend
from mirage_lsd.accel.webgpu import WebGpuShader
from mirage_lsd.pipelines.composite import Mix, composite
from mirage_lsd.pipelines.mirage.engine_shade import context_of_pixels
from mirage_lsd.pipelines.mirage.fused_shade import FusedShading
from mirage_lsd.pipelines.mirage.gpu_shade import GpuShading
from mirage_lsd.pipelines.mirage.layered_shade import LayeredShading
from mirage_lsd.pipelines.mirage.shade import Shading

Picture = npt.NDArray[np.uint8]


def by_pytorch(scene: ShadedScene) -> Picture:
    """H x W x 4."""
    shading = LayeredShading(shipped_model().head, EagerBackend(torch.device("cpu")))
    return _mixed(scene, shaded(scene, shading))


def by_kernels(scene: ShadedScene) -> Picture:
    """H x W x 4, with the instructions that are chosen for the process."""
    return _mixed(scene, shaded(scene, FusedShading(shipped_model().head)))


@cache
def on_wgpu() -> GpuShading:
    """The daemon's shading on the first adapter there is."""
    head = shipped_model().head
    return GpuShading(head, WebGpuShader(), FusedShading(head))


def by_wgpu(scene: ShadedScene) -> Picture:
    """H x W x 4."""
    return _mixed(scene, shaded(scene, on_wgpu()))


def shaded(scene: ShadedScene, shading: Shading) -> Picture:
    """H x W x 4: without the strengths and the engine's alpha."""
    context = (
        context_of_pixels(scene.context, scene.inputs, scene.context_camera)
        if scene.context_camera is not None
        else scene.context
    )
    controls = control_vector(shipped_model(), scene.look)
    return shading.shade(scene.inputs, context.permute(0, 2, 3, 1).contiguous(), controls, scene.size).copy()


def _mixed(scene: ShadedScene, painted: Picture) -> Picture:
    return composite(painted, scene.frame, Mix(scene.strength, engine_alpha=scene.strength < 1))
