"""Strings out of the native core, its version and its clock."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .library import library_path, load
from .types import Progress


def version() -> str:
    """The native core's version, "major.minor.patch"."""
    ffi, lib = load(library_path())
    return text(ffi, lib.lsd_version())


def now_ns() -> int:
    """Monotonic nanoseconds: the clock of every `t_*_ns` of the client's."""
    return int(load(library_path())[1].lsd_now_ns())


def read_progress(ffi: Any, read: Callable[[Any], int]) -> Progress | None:
    """Calls one of the core's `..._get_progress`; None when there is nothing to report."""
    progress = ffi.new("lsd_progress*")
    progress.size = ffi.sizeof("lsd_progress")
    return Progress(text(ffi, progress.what), progress.fraction) if read(progress) == 0 else None


def text(ffi: Any, pointer: Any) -> str:
    raw: bytes = ffi.string(pointer)
    return raw.decode("utf-8", "replace")


def long_text(ffi: Any, read: Callable[[Any, int], int]) -> str:
    """Reads a string whose length the callee knows: once more with more room if the first buffer was too short."""
    capacity = 512
    while True:
        buffer = ffi.new("char[]", capacity)
        length = int(read(buffer, capacity))
        if length < capacity:
            return text(ffi, buffer)
        capacity = length + 1
