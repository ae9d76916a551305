"""Finds and loads the native core."""

from __future__ import annotations

import os
import sys
from functools import cache
from pathlib import Path
from typing import Any

from cffi import FFI

from .cdef import CDEF

ENVIRONMENT_VARIABLE = "MIRAGE_LSD_NATIVE"


class NativeLibraryError(OSError):
    """The native core can't be found or loaded; the message says what to do."""


def library_path() -> Path:
    """Where the native core lies: `MIRAGE_LSD_NATIVE` (a file) if set, else the package's folder `_native`.

    Raises:
        NativeLibraryError: no file is there.
    """
    name = {"win32": "lsd.dll", "darwin": "liblsd.dylib"}.get(sys.platform, "liblsd.so")
    chosen = os.environ.get(ENVIRONMENT_VARIABLE)
    path = Path(chosen) if chosen else Path(__file__).parents[1] / "_native" / name
    if path.is_file():
        return path
    if chosen:
        raise NativeLibraryError(
            f"{ENVIRONMENT_VARIABLE} names {chosen}, which is not a file: set it to the path of {name}."
        )
    raise NativeLibraryError(
        f"the native core ({name}) is not here: run `make setup` in the checkout, or `pip install mirage-lsd`."
    )


@cache
def load(path: Path) -> tuple[Any, Any]:
    """The FFI and the library, loaded once a path. `Any`: the types of C structures are known to cffi only."""
    ffi = FFI()
    ffi.cdef(CDEF)
    try:
        library = ffi.dlopen(str(path))
    except OSError as error:
        raise NativeLibraryError(
            f"{path} can't be loaded ({error}): build it for this machine with `make setup`."
        ) from error
    return ffi, library
