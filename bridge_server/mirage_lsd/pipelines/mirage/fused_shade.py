"""Shading on a CPU, by the fused kernels of `bridge_server/shader`."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from ...accel.cores import usable_cores
from ...accel.fused_cpu import PixelShader, Scene, check_head
from ...models.guide import GUIDE_CHANNELS
from ...models.head import Head
from ...models.mirage_lsd_v1 import FEATURE_STRIDE
from ..caches import SIZES_KEPT, ControlMemo, LruCache
from ..reprojection import PreviousFrame, Reprojected
from .frame_inputs import FrameInputs
from .head_weights import layer_arrays

_Floats = npt.NDArray[np.float32]
# Rows that are shaded at once; between two bands the cores that the trunk has left meanwhile are taken.
_BAND = 64


class _GuideArrays:
    """What the kernels write for one base size and one slot."""

    def __init__(self, h: int, w: int) -> None:
        self.guide = np.empty((h, w, GUIDE_CHANNELS), np.float32)
        self.noise = np.empty((3, h, w), np.float32)


class FusedShading:
    """Keeps its output arrays, one set for each size, so that a frame allocates nothing.

    Raises:
        ShaderUnavailableError: the kernels' library can't be loaded.
        ValueError: the head has other sizes than the kernels were written for.
    """

    def __init__(self, head: Head) -> None:
        self._shader = PixelShader()
        self._threads: Callable[[], int] = usable_cores
        check_head(*layer_arrays(head, torch.zeros(1, head.film[0].in_features)))  # type: ignore[call-overload]
        self.name = f"fused ({self._shader.instructions})"
        # Of a size: the arrays of the frame in work, and those that the trunk reads.
        self._arrays: LruCache[_GuideArrays] = LruCache(2 * SIZES_KEPT)
        self._flows: LruCache[_Floats] = LruCache(SIZES_KEPT)
        self._pictures: LruCache[npt.NDArray[np.uint8]] = LruCache(SIZES_KEPT)
        self._weights = ControlMemo(lambda controls: layer_arrays(head, controls))

    def prepare(self, base: tuple[int, int], output: tuple[int, int]) -> None:
        """Nothing to compile."""

    def use_threads(self, threads: Callable[[], int]) -> None:
        """See `Shading.use_threads`."""
        self._threads = threads

    def guide(self, inputs: FrameInputs, base: tuple[int, int], slot: int = 0) -> tuple[Tensor, Tensor | None]:
        """See `Shading.guide`."""
        arrays = self._arrays.get((base, slot), lambda: _GuideArrays(*base))
        self._shader.threads = self._threads()
        self._shader.guide(_scene(inputs), arrays.guide, arrays.noise, None)
        guide = torch.from_numpy(arrays.guide)[None]
        return guide, None if inputs.depth is None else torch.from_numpy(arrays.noise)[None]

    def reproject(
        self, inputs: FrameInputs, depth: Tensor, before: PreviousFrame, motion: Tensor | None
    ) -> Reprojected:
        """See `Shading.reproject`."""
        h, w = depth.shape[-2:]
        cells = (3, h // FEATURE_STRIDE, w // FEATURE_STRIDE)
        flow_at_eighth = self._flows.get(cells, lambda: np.empty(cells, np.float32))
        # The kernel never looks at the camera and the depth of the frame before where it follows motion vectors.
        clip = np.eye(4, dtype=np.float32)
        if before.camera is not None:
            clip = (before.camera.projection @ before.camera.view).astype(np.float32)
        depth_before = depth if before.depth is None else before.depth
        self._shader.threads = self._threads()
        share = self._shader.reproject(
            _scene(inputs), clip, depth_before[0, 0].numpy(), depth[0, 0].numpy(),
            None if motion is None else motion[0].contiguous().numpy(), flow_at_eighth,
        )  # fmt: skip
        return Reprojected(torch.from_numpy(flow_at_eighth)[None], share)

    def shade(
        self, inputs: FrameInputs, context: Tensor, controls: Tensor, output: tuple[int, int]
    ) -> npt.NDArray[np.uint8]:
        """See `Shading.shade`."""
        picture = self._pictures.get(output, lambda: np.empty((*output, 4), np.uint8))
        weights = self._weights(controls)
        scene, cells = _scene(inputs), context[0].contiguous().numpy()
        for first in range(0, output[0], _BAND):
            self._shader.threads = self._threads()
            self._shader.shade(scene, weights, cells, picture, (first, min(first + _BAND, output[0])))
        return picture


def _scene(inputs: FrameInputs) -> Scene:
    return Scene(
        inputs.color, inputs.depth, inputs.normal, inputs.ids,
        inputs.world_from_camera, inputs.intrinsics, inputs.sun, inputs.seed, inputs.palette,
        inputs.numbers, inputs.object_from_world,
    )  # fmt: skip
