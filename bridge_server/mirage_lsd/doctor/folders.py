"""The folders that MirageLSD reads and writes: names beyond ASCII, and whether the cache can be written."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from .finding import Finding

_NAME = "folders"
_CACHE_HINT = (
    "set MIRAGE_LSD_CACHE to a folder that this user may write; without a cache every start takes as long as the first"
)


def check_folders(
    folders: Mapping[str, Path] | None = None, system: str = sys.platform, encoding: str | None = None
) -> Finding:
    """Whether file names can hold what the user's name has in it, and the cache can be written.

    Args:
        folders: by what they are for; "cache" among them. None: this installation's.
        system: as `sys.platform`.
        encoding: of file names; None: Python's.
    """
    if folders is None:
        from ..cache_folder import cache_folder

        folders = {"home": Path.home(), "cache": cache_folder(), "package": Path(__file__).parents[1]}
    strange = {what: path for what, path in folders.items() if not str(path).isascii()}
    encoding = encoding or sys.getfilesystemencoding()
    if strange and encoding.lower().replace("-", "") != "utf8":
        what, path = next(iter(strange.items()))
        hint = "set the environment variables PYTHONUTF8=1 and LANG=C.UTF-8, for the daemon and for who starts it"
        return Finding(_NAME, "warning", f"{what}: {path}, and file names are {encoding} here", hint)
    try:
        folders["cache"].mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folders["cache"]):
            pass
    except OSError as error:
        return Finding(_NAME, "warning", f"the cache can't be written ({error})", _CACHE_HINT)
    if strange and system == "win32":
        what, path = next(iter(strange.items()))
        hint = (
            "some libraries open files by their ASCII names only: if a model or the native core can't be loaded, set "
            "MIRAGE_LSD_CACHE to C:\\mirage-lsd and install into a virtual environment there"
        )
        return Finding(_NAME, "warning", f"{what}: {path} has letters beyond ASCII", hint)
    return Finding(_NAME, "ok", f"cache: {folders['cache']}")
