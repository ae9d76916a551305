"""The native core, through which every engine speaks to the daemon."""

from __future__ import annotations

from .. import __version__
from ..client.library import NativeLibraryError
from .finding import Finding

_NAME = "native core"


def check_native() -> Finding:
    """It loads, and is of this package's version."""
    hint = "in a checkout: `make setup`; else: pip install --force-reinstall mirage-lsd"
    try:
        from ..client import library_path, version

        path, found = library_path(), version()
    except NativeLibraryError as error:
        return Finding(_NAME, "problem", str(error), hint)
    except (AttributeError, ImportError) as error:  # another library of that name
        return Finding(_NAME, "problem", f"the file is no core of MirageLSD ({error})", hint)
    if found != __version__:
        return Finding(_NAME, "problem", f"{path} is of version {found}, the package of {__version__}", hint)
    return Finding(_NAME, "ok", f"{found}, {path.name}")
