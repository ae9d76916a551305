"""Where this machine keeps what can be made or fetched again."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def cache_folder() -> Path:
    """`$MIRAGE_LSD_CACHE`, else the user's cache folder of the platform. It may not exist yet."""
    if chosen := os.environ.get("MIRAGE_LSD_CACHE"):
        return Path(chosen)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home())) / "mirage-lsd" / "cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "mirage-lsd"
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "mirage-lsd"
