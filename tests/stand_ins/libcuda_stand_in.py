"""Builds the stand-in for the CUDA driver, and reads what a process has done with it."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np

SOURCES = Path(__file__).parent / "libcuda"


def build_stand_in(folder: Path) -> Path:
    """Compiles `libcuda.so.1` into `folder`; returns the folder, for LD_LIBRARY_PATH."""
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        [
            *(
                "g++",
                "-std=c++17",
                "-O1",
                "-g1",
                "-Wall",
                "-Wextra",
                "-Werror",
                "-shared",
                "-fPIC",
                "-fvisibility=hidden",
            ),
            *("-Wl,-soname,libcuda.so.1", "-o", str(folder / "libcuda.so.1"), "-pthread", "-ldl"),
            *map(str, sorted(SOURCES.glob("*.cpp"))),
        ],
        check=True,
    )
    return folder


def stand_in_environment(library: Path, counters: Path | None = None, **settings: object) -> dict[str, str]:
    """This process's environment with the stand-in in it; `settings` as in libcuda/README.md, lower case, without the prefix."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LIBCUDA_STAND_IN_")}
    environment["LD_LIBRARY_PATH"] = f"{library}:{environment.get('LD_LIBRARY_PATH', '')}".rstrip(":")
    if counters is not None:
        environment["LIBCUDA_STAND_IN_COUNTERS"] = str(counters)
    environment.update({f"LIBCUDA_STAND_IN_{name.upper()}": str(value) for name, value in settings.items()})
    return environment


@dataclass(frozen=True, slots=True)
class Counters:
    """The words of libcuda/counters.h: what a process has at present, and the bytes that it copied so far."""

    allocations: int
    bytes: int
    opened_memory: int
    events: int
    opened_events: int
    streams: int
    contexts: int
    bytes_to_device: int
    bytes_to_host: int
    bytes_on_device: int
    faults: int
    external_memory: int
    mapped: int
    external_semaphores: int


def read_counters(folder: Path, pid: int) -> Counters:
    """Those of a process, which may have ended."""
    return Counters(*map(int, np.fromfile(folder / str(pid), dtype="<u8")))
