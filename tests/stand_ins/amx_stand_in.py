"""Builds the pixel kernels with the stand-in for AMX, so that any x86 CPU runs the source of the kernel for tiles."""

from __future__ import annotations

import subprocess
from pathlib import Path

STAND_IN = Path(__file__).with_name("amx")
SHADER = Path(__file__).parents[2] / "bridge_server" / "shader"


def build_kernels(folder: Path) -> Path:
    """Compiles a library of the kernels `amx-bf16` and `portable` alone into `folder` (some seconds); returns its path."""
    library = folder / "libmirage_shader_by_stand_in.so"
    options = "-std=c++17 -O1 -shared -fPIC -pthread -Wno-psabi -fno-math-errno -fno-trapping-math -DMIRAGE_AMX"
    subprocess.run(
        [
            *("g++", *options.split(), f"-I{SHADER / 'include'}", f"-I{STAND_IN}", "-o", str(library)),
            str(STAND_IN / "api.cpp"),
            str(SHADER / "test" / "amx_bf16_by_stand_in.cpp"),
            str(SHADER / "src" / "kernel_portable.cpp"),
        ],
        check=True,
    )
    return library
