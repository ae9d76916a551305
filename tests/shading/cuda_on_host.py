"""The daemon's CUDA kernel without a GPU: its text run by the CPU, and compiled by NVRTC."""

from __future__ import annotations

import ctypes
import re
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scenes import ShadedScene
from shading_pass import constants_of, textures_of, weights_of

import mirage_lsd.accel

HERE = Path(__file__).parent
KERNEL = Path(mirage_lsd.accel.__file__).parent / "lsd_shade_kernel.cu"


def library(folder: Path, source: str | None = None) -> Path:
    """The kernel as a library for the CPU; `source`: in place of what is in the package."""
    text = KERNEL.read_text(encoding="utf-8") if source is None else source
    (folder / KERNEL.name).write_text(text, encoding="utf-8")
    built = folder / "kernel.so"
    command = ["g++", "-std=c++20", "-O2", "-shared", "-fPIC", "-ffp-contract=off", f"-I{HERE}", f"-I{folder}"]
    command += [str(HERE / "cuda_kernel.cpp"), "-o", str(built), "-lpthread"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return built


def built(folder: Path, source: str | None = None) -> Any:
    """The kernel as a function; see `library`."""
    return ctypes.CDLL(str(library(folder, source))).lsd_shade_on_host


def run(kernel: Any, scene: ShadedScene, picture: npt.NDArray[np.uint8] | None = None) -> npt.NDArray[np.uint8]:
    """H x W x 4; `picture`: where to, contiguous."""
    color, depth, normal, ids, slots, context = textures_of(scene)
    values = [constants_of(scene), weights_of(scene), color, depth, normal, ids, slots, context.astype(np.float32)]
    if picture is None:
        picture = np.zeros((*scene.size, 4), np.uint8)
    arrays = [np.ascontiguousarray(x) for x in values] + [picture]
    kernel(*(ctypes.c_void_p(x.ctypes.data) for x in arrays))
    return picture


@cache
def compiled(architecture: str) -> tuple[bytes, str]:
    """The cubin for `architecture` (sm_86, ...), and what its assembler says of registers and spills."""
    from cuda.bindings import nvrtc

    status, program = nvrtc.nvrtcCreateProgram(KERNEL.read_bytes(), KERNEL.name.encode(), 0, [], [])
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
