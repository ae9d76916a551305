"""The daemon's kernels (`kernel_sources/*.cu`) on an NVIDIA card: compiled by NVRTC when they are first used, kept in the cache folder, launched by the
driver's own interface.

Needs the packages cuda-bindings and nvidia-cuda-nvrtc (extra `cuda`); PyTorch's CUDA build isn't needed. The driver is found as `libcuda.so.1`
or `nvcuda.dll` when this is used, never before.
"""

from __future__ import annotations

import ctypes
import functools
import hashlib
import threading
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import structlog

from ..cache_folder import cache_folder
from ..plan_cache import PlanCache
from .driver import MISSING, CudaDriver, CudaError

SHADE, GUIDE, MOTION, MIX, TEXTURE, LEVEL, SEEN, DETAIL = (
    f"lsd_{name}_kernel" for name in ("shade", "guide", "motion", "mix", "texture", "level", "seen", "detail")
)
_FOLDER = Path(__file__).with_name("kernel_sources")
# For cards newer than the compiler: the driver translates this.
_OLDEST = "compute_80"
# CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR and _MINOR.
_CAPABILITY = (75, 76)
# All kernels for a handful of cards and versions; each is some 100 KB.
_LIMIT_BYTES = 1 << 26
_making = threading.Lock()
_log = structlog.get_logger(__name__)


def _nvrtc() -> Any:
    try:
        from cuda.bindings import nvrtc
    except ImportError as error:
        raise CudaError(MISSING) from error
    return nvrtc


def _checked(outcome: tuple[Any, ...], what: str) -> Any:
    """What a call of the compiler gave, without its status."""
    status, *values = outcome
    if int(status) != 0:
        raise RuntimeError(f"{what}: {status.name}")
    return values[0] if len(values) == 1 else tuple(values)


class CudaKernels:
    """A card's primary context, which PyTorch shares, and the kernels compiled for it. Safe to use from several threads.

    Args:
        ordinal: the card, as CUDA numbers them.

    Raises:
        CudaError: a package, the driver or the card is missing; one sentence.
    """

    def __init__(self, ordinal: int = 0) -> None:
        self._nvrtc = _nvrtc()
        try:
            self.driver = CudaDriver(ordinal)
            self._architecture, self._is_exact = self._target(ordinal)
        # The compiler's bindings raise their own kinds where its library is missing.
        except Exception as error:
            raise _unavailable(error) from error
        self._functions: dict[str, Any] = {}
        self._compiling = threading.Lock()

    def prepare(self, *names: str) -> None:
        """Compiles kernels that are not compiled yet (a second or two).

        Raises:
            CudaError: one can't be compiled, or not loaded.
        """
        with self._compiling:
            for name in names:
                if name not in self._functions:
                    try:
                        with self.driver.current():
                            self._functions[name] = self._loaded(name)
                    except Exception as error:  # as above
                        raise _unavailable(error) from error

    def launch(self, name: str, grid: tuple[int, int], threads: int, addresses: tuple[int, ...], stream: Any) -> None:
        """Queues a kernel in `stream`; its arguments are addresses on the card, 0 for what isn't there. Needs the driver's `current`.

        Raises:
            CudaError: the driver refuses it.
        """
        if name not in self._functions:
            self.prepare(name)
        kinds = (ctypes.c_void_p,) * len(addresses)
        self.driver.call(
            "cuLaunchKernel", self._functions[name], *grid, 1, threads, 1, 1, 0, stream, (addresses, kinds), 0
        )

    def _target(self, ordinal: int) -> tuple[str, bool]:
        """What to compile for, and whether that is the card's own code; else it is text that the driver translates."""
        card = self.driver.call("cuDeviceGet", ordinal)
        major, minor = (self.driver.attribute(which, card) for which in _CAPABILITY)
        known = _checked(self._nvrtc.nvrtcGetSupportedArchs(), "nvrtcGetSupportedArchs")
        exact = major * 10 + minor in tuple(known[-1] if isinstance(known, tuple) else known)
        return (f"sm_{major}{minor}" if exact else _OLDEST), exact

    def _loaded(self, name: str) -> Any:
        source = (_FOLDER / f"{name}.cu").read_bytes()
        version = _checked(self._nvrtc.nvrtcVersion(), "nvrtcVersion")
        made_for = {
            "kernel": name,
            "architecture": self._architecture,
            "form": "binary" if self._is_exact else "text",
            "compiler": "NVRTC " + ".".join(map(str, version)),
            "source": hashlib.sha256(source).hexdigest(),
        }
        kept = PlanCache(cache_folder() / "kernels", _LIMIT_BYTES)
        if (code := kept.read(made_for)) is not None:
            try:
                return self._function(name, code)
            except CudaError as error:
                kept.drop(made_for)
                _log.warning("plan_stale", kernel=name, error=str(error), consequence="compiling again")
        code = self._compiled(name, source)
        function = self._function(name, code)
        kept.write(made_for, code)
        return function

    def _function(self, name: str, code: bytes) -> Any:
        module = self.driver.call("cuModuleLoadData", code)
        return self.driver.call("cuModuleGetFunction", module, name.encode())

    def _compiled(self, name: str, source: bytes) -> bytes:
        rtc = self._nvrtc
        program = _checked(rtc.nvrtcCreateProgram(source, name.encode(), 0, [], []), "nvrtcCreateProgram")
        try:
            option = f"--gpu-architecture={self._architecture}".encode()
            (status,) = rtc.nvrtcCompileProgram(program, 1, [option])
            if int(status) != 0:
                log = b" " * _checked(rtc.nvrtcGetProgramLogSize(program), "nvrtcGetProgramLogSize")
                rtc.nvrtcGetProgramLog(program, log)
                said = log.decode(errors="replace")
                raise RuntimeError(f"{name} does not compile for {self._architecture}: {said}")
            size_of, read = (
                (rtc.nvrtcGetCUBINSize, rtc.nvrtcGetCUBIN) if self._is_exact else (rtc.nvrtcGetPTXSize, rtc.nvrtcGetPTX)
            )
            code = b" " * int(_checked(size_of(program), "nvrtc"))
            _checked(read(program, code), "nvrtc")
            return code
        finally:
            rtc.nvrtcDestroyProgram(program)


@functools.cache
def _kernels_of(ordinal: int) -> CudaKernels:
    return CudaKernels(ordinal)


def kernels_of(ordinal: int = 0) -> CudaKernels:
    """The kernels of a card: one set for the whole process, whatever models and streams it has.

    Raises:
        CudaError: see `CudaKernels`; the next call tries again.
    """
    with _making:
        return _kernels_of(ordinal)


def kernel_constants(
    constants: npt.NDArray[np.float32], source: tuple[int, int], *, has_motion: bool = False
) -> npt.NDArray[np.float32]:
    """LSD_CONSTANT as the kernels take it, (18, 4), of that for every shader, (17, 4).

    Args:
        source: the planes' own height and width, where they may have another size than the picture. has_motion: see lsd_motion_kernel.
    """
    width, height = constants[6, :2]
    packed = np.empty((len(constants) + 1, 4), np.float32)
    packed[:-1] = constants
    packed[-1] = (source[1], source[0], (height, width) != source, has_motion)
    return packed


def _unavailable(error: Exception) -> CudaError:
    return CudaError(f"CUDA can't shade here ({str(error).rstrip('.')}).")
