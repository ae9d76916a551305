"""What a child process of ours finds in its environment."""

from __future__ import annotations

import os
from pathlib import Path

_PACKAGE_FOLDER = str(Path(__file__).resolve().parents[1])


def child_environment() -> dict[str, str]:
    """This process's, in which the child finds this package too: the working folder may have changed since a relative path was set."""
    paths = [path for path in (os.environ.get("PYTHONPATH"), _PACKAGE_FOLDER) if path]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
