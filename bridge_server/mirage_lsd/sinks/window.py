"""A window on this machine's display."""

from __future__ import annotations

import importlib.util
import os
import sys
from typing import Self

from .options import read_options
from .process import ProcessSink

# One of them is set where Linux has a screen, or something that stands in for one.
_DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER")


class WindowSink(ProcessSink):
    """A window that redraws 60 times a second with the newest picture. Tab shows rate and latency, F11 fills the screen, Esc ends.

    SDL through pygame-ce: 15 MB where OpenCV's window brings Qt, the same on the three systems, real key events. It runs in a
    process of its own, so that it needs no main thread (macOS insists on one) and never waits for the model.

    Args:
        title: of the window.
        size: width and height; None: as the first picture.
        overlay: rate and latency are shown from the start.
    """

    name = "window"
    help = "a window: window (Tab: rate and latency, F11: full screen, Esc: end)"

    def __init__(self, *, title: str = "MirageLSD", size: tuple[int, int] | None = None, overlay: bool = False) -> None:
        options = {"title": title, "size": size, "overlay": overlay}
        super().__init__("mirage_lsd.sinks.workers.window", options, "The window")

    @classmethod
    def from_text(cls, text: str, **options: object) -> Self | None:
        return cls(title=read_options(options).title) if text == cls.name else None

    @classmethod
    def available(cls) -> str | None:
        if importlib.util.find_spec("pygame") is None:
            return "The window needs pygame-ce: pip install pygame-ce"
        if sys.platform.startswith("linux") and not any(name in os.environ for name in _DISPLAYS):
            return "There is no display for a window: set DISPLAY, or log in to a desktop."
        return None
