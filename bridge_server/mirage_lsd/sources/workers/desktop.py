"""The worker of the desktop: mss (X11, macOS, Windows), or dxcam on Windows where it is installed."""

from __future__ import annotations

import os
import sys
import time
from typing import Any

import numpy as np

from ...device_process.child import Port
from ...fit import fit
from ...picture import DeviceError
from ..pacing import Pacer
from .desktop_area import find_area


def run(port: Port) -> None:
    """Takes the asked part of the desktop, `fps` times a second."""
    options = port.options
    if sys.platform.startswith("linux") and not os.environ.get("DISPLAY"):
        why = (
            "Wayland gives no program the whole screen"
            if os.environ.get("WAYLAND_DISPLAY")
            else "there is no X display"
        )
        raise DeviceError(f"The desktop can't be captured: {why}; start an X11 session, or set DISPLAY.", retry=False)
    try:
        import mss
    except ImportError:
        raise DeviceError("Desktop capture needs mss: pip install mss", retry=False) from None
    try:
        screen = mss.MSS() if hasattr(mss, "MSS") else mss.mss()
    except Exception as error:
        raise DeviceError(f"The desktop can't be captured ({error}); is the display there?") from None
    pacer, size, count = Pacer(), options.get("size"), 0
    interval_ns = round(1e9 / (options.get("fps") or 30))
    with screen:
        while not port.closing.is_set():
            if count % 30 == 0:
                # Windows move, monitors come and go: where to look is asked about once a second.
                area = find_area(screen, options["what"])
            port.closing.wait(pacer.wait_ns(count * interval_ns, time.monotonic_ns()) / 1e9)
            pixels = _grab(screen, area)
            now = time.monotonic_ns()
            if not count:
                port.tell("open", width=area["width"], height=area["height"], fps=1e9 / interval_ns)
            if size is not None:
                pixels = fit(pixels, size[0], size[1], options.get("fit", "cover"))
            if not port.put(pixels, now):
                port.tell("dropped", count=1)
            count += 1


def _grab(screen: Any, area: dict[str, int]) -> Any:
    try:
        shot = screen.grab(area)
    except Exception as error:
        raise DeviceError(f"The desktop gives no picture any more ({error}); it is being opened again.") from None
    bgra = np.frombuffer(shot.raw, np.uint8).reshape(shot.height, shot.width, 4)
    pixels = np.empty_like(bgra)
    pixels[..., 0], pixels[..., 1], pixels[..., 2], pixels[..., 3] = bgra[..., 2], bgra[..., 1], bgra[..., 0], 255
    return pixels
