"""MirageLSD: re-renders a game engine's frames, live, on this machine.

    from mirage_lsd import StreamEngine             # a camera, a screen or a clip through a model, to a window, a file, a stream
    from mirage_lsd import Client                   # what an engine plugin does, with numpy arrays

Names are imported when they are first used: `import mirage_lsd` costs no PyTorch and no native library.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from .client import Client, Result, Stream
    from .engine import StreamEngine
    from .frame import Camera, InputFrame, OutputFrame, Slot, Sun
    from .pipelines.registry import load_pipeline

_WHERE = {
    "Camera": "frame",
    "Client": "client",
    "InputFrame": "frame",
    "OutputFrame": "frame",
    "Result": "client",
    "Slot": "frame",
    "Stream": "client",
    "StreamEngine": "engine",
    "Sun": "frame",
    "load_pipeline": "pipelines.registry",
}

__all__ = [
    "Camera",
    "Client",
    "InputFrame",
    "OutputFrame",
    "Result",
    "Slot",
    "Stream",
    "StreamEngine",
    "Sun",
    "__version__",
    "load_pipeline",
]


def __getattr__(name: str) -> Any:
    if name in _WHERE:
        return getattr(importlib.import_module(f".{_WHERE[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
