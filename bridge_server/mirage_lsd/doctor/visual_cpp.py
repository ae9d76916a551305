"""Microsoft's Visual C++ run-time library, which PyTorch and OpenVINO need on Windows."""

from __future__ import annotations

import ctypes
from collections.abc import Callable

from .finding import Finding

_NAME = "Visual C++ runtime"
_LIBRARIES = ("vcruntime140.dll", "vcruntime140_1.dll", "msvcp140.dll")
_HINT = "install https://aka.ms/vs/17/release/vc_redist.x64.exe (Microsoft Visual C++ Redistributable) and start again"


def check_visual_cpp(load: Callable[[str], object] = ctypes.CDLL) -> Finding:
    """Whether its libraries can be loaded. `load`: raises OSError for one that is not there."""
    missing = []
    for library in _LIBRARIES:
        try:
            load(library)
        except OSError:
            missing.append(library)
    if missing:
        return Finding(_NAME, "problem", f"{', '.join(missing)} can't be loaded", _HINT)
    return Finding(_NAME, "ok", "there")
