"""What happens pixel by pixel: the guide before the trunk, the head after it. Two ways to run it, chosen by the device."""

from __future__ import annotations

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


class Shading(Protocol):
    """One instance serves all streams and sizes of a model. `name` is for the log and the reports."""

    name: str

    def prepare(self, base: tuple[int, int], output: tuple[int, int]) -> None:
        """Compiles for a pair of sizes (height, width), so that the first frame needn't wait for it."""
        ...

    def guide(self, inputs: FrameInputs, base: tuple[int, int]) -> tuple[Tensor, Tensor | None, Tensor]:
        """The guide (1, h, w, GUIDE_CHANNELS), the anchored noise (1, 3, h, w), None for color alone, and the depth on the CPU (1, 1, h, w), 0: sky or unknown.

        Valid until the next call.
        """
        ...

    def reproject(
        self, inputs: FrameInputs, depth: Tensor, before: PreviousFrame, motion: Tensor | None
    ) -> Reprojected:
        """See `reproject.reproject`."""
        ...

    def shade(
        self, inputs: FrameInputs, context: Tensor, controls: Tensor, output: tuple[int, int]
    ) -> npt.NDArray[np.uint8]:
        """The finished picture, H x W x 4 RGBA; `context`: (1, h, w, C). Valid until the next call."""
        ...


def select_shading(model: MirageLSDv1, backend: Backend, device: torch.device) -> Shading:
    """The fused kernels on a CPU, layer by layer on a GPU; falls back to layers with a line in the log."""
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
