"""The desktop: a monitor, or a window."""

from __future__ import annotations

import importlib.util
import os
import sys
from typing import Self

from .options import read_options
from .process import ProcessSource


class DesktopSource(ProcessSource):
    """A monitor by number or name, the whole desktop ("all"), or a window by a part of its title ("window:TITLE").

    Args:
        what: "" is the first monitor.
        size: width and height of the pictures; None: the monitor's own.
        fps: how often it is captured.
    """

    name = "screen"
    help = "the desktop: screen, screen:2, screen:NAME, screen:all, window:TITLE"

    def __init__(
        self, what: str = "", *, size: tuple[int, int] | None = None, fps: float | None = None, fit: str = "cover"
    ) -> None:
        options = {"what": what, "size": size, "fps": fps or 30.0, "fit": fit}
        super().__init__("mirage_lsd.sources.workers.desktop", options, "The desktop")

    @classmethod
    def from_text(cls, text: str, **options: object) -> Self | None:
        kind, _, rest = text.partition(":")
        if kind not in ("screen", "window"):
            return None
        given = read_options(options)
        return cls(text if kind == "window" else rest, size=given.size, fps=given.fps, fit=given.fit)

    @classmethod
    def available(cls) -> str | None:
        if importlib.util.find_spec("mss") is None:
            return "Desktop capture needs mss: pip install mss"
        if sys.platform.startswith("linux") and not os.environ.get("DISPLAY"):
            return "The desktop can't be captured without an X11 session (DISPLAY is not set)."
        return None

    @classmethod
    def list_devices(cls) -> list[tuple[str, str]]:
        if cls.available() is not None:
            return []
        import mss

        from .workers.desktop_area import describe

        with mss.MSS() as screen:
            found = list(enumerate(screen.monitors[1:], 1))
        return [(f"screen:{number}", describe(number, monitor)) for number, monitor in found]
