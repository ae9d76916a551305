"""Shading layer by layer in PyTorch or a compiled form of it: on a GPU, and where the fused kernels can't be had."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from ...accel.base import Backend, CompiledModule
from ...models.fields import anchored_noise
from ...models.guide import build_guide, color_only_guide
from ...models.head import Head
from ...models.object_space import in_object_space
from ..caches import SIZES_KEPT, LruCache
from ..reprojection import PreviousFrame, Reprojected, reproject
from ..resample import resample
from .frame_inputs import FrameInputs, blank_inputs
from .sampled_depth import resample_depth


class Guide(nn.Module):
    """uint8 picture, depth, ids and camera to the guide; with `with_noise` the anchored noise too. `moving`: the last plane is `object_from_world`."""

    def __init__(self, with_noise: bool, moving: bool = False) -> None:
        super().__init__()
        self.with_noise, self.moving = with_noise, moving

    def extra_repr(self) -> str:
        """Tells apart what has no weights to tell it apart."""
        return f"with_noise={self.with_noise}, moving={self.moving}"

    def forward(
        self, rgba: Tensor, depth: Tensor, ids: Tensor, pose: Tensor, intrinsics: Tensor, sun: Tensor, seed: Tensor,
        palette: Tensor, normal: Tensor | None = None, object_from_world: Tensor | None = None,
    ) -> tuple[Tensor, ...]:  # fmt: skip
        if self.moving and object_from_world is None:
            # What is compiled takes planes by their order alone.
            normal, object_from_world = None, normal
        color = rgba[..., :3].permute(0, 3, 1, 2).float() * (1.0 / 255.0)
        unit: Tensor | None = None
        if normal is not None:
            unit = normal[..., :3].permute(0, 3, 1, 2).float() * (2.0 / 255.0) - 1.0
            unit = unit * torch.rsqrt((unit * unit).sum(1, keepdim=True) + 1e-6)
        guide, geometry = build_guide(
            color, depth, unit, pose, intrinsics, sun, seed, None, ids.float(), palette, object_from_world
        )
        if not self.with_noise:
            return (guide,)
        normal_used = guide[:, 5:8]
        p, faced = in_object_space(object_from_world, geometry.sky, geometry.p, normal_used)
        return guide, anchored_noise(p, faced, geometry.footprint(normal_used))


class Shade(nn.Module):
    """The head, and the conversion to 8 bit: guide (1, G, H, W) and context (1, h, w, C) to (1, H, W, 4) uint8 RGBA."""

    def __init__(self, head: Head) -> None:
        super().__init__()
        self.head = head

    def forward(self, guide: Tensor, context: Tensor, controls: Tensor) -> Tensor:
        rgb = self.head(guide, context.permute(0, 3, 1, 2), controls).float()
        rgb = torch.clamp(rgb * 127.5 + 128.0, 0.0, 255.0)
        rgba = torch.cat([rgb, torch.full_like(rgb[:, :1], 255.0)], 1)
        return rgba.permute(0, 2, 3, 1).to(torch.uint8)


class LayeredShading:
    """Compiles with `backend` for each size when it is first used."""

    def __init__(self, head: Head, backend: Backend) -> None:
        self._shade = Shade(head)
        self._backend = backend
        self.name = f"layered ({backend.name})"
        # Of a size: the guide of the base picture, that of the output, each with and without normals and moving things, and the head.
        self._compiled: LruCache[CompiledModule] = LruCache(SIZES_KEPT * 9)

    def prepare(self, base: tuple[int, int], output: tuple[int, int]) -> None:
        """Compiles the guides of frames with depth and camera; the head is compiled by the first frame."""
        for with_noise, size in ((True, base), (False, output)):
            self._compiled_guide(with_noise, False, size, _guide_arguments(blank_inputs(size), size))

    def use_threads(self, threads: Callable[[], int]) -> None:
        """The backend's own threads do the work."""

    def guide(self, inputs: FrameInputs, base: tuple[int, int], slot: int = 0) -> tuple[Tensor, Tensor | None]:
        """See `Shading.guide`."""
        if inputs.depth is None:
            return color_only_guide(_unit_color(inputs.color, base)).permute(0, 2, 3, 1), None
        guide, noise = self._guide(True, inputs, base)
        if slot != 0:
            # The compiled form overwrites its outputs with each call.
            guide, noise = guide.clone(), noise.clone()
        return guide.permute(0, 2, 3, 1), noise

    def reproject(
        self, inputs: FrameInputs, depth: Tensor, before: PreviousFrame, motion: Tensor | None
    ) -> Reprojected:
        """See `Shading.reproject`."""
        return reproject(inputs, depth, before, motion)

    def shade(
        self, inputs: FrameInputs, context: Tensor, controls: Tensor, output: tuple[int, int]
    ) -> npt.NDArray[np.uint8]:
        """See `Shading.shade`."""
        if inputs.depth is None:
            guide = color_only_guide(_unit_color(inputs.color, output))
        else:
            (guide,) = self._guide(False, inputs, output)
        arguments = (guide, context, controls)
        key = ("shade", output, tuple(context.shape), tuple(controls.shape))
        compiled = self._compiled.get(
            key, lambda: self._backend.compile(self._shade, tuple(x.cpu() for x in arguments))
        )
        (picture,) = compiled(*arguments)
        pixels: npt.NDArray[np.uint8] = picture[0].cpu().numpy()
        return pixels

    def _guide(self, with_noise: bool, inputs: FrameInputs, size: tuple[int, int]) -> tuple[Tensor, ...]:
        arguments = _guide_arguments(inputs, size)
        return self._compiled_guide(with_noise, inputs.numbers is not None, size, arguments)(*arguments)

    def _compiled_guide(
        self, with_noise: bool, moving: bool, size: tuple[int, int], arguments: tuple[Tensor, ...]
    ) -> CompiledModule:
        key = (with_noise, moving, size, len(arguments))
        # The hashes of the fields need every bit.
        return self._compiled.get(key, lambda: self._backend.compile(Guide(with_noise, moving), arguments, exact=True))


def _guide_arguments(inputs: FrameInputs, size: tuple[int, int]) -> tuple[Tensor, ...]:
    """A frame with geometry as `Guide.forward` takes it."""
    assert inputs.depth is not None
    ids = np.zeros(size, np.uint8) if inputs.ids is None else resample(inputs.ids, *size)
    small = (inputs.world_from_camera, inputs.intrinsics, inputs.sun, inputs.seed, inputs.palette)
    arguments: tuple[Tensor, ...] = (
        torch.from_numpy(np.ascontiguousarray(resample(inputs.color, *size)))[None],
        torch.from_numpy(resample_depth(inputs.depth, *size))[None, None],
        torch.from_numpy(np.ascontiguousarray(ids))[None, None],
        *(torch.from_numpy(np.ascontiguousarray(x))[None] for x in small),
    )
    if inputs.normal is not None:
        arguments = (*arguments, torch.from_numpy(np.ascontiguousarray(resample(inputs.normal, *size)))[None])
    if inputs.numbers is not None and inputs.object_from_world is not None:
        rows = inputs.object_from_world[:, resample(inputs.numbers, *size)]
        arguments = (*arguments, torch.from_numpy(rows).permute(0, 3, 1, 2).reshape(1, 12, *size).contiguous())
    return arguments


def _unit_color(rgba: npt.NDArray[np.uint8], size: tuple[int, int]) -> Tensor:
    """(1, 3, h, w) in 0..1."""
    picture = torch.from_numpy(np.ascontiguousarray(resample(rgba, *size)))
    return picture[None, ..., :3].permute(0, 3, 1, 2).float() / 255.0
