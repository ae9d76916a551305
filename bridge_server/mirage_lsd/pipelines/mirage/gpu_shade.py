"""Shading on a GPU of any vendor, beside a trunk that runs elsewhere: guide and reprojection, which are small, stay where they were."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import structlog
import torch
from torch import Tensor

from ...accel.fused_cpu import CONTEXT_CHANNELS
from ...accel.gpu import GpuShader, GpuUnavailableError, ShadeInputs, ShadeTarget
from ...clock import now_ns
from ...models.head import Head
from ..caches import SIZES_KEPT, ControlMemo, LruCache
from ..reprojection import PreviousFrame, Reprojected
from ..resample import resample
from .engine_shade import pack_constants, surface_table
from .frame_inputs import FrameInputs, blank_inputs
from .head_weights import packed_head
from .sampled_depth import resample_depth
from .shade import Shading
from .surfaces import surface_of_ids

_log = structlog.get_logger(__name__)
# Mean difference of bytes: bfloat16 kernels and a GPU's float32 differ by less, a wrong picture by ten times as much.
ALIKE = 2.0
# Height and width of the picture that is compared, and of those whose time is taken, and how many.
COMPARED, _TIMED, _TRIALS = (90, 160), (360, 640), 5


class GpuShading:
    """Draws the pass that engines draw; if the device gives up, `otherwise` shades from then on, with a line in the log.

    Args:
        otherwise: makes the guide and reprojects.

    Attributes:
        gave_up: `otherwise` shades.

    Raises:
        ValueError: the head has other sizes than the pass was written for.
    """

    def __init__(self, head: Head, shader: GpuShader, otherwise: Shading) -> None:
        self._shader, self._otherwise = shader, otherwise
        self.gave_up = False
        self._weights = ControlMemo(lambda controls: packed_head(head, controls))
        self._weights(
            torch.zeros(1, head.scenes + head.lighting_biases[0].shape[0], device=head.scene_biases[0].device)
        )
        # `FrameInputs.ids` are surfaces already.
        self._slots = surface_table(np.arange(256))
        self._targets: LruCache[ShadeTarget] = LruCache(SIZES_KEPT)
        self._pictures: LruCache[npt.NDArray[np.uint8]] = LruCache(SIZES_KEPT)
        self.name = f"{shader.adapter.api} ({shader.adapter.name})"

    def prepare(self, base: tuple[int, int], output: tuple[int, int]) -> None:
        """See `Shading.prepare`; the pass is compiled already."""
        self._otherwise.prepare(base, output)

    def use_threads(self, threads: Callable[[], int]) -> None:
        """See `Shading.use_threads`."""
        self._otherwise.use_threads(threads)

    def guide(self, inputs: FrameInputs, base: tuple[int, int], slot: int = 0) -> tuple[Tensor, Tensor | None]:
        """See `Shading.guide`."""
        return self._otherwise.guide(inputs, base, slot)

    def reproject(
        self, inputs: FrameInputs, depth: Tensor, before: PreviousFrame, motion: Tensor | None
    ) -> Reprojected:
        """See `Shading.reproject`."""
        return self._otherwise.reproject(inputs, depth, before, motion)

    def shade(
        self, inputs: FrameInputs, context: Tensor, controls: Tensor, output: tuple[int, int]
    ) -> npt.NDArray[np.uint8]:
        """See `Shading.shade`."""
        if not self.gave_up:
            try:
                return self._drawn(inputs, context, controls, output)
            except GpuUnavailableError as error:
                self.gave_up = True
                self.name = self._otherwise.name
                _log.warning("gpu_shading_ended", error=str(error), consequence=f"shading goes on as {self.name}")
        return self._otherwise.shade(inputs, context, controls, output)

    def _drawn(
        self, inputs: FrameInputs, context: Tensor, controls: Tensor, output: tuple[int, int]
    ) -> npt.NDArray[np.uint8]:
        _, h, w, _ = context.shape
        picture = self._pictures.get(output, lambda: np.empty((*output, 4), np.uint8))
        target = self._targets.get((output, (h, w)), lambda: self._shader.target(output, (h, w)))
        weights = self._weights(controls)
        moving = inputs.numbers is not None
        ids = inputs.numbers if moving else inputs.ids
        slots = surface_table(surface_of_ids(inputs.slots)) if moving else self._slots
        planes = (
            resample(inputs.color, *output),
            None if inputs.depth is None else resample_depth(inputs.depth, *output),
            None if inputs.normal is None else resample(inputs.normal, *output),
            None if ids is None else resample(ids, *output),
        )
        cells = context[0].float().cpu().contiguous().numpy()
        constants = pack_constants(inputs, output, (h, w))
        target.shade(ShadeInputs(constants, weights, planes, slots, cells, inputs.object_from_world), picture)
        return picture


def is_faster(shading: Shading, other: Shading, head: Head) -> bool:
    """Shades a few pictures with each and compares the medians: a GPU may be slower than a good CPU, or be busy with a game."""
    trial = trial_frame(head, _TIMED)

    def median_ns(one: Shading) -> float:
        one.shade(*trial, _TIMED)  # allocates
        times = []
        for _ in range(_TRIALS):
            start = now_ns()
            one.shade(*trial, _TIMED)
            times.append(now_ns() - start)
        return float(np.median(times))

    return median_ns(shading) < median_ns(other)


def paints_alike(shading: GpuShading, other: Shading, head: Head) -> bool:
    """Whether a GPU's picture is the model's: nobody has tried all drivers."""
    trial = trial_frame(head, COMPARED)
    found = shading.shade(*trial, COMPARED).astype(np.int16)
    if shading.gave_up:
        return False
    return bool(np.abs(found - other.shade(*trial, COMPARED)).mean() < ALIKE)


def trial_frame(head: Head, size: tuple[int, int]) -> tuple[FrameInputs, Tensor, Tensor]:
    """A floor and a sky with all that is told apart, and what the head takes beside them."""
    height, width = size
    random = np.random.default_rng(1)
    rows = np.linspace(-1.0, 1.0, height, dtype=np.float32)[:, None]
    depth = np.where(rows > 0.05, 1.6 / np.maximum(rows, 0.05), 0.0).astype(np.float32)
    blank = blank_inputs(size)
    inputs = replace(
        blank,
        color=random.integers(90, 160, (height, width, 4), dtype=np.uint8),
        depth=np.ascontiguousarray(np.broadcast_to(depth, size)),
        ids=(np.arange(width) // 16 % 4).astype(np.uint8)[None].repeat(height, 0),
        sun=np.array([0.3, 0.9, 0.3], np.float32),
        palette=np.full_like(blank.palette, 0.4),
    )
    device = head.scene_biases[0].device
    cells = random.standard_normal((1, height // 16, width // 16, CONTEXT_CHANNELS), np.float32) * 0.6
    controls = torch.zeros(1, head.scenes + head.lighting_biases[0].shape[0], device=device)
    controls[0, 0] = controls[0, head.scenes] = 1.0
    return inputs, torch.from_numpy(cells).to(device), controls
