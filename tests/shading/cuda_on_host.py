"""The daemon's CUDA kernels without a GPU: their text run by the CPU, and compiled by NVRTC."""

from __future__ import annotations

import ctypes
import re
import shutil
import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scenes import ShadedScene
from shading_pass import constants_of, textures_of, weights_of

import mirage_lsd.cuda
from mirage_lsd.accel.cuda_shader import SHADE_THREADS, shade_grid
from mirage_lsd.cuda.kernels import SHADE, kernel_constants

HERE = Path(__file__).parent
KERNELS = Path(mirage_lsd.cuda.__file__).parent / "kernel_sources"


def source_of(name: str) -> str:
    """A kernel's text, as it is in the package."""
    return (KERNELS / f"{name}.cu").read_text(encoding="utf-8")


def library(folder: Path, changed: Mapping[str, str] | None = None) -> Path:
    """The kernels as a library for the CPU; `changed`: texts in place of those in the package, by name."""
    for file in KERNELS.glob("*.cu"):
        shutil.copy(file, folder)
    for name, text in (changed or {}).items():
        (folder / f"{name}.cu").write_text(text, encoding="utf-8")
    made = folder / "kernels.so"
    command = ["g++", "-std=c++20", "-O2", "-shared", "-fPIC", "-ffp-contract=off", f"-I{HERE}", f"-I{folder}"]
    command += [str(HERE / "cuda_kernels.cpp"), "-o", str(made), "-lpthread"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return made


class HostKernels:
    """The kernels, run with arrays of this process; see `library`."""

    def __init__(self, folder: Path, changed: Mapping[str, str] | None = None) -> None:
        self._library = ctypes.CDLL(str(library(folder, changed)))

    def launch(self, name: str, grid: tuple[int, int], threads: int, arrays: list[npt.NDArray[Any] | None]) -> None:
        """Runs one; an array stands for its address, None for 0."""
        for array in arrays:
            assert array is None or array.flags.c_contiguous
        addresses = (ctypes.c_void_p * len(arrays))(*(None if a is None else a.ctypes.data for a in arrays))
        kernel = ctypes.c_char.in_dll(self._library, f"stand_in_{name}")
        self._library.lsd_run_on_host(ctypes.byref(kernel), *grid, threads, addresses)


def run(
    kernels: HostKernels, scene: ShadedScene, picture: npt.NDArray[np.uint8] | None = None, *, in_threads: bool = False
) -> npt.NDArray[np.uint8]:
    """Shades: H x W x 4. `picture`: where to, contiguous. `in_threads`: each of a block's threads is one, which takes long."""
    color, depth, normal, ids, slots, context, objects = textures_of(scene)
    constants = kernel_constants(constants_of(scene), scene.size)
    values = [constants, weights_of(scene), color, depth, normal, ids, slots, objects, context.astype(np.float32)]
    if picture is None:
        picture = np.zeros((*scene.size, 4), np.uint8)
    name = f"{SHADE}_in_threads" if in_threads else SHADE
    kernels.launch(name, shade_grid(scene.size), SHADE_THREADS, [np.ascontiguousarray(x) for x in values] + [picture])
    return picture


@cache
def compiled(name: str, architecture: str) -> tuple[bytes, str]:
    """A kernel's cubin for `architecture` (sm_86, ...), and what its assembler says of registers and spills."""
    from cuda.bindings import nvrtc

    status, program = nvrtc.nvrtcCreateProgram(source_of(name).encode(), name.encode(), 0, [], [])
    assert status == nvrtc.nvrtcResult.NVRTC_SUCCESS
    options = [f"--gpu-architecture={architecture}".encode(), b"--ptxas-options=-v"]
    (status,) = nvrtc.nvrtcCompileProgram(program, len(options), options)
    _, size = nvrtc.nvrtcGetProgramLogSize(program)
    log = b" " * size
    nvrtc.nvrtcGetProgramLog(program, log)
    assert status == nvrtc.nvrtcResult.NVRTC_SUCCESS, log.decode()
    _, size = nvrtc.nvrtcGetCUBINSize(program)
    cubin = b" " * size
    nvrtc.nvrtcGetCUBIN(program, cubin)
    return cubin, log.decode()


def resources(log: str) -> tuple[int, int]:
    """Registers a thread, and bytes spilled."""
    registers = re.search(r"Used (\d+) registers", log)
    spills = re.findall(r"(\d+) bytes spill", log)
    assert registers is not None, log
    assert spills, log
    return int(registers[1]), sum(map(int, spills))
