"""How a module of ours is started in a process of its own, and what it finds in its environment."""

from __future__ import annotations

import os
import sys
from pathlib import Path

_PACKAGE_FOLDER = str(Path(__file__).resolve().parents[1])


def child_environment() -> dict[str, str]:
    """This process's, in which the child finds this package too: the working folder may have changed since a relative path was set."""
    paths = [path for path in (os.environ.get("PYTHONPATH"), _PACKAGE_FOLDER) if path]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}


def module_command(module: str, *arguments: str) -> list[str]:
    """Starts `module` by this Python. A file of the working folder that is called as some library is not taken for it; so give it `child_environment` too."""
    return [sys.executable, "-P", "-m", module, *arguments]
