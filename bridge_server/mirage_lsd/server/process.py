"""The daemon as a process of its system: descriptors, and the program that started it."""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from collections.abc import Callable

import psutil

_LOOK_S = 0.5


def raise_descriptor_limit() -> None:
    """As many file descriptors as this user may have: each client takes one. Nothing to do on Windows."""
    if sys.platform == "win32":
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        with contextlib.suppress(OSError, ValueError):  # macOS says "unlimited" and means less
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def stop_with_parent(pid: int, stop: Callable[[], None]) -> None:
    """Calls `stop` once the process `pid` is gone, so that an editor that crashed leaves no daemon behind.

    A process that takes over the number of the one that ended is not mistaken for it.
    """
    try:
        parent = psutil.Process(pid)
    except psutil.NoSuchProcess:
        stop()
        return

    def watch() -> None:
        while parent.is_running() and parent.status() != psutil.STATUS_ZOMBIE:
            time.sleep(_LOOK_S)
        stop()

    def watch_safely() -> None:
        try:
            watch()
        except psutil.Error:  # gone between two looks
            stop()

    threading.Thread(target=watch_safely, name="parent", daemon=True).start()
