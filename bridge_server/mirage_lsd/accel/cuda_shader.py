"""The shading kernel (`lsd_shade_kernel.cu`) on an NVIDIA card: compiled by NVRTC when it is first used, launched by the driver's own interface.

Needs the packages cuda-bindings and nvidia-cuda-nvrtc (extra `cuda`); PyTorch's CUDA build isn't needed. The driver is found as `libcuda.so.1`
or `nvcuda.dll` when this is used, never before.
"""

from __future__ import annotations

import contextlib
import ctypes
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ..cuda.driver import MISSING, CudaDriver
from .gpu import Adapter, GpuUnavailableError, ShadeInputs

_KERNEL = Path(__file__).with_name("lsd_shade_kernel.cu")
_ENTRY = b"lsd_shade_kernel"
# Pixels of a block, as the kernel numbers them, and its threads.
_BLOCK = (32, 4)
_THREADS = 128
# For cards newer than the compiler: the driver translates this.
_OLDEST = "compute_80"
# CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR and _MINOR.
_CAPABILITY = (75, 76)


def _nvrtc() -> Any:
    try:
        from cuda.bindings import nvrtc
    except ImportError as error:
        raise GpuUnavailableError(MISSING) from error
    return nvrtc


def _checked(outcome: tuple[Any, ...], what: str) -> Any:
    """What a call of the compiler gave, without its status."""
    status, *values = outcome
    if int(status) != 0:
        raise RuntimeError(f"{what}: {status.name}")
    return values[0] if len(values) == 1 else tuple(values)


class CudaShader:
    """A card's primary context, which PyTorch shares, and the kernel compiled for it; makes a `CudaShadeTarget` for each size.

    Args:
        ordinal: the card, as CUDA numbers them.

    Raises:
        GpuUnavailableError: a package, the driver or the card is missing, or the kernel can't be compiled; one sentence.
    """

    def __init__(self, ordinal: int = 0) -> None:
        self._nvrtc = _nvrtc()
        try:
            self.driver = CudaDriver(ordinal)
            self.adapter = Adapter(self.driver.name, "cuda", False)
            with self.driver.current():
                module = self.driver.call("cuModuleLoadData", self._compile(ordinal))
                self.kernel = self.driver.call("cuModuleGetFunction", module, _ENTRY)
        # The compiler's bindings raise their own kinds where its library is missing.
        except Exception as error:
            raise GpuUnavailableError(f"CUDA can't shade here ({str(error).rstrip('.')}).") from error

    def target(self, size: tuple[int, int], context: tuple[int, int]) -> CudaShadeTarget:
        """For pictures of `size` and contexts of `context` cells, each height and width."""
        return CudaShadeTarget(self, size, context)

    def _compile(self, ordinal: int) -> bytes:
        """A cubin for the card; for one that the compiler doesn't know, text that the driver translates."""
        card = self.driver.call("cuDeviceGet", ordinal)
        major, minor = (self.driver.attribute(which, card) for which in _CAPABILITY)
        known = _checked(self._nvrtc.nvrtcGetSupportedArchs(), "nvrtcGetSupportedArchs")
        exact = major * 10 + minor in tuple(known[-1] if isinstance(known, tuple) else known)
        return self._compiled_for(f"sm_{major}{minor}" if exact else _OLDEST, exact)

    def _compiled_for(self, architecture: str, cubin: bool) -> bytes:
        rtc = self._nvrtc
        source = _KERNEL.read_bytes()
        program = _checked(rtc.nvrtcCreateProgram(source, _KERNEL.name.encode(), 0, [], []), "nvrtcCreateProgram")
        try:
            option = f"--gpu-architecture={architecture}".encode()
            (status,) = rtc.nvrtcCompileProgram(program, 1, [option])
            if int(status) != 0:
                log = b" " * _checked(rtc.nvrtcGetProgramLogSize(program), "nvrtcGetProgramLogSize")
                rtc.nvrtcGetProgramLog(program, log)
                raise RuntimeError(f"the kernel does not compile for {architecture}: {log.decode(errors='replace')}")
            size_of, read = (
                (rtc.nvrtcGetCUBINSize, rtc.nvrtcGetCUBIN) if cubin else (rtc.nvrtcGetPTXSize, rtc.nvrtcGetPTX)
            )
            code = b" " * int(_checked(size_of(program), "nvrtc"))
            _checked(read(program, code), "nvrtc")
            return code
        finally:
            rtc.nvrtcDestroyProgram(program)


class CudaShadeTarget:
    """What lies on the card for one size: a plane takes room from the first frame that has it. Used by one thread at a time."""

    def __init__(self, shader: CudaShader, size: tuple[int, int], context: tuple[int, int]) -> None:
        self._shader, self._size, self._cuda = shader, size, shader.driver
        self._buffers: dict[str, tuple[int, int]] = {}
        self._weights: Any = None
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
        addresses = [self._copied("constants", inputs.constants)]
        if inputs.weights is not self._weights:
            self._copied("weights", inputs.weights)
            self._weights = inputs.weights
        addresses.append(self._buffers["weights"][0])
        for name, plane in zip(("color", "depth", "normal", "ids"), inputs.planes, strict=True):
            addresses.append(0 if plane is None else self._copied(name, plane))
        return [*addresses, self._copied("slots", inputs.slots), self._copied("context", inputs.context)]

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
        grid = (-(-width // _BLOCK[0]), -(-height // _BLOCK[1]), 1)
        arguments = (*addresses, painted)
        kinds = (ctypes.c_void_p,) * len(arguments)
        block = (_THREADS, 1, 1)
        self._cuda.call("cuLaunchKernel", self._shader.kernel, *grid, *block, 0, self._stream, (arguments, kinds), 0)
        self._cuda.call("cuMemcpyDtoHAsync", out.ctypes.data, painted, out.nbytes, self._stream)
        self._cuda.synchronize(self._stream)
        self._sent.clear()
