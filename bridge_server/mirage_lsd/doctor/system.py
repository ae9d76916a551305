"""The operating system: WSL, where the daemon and an engine on Windows are two machines."""

from __future__ import annotations

import platform
import re
from pathlib import Path

from .finding import Finding

_NAME = "system"
_RELEASE = Path("/proc/sys/kernel/osrelease")


def check_system(release: str | None = None) -> Finding:
    """Whether this Linux is one within Windows.

    Args:
        release: as if the kernel were of that release; None: it is asked. "" is no Linux.
    """
    if release is None:
        try:
            release = _RELEASE.read_text(encoding="utf-8").strip()
        except OSError:
            release = ""
    if not re.search("microsoft", release, re.IGNORECASE):
        return Finding(_NAME, "ok", f"{platform.system()} {platform.release()}")
    if not re.search("wsl2|microsoft-standard", release, re.IGNORECASE):
        hint = "it has no shared memory and no GPU for Linux programs: install MirageLSD on Windows itself"
        return Finding(_NAME, "warning", f"WSL 1 ({release})", hint)
    hint = (
        "for an engine on Windows install MirageLSD on Windows itself: frames from there can't come through shared memory, "
        "and 127.0.0.1 reaches this daemon only with `networkingMode=mirrored` in .wslconfig (Windows 11)"
    )
    return Finding(_NAME, "warning", f"WSL 2 ({release})", hint)
