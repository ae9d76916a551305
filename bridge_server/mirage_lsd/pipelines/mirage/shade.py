"""What happens pixel by pixel: the guide before the trunk, the head after it. `select_shading` chooses who does it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np
import numpy.typing as npt
from torch import Tensor

from ..reprojection import PreviousFrame, Reprojected
from .frame_inputs import FrameInputs


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
        """The finished picture, H x W x 4 RGBA; `context`: (1, h, w, C), `controls`: see `Head.weights`. Valid until the next call."""
        ...
