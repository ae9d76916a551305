"""The sample engine (Panda3D) for the demo: an optional dependency."""

from __future__ import annotations

import importlib
from types import SimpleNamespace
from typing import Any

_MODULES = ("bridge", "camera_path", "conventions", "level", "renderer", "screen", "shading", "themes")


class DemoError(RuntimeError):
    """The demo can't go on; the message is one sentence that says what to do."""


def load_sample() -> Any:
    """The modules of `mirage_lsd.samples.greybox` as attributes.

    Raises:
        DemoError: Panda3D is not installed.
    """
    package = "mirage_lsd.samples.greybox"
    try:
        return SimpleNamespace(**{name: importlib.import_module(f"{package}.{name}") for name in _MODULES})
    except ModuleNotFoundError as error:
        if error.name and error.name.startswith("panda3d"):
            raise DemoError("Panda3D is not installed: pip install 'mirage-lsd[demo]'.") from error
        raise
