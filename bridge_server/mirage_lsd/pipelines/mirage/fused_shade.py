"""Shading on a CPU, by the fused kernels of `bridge_server/shader`."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from ...accel.fused_cpu import PixelShader, Scene, check_head
from ...models.guide import GUIDE_CHANNELS
from ...models.head import Head
from ...models.mirage_lsd_v1 import FEATURE_STRIDE
from ..caches import SIZES_KEPT, ControlMemo, LruCache
from ..reprojection import PreviousFrame, Reprojected
from .frame_inputs import FrameInputs

_Floats = npt.NDArray[np.float32]


class _BaseArrays:
    """What the kernels write for one base size."""

    def __init__(self, h: int, w: int) -> None:
        self.guide = np.empty((h, w, GUIDE_CHANNELS), np.float32)
        self.noise = np.empty((3, h, w), np.float32)
        self.depth = np.empty((h, w), np.float32)
        self.flow_at_eighth = np.empty((3, h // FEATURE_STRIDE, w // FEATURE_STRIDE), np.float32)


class FusedShading:
    """Keeps its output arrays, one set for each size, so that a frame allocates nothing.

    Raises:
        ShaderUnavailableError: the kernels' library can't be loaded.
    """

    def __init__(self, head: Head) -> None:
        self._shader = PixelShader()
        self._head = head
        check_head(*self._weights_of(torch.zeros(1, head.film[0].in_features)))  # type: ignore[call-overload]
        self.name = f"fused ({self._shader.instructions})"
        self._arrays: LruCache[_BaseArrays] = LruCache(SIZES_KEPT)
        self._pictures: LruCache[npt.NDArray[np.uint8]] = LruCache(SIZES_KEPT)
        self._weights = ControlMemo(self._weights_of)

    def prepare(self, base: tuple[int, int], output: tuple[int, int]) -> None:
        """Nothing to compile."""

    def guide(self, inputs: FrameInputs, base: tuple[int, int]) -> tuple[Tensor, Tensor | None, Tensor]:
        """See `Shading.guide`."""
        arrays = self._of(base)
        self._shader.guide(_scene(inputs), arrays.guide, arrays.noise, arrays.depth)
        guide = torch.from_numpy(arrays.guide)[None]
        if inputs.depth is None:
            return guide, None, torch.zeros(1, 1, *base)
        return guide, torch.from_numpy(arrays.noise)[None], torch.from_numpy(arrays.depth)[None, None]

    def reproject(
        self, inputs: FrameInputs, depth: Tensor, before: PreviousFrame, motion: Tensor | None
    ) -> Reprojected:
        """See `Shading.reproject`."""
        h, w = depth.shape[-2:]
        arrays = self._of((h, w))
        # The kernel never looks at the camera and the depth of the frame before where it follows motion vectors.
        clip = np.eye(4, dtype=np.float32)
        if before.camera is not None:
            clip = (before.camera.projection @ before.camera.view).astype(np.float32)
        depth_before = depth if before.depth is None else before.depth
        share = self._shader.reproject(
            _scene(inputs), clip, depth_before[0, 0].numpy(), depth[0, 0].numpy(),
            None if motion is None else motion[0].contiguous().numpy(), arrays.flow_at_eighth,
        )  # fmt: skip
        return Reprojected(torch.from_numpy(arrays.flow_at_eighth)[None], share)

    def _of(self, base: tuple[int, int]) -> _BaseArrays:
        return self._arrays.get(base, lambda: _BaseArrays(*base))

    def shade(
        self, inputs: FrameInputs, context: Tensor, controls: Tensor, output: tuple[int, int]
    ) -> npt.NDArray[np.uint8]:
        """See `Shading.shade`."""
        picture = self._pictures.get(output, lambda: np.empty((*output, 4), np.uint8))
        self._shader.shade(_scene(inputs), self._weights(controls), context[0].contiguous().numpy(), picture)
        return picture

    @torch.no_grad()
    def _weights_of(self, controls: Tensor) -> tuple[list[_Floats], list[_Floats]]:
        matrices, biases = self._head.weights(controls)
        return [m[0].contiguous().numpy() for m in matrices], [b[0].contiguous().numpy() for b in biases]


def _scene(inputs: FrameInputs) -> Scene:
    return Scene(
        inputs.color, inputs.depth, inputs.normal, inputs.ids,
        inputs.world_from_camera, inputs.intrinsics, inputs.sun, inputs.seed, inputs.palette,
    )  # fmt: skip
