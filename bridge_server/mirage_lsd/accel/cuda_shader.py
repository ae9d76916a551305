"""Shading by an NVIDIA card where the planes are in host memory: they go up, the picture comes back."""

from __future__ import annotations

import contextlib
from typing import Any

import numpy as np
import numpy.typing as npt

from ..cuda.driver import CudaError
from ..cuda.kernels import SHADE, kernel_constants, kernels_of
from .gpu import Adapter, GpuUnavailableError, ShadeInputs

# Pixels of a block, as the kernel numbers them, and its threads.
SHADE_BLOCK = (32, 4)
SHADE_THREADS = 128


class CudaShader:
    """The shading kernel on a card; makes a `CudaShadeTarget` for each size.

    Args:
        ordinal: the card, as CUDA numbers them.

    Raises:
        GpuUnavailableError: a package, the driver or the card is missing, or the kernel can't be compiled; one sentence.
    """

    def __init__(self, ordinal: int = 0) -> None:
        try:
            self.kernels = kernels_of(ordinal)
            self.kernels.prepare(SHADE)
        except CudaError as error:
            raise GpuUnavailableError(str(error)) from error
        self.adapter = Adapter(self.kernels.driver.name, "cuda", False)

    def target(self, size: tuple[int, int], context: tuple[int, int]) -> CudaShadeTarget:
        """For pictures of `size` and contexts of `context` cells, each height and width."""
        return CudaShadeTarget(self, size, context)


def shade_grid(size: tuple[int, int]) -> tuple[int, int]:
    """Blocks across and down for a picture of `size`, height and width."""
    return -(-size[1] // SHADE_BLOCK[0]), -(-size[0] // SHADE_BLOCK[1])


class CudaShadeTarget:
    """What lies on the card for one size: a plane takes room from the first frame that has it. Used by one thread at a time."""

    def __init__(self, shader: CudaShader, size: tuple[int, int], context: tuple[int, int]) -> None:
        self._shader, self._size, self._cuda = shader, size, shader.kernels.driver
        self._buffers: dict[str, tuple[int, int]] = {}
        # What lies there and seldom changes: the array that it came from.
        self._kept: dict[str, Any] = {}
        self._stream: Any = None
        # What the card may still be reading.
        self._sent: list[npt.NDArray[Any]] = []

    def shade(self, inputs: ShadeInputs, out: npt.NDArray[np.uint8]) -> None:
        """Fills `out` (H, W, 4); see `gpu.ShadeTarget.shade`.

        Raises:
            GpuUnavailableError: the card is gone, or its memory is full.
        """
        try:
            with self._cuda.current():
                if self._stream is None:
                    self._stream = self._cuda.create_stream()
                self._launch(self._uploaded(inputs), out)
        except RuntimeError as error:
            raise GpuUnavailableError(f"{self._shader.adapter.name} gave up ({str(error).rstrip('.')}).") from error

    def close(self) -> None:
        """Frees what lies on the card."""
        with self._cuda.current():
            for address, _ in self._buffers.values():
                self._cuda.free(address)
            self._buffers.clear()
            self._kept.clear()
            if self._stream is not None:
                self._cuda.destroy_stream(self._stream)
                self._stream = None

    def __del__(self) -> None:
        # The driver may be gone before the last target is.
        if self._buffers:
            with contextlib.suppress(Exception):
                self.close()

    def _uploaded(self, inputs: ShadeInputs) -> list[int]:
        """The kernel's arguments but the last: addresses on the card, 0 for what isn't there."""
        addresses = [self._copied("constants", kernel_constants(inputs.constants, self._size))]
        addresses.append(self._once("weights", inputs.weights))
        for name, plane in zip(("color", "depth", "normal", "ids"), inputs.planes, strict=True):
            addresses.append(0 if plane is None else self._copied(name, plane))
        objects = 0 if inputs.objects is None else self._copied("objects", inputs.objects)
        return [*addresses, self._once("slots", inputs.slots), objects, self._copied("context", inputs.context)]

    def _once(self, name: str, values: npt.NDArray[Any]) -> int:
        """Copied only where it is another array than the last one."""
        if values is not self._kept.get(name):
            self._copied(name, values)
            self._kept[name] = values
        return self._buffers[name][0]

    def _copied(self, name: str, values: npt.NDArray[Any]) -> int:
        array = np.ascontiguousarray(values)
        address = self._room(name, array.nbytes)
        self._sent.append(array)
        self._cuda.call("cuMemcpyHtoDAsync", address, array.ctypes.data, array.nbytes, self._stream)
        return address

    def _room(self, name: str, size: int) -> int:
        address, there = self._buffers.get(name, (0, 0))
        if there != size:
            if there:
                self._cuda.free(address)
            address = int(self._cuda.call("cuMemAlloc", size))
            self._buffers[name] = (address, size)
        return address

    def _launch(self, addresses: list[int], out: npt.NDArray[np.uint8]) -> None:
        height, width = self._size
        painted = self._room("picture", width * height * 4)
        self._shader.kernels.launch(SHADE, shade_grid(self._size), SHADE_THREADS, (*addresses, painted), self._stream)
        self._cuda.call("cuMemcpyDtoHAsync", out.ctypes.data, painted, out.nbytes, self._stream)
        self._cuda.synchronize(self._stream)
        self._sent.clear()
