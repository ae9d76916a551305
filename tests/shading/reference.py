"""What a scene must look like: PyTorch, and the kernels for CPUs."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from scenes import ShadedScene, control_vector, shipped_model
from torch import Tensor

from mirage_lsd.accel.eager import EagerBackend
from mirage_lsd.models.guide import world_rays
from mirage_lsd.pipelines.composite import Mix, composite
from mirage_lsd.pipelines.mirage.fused_shade import FusedShading
from mirage_lsd.pipelines.mirage.layered_shade import LayeredShading

Picture = npt.NDArray[np.uint8]


def by_pytorch(scene: ShadedScene) -> Picture:
    """H x W x 4."""
    shading = LayeredShading(shipped_model().head, EagerBackend(torch.device("cpu")))
    return _mixed(scene, _shaded(scene, shading))


def by_kernels(scene: ShadedScene) -> Picture:
    """H x W x 4, with the instructions that are chosen for the process."""
    return _mixed(scene, _shaded(scene, FusedShading(shipped_model().head)))


def _shaded(scene: ShadedScene, shading: LayeredShading | FusedShading) -> Picture:
    context = _context_of_pixels(scene) if scene.context_camera is not None else scene.context
    controls = control_vector(shipped_model(), scene.look)
    return shading.shade(scene.inputs, context.permute(0, 2, 3, 1).contiguous(), controls, scene.size).copy()


def _mixed(scene: ShadedScene, painted: Picture) -> Picture:
    return composite(painted, scene.frame, Mix(scene.strength, engine_alpha=scene.strength < 1))


def _context_of_pixels(scene: ShadedScene) -> Tensor:
    """(1, C, H, W): for each pixel the context where its frame's camera saw the same point; sky moves with the rotation alone."""
    camera, inputs = scene.context_camera, scene.inputs
    assert camera is not None
    assert inputs.depth is not None
    pose, intrinsics = torch.from_numpy(inputs.world_from_camera), torch.from_numpy(inputs.intrinsics)
    rays = world_rays(pose[None], intrinsics[None], *scene.size)[0]
    depth = torch.from_numpy(inputs.depth)
    solid = (depth > 0) & (depth < 2000)
    p = pose[:, 3].view(3, 1, 1) + rays * torch.where(solid, depth, torch.full_like(depth, 1e5))
    clip = torch.from_numpy((camera.projection.astype(np.float64) @ camera.view).astype(np.float32))
    x, y, _, w = torch.einsum("ij,jhw->ihw", clip, torch.cat([p, torch.ones_like(p[:1])]))
    assert bool((w > 0).all()), "the scene is to have no point behind the other camera"
    at = torch.stack([x / w, -y / w], -1)[None]
    return F.grid_sample(scene.context, at, mode="bilinear", padding_mode="border", align_corners=False)
