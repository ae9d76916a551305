"""Finds the sample engine, which lies beside the package in a checkout, not in it."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

SAMPLE = Path("samples") / "panda3d_greybox"
_MODULES = ("bridge", "camera_path", "level", "renderer", "screen", "themes")


class DemoError(RuntimeError):
    """The demo can't go on; the message is one sentence that says what to do."""


def load_sample() -> Any:
    """The sample's modules as attributes.

    Raises:
        DemoError: it is not there, or Panda3D is not installed.
    """
    for folder in (Path.cwd(), *Path(__file__).resolve().parents):
        if (folder / SAMPLE / "level.py").is_file():
            break
    else:
        raise DemoError(f"The demo needs the folder {SAMPLE}: run it in a checkout of the project.")
    sys.path.insert(0, str(folder / SAMPLE))
    try:
        return SimpleNamespace(**{name: importlib.import_module(name) for name in _MODULES})
    except ModuleNotFoundError as error:
        if error.name and error.name.startswith("panda3d"):
            raise DemoError("Panda3D is not installed: pip install 'mirage-lsd[demo]'.") from error
        raise
    finally:
        sys.path.remove(str(folder / SAMPLE))
