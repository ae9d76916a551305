"""What the shaders for GPUs have in common, whoever's interface they draw through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt


class GpuUnavailableError(RuntimeError):
    """A package, a driver or a device is missing, or the device gave up; one sentence."""


@dataclass(frozen=True)
class Adapter:
    """A device.

    Attributes:
        name: as its driver says. api: vulkan, metal, d3d12, opengl or cuda. software: a driver that computes on the CPU.
    """

    name: str
    api: str
    software: bool


@dataclass(frozen=True, slots=True, eq=False)
class ShadeInputs:
    """What a picture is shaded from, in host memory.

    Attributes:
        constants: LSD_CONSTANT, (17, 4). weights: LSD_WEIGHT, (1801, 4). slots: (256, 4). Of both the same array object is taken as unchanged.
        planes: color, depth, normal and ids of the picture's size, None for what isn't there (the constants say so, too).
        context: (h, w, 16). objects: (3, 256, 4), see `surfaces.object_from_world_of`, or None: then the constants don't say 2.
    """

    constants: npt.NDArray[np.float32]
    weights: npt.NDArray[np.float32]
    planes: tuple[npt.NDArray[Any] | None, ...]
    slots: npt.NDArray[np.uint8]
    context: npt.NDArray[np.float32]
    objects: npt.NDArray[np.float32] | None = None


class ShadeTarget(Protocol):
    """What lies on a device for one size of picture and context."""

    def shade(self, inputs: ShadeInputs, out: npt.NDArray[np.uint8]) -> None:
        """Fills `out` (H, W, 4), C-contiguous.

        Raises:
            GpuUnavailableError: the device is gone.
        """
        ...


class GpuShader(Protocol):
    """A device with the compiled pass or kernel."""

    adapter: Adapter

    def target(self, size: tuple[int, int], context: tuple[int, int]) -> ShadeTarget:
        """For pictures of `size` and contexts of `context` cells, each height and width."""
        ...
