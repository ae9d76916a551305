"""Which part of the desktop is meant: a monitor by number or name, or a window by its title."""

from __future__ import annotations

import ctypes
import re
import shutil
import subprocess
import sys
from typing import Any

from ...picture import DeviceError

Area = dict[str, int]
# A line of `xwininfo -tree`: 0x200008 "title": ("name" "class")  320x240+480+240  +480+240
_X11_WINDOW = re.compile(r'(0x[0-9a-f]+) "(.*)": \(.*\)\s+(\d+)x(\d+)\S+\s+\+(-?\d+)\+(-?\d+)')


def find_area(screen: Any, what: str) -> Area:
    """Where it is on the desktop, pixels; left and top may be negative (a monitor left of the first one).

    Args:
        screen: an open mss.
        what: "" or "1" for the first monitor, "2", a monitor's name, "all", or "window:TITLE".

    Raises:
        DeviceError: it is not there (now).
    """
    monitors = screen.monitors
    if what.startswith("window:"):
        return _inside(_window(what.removeprefix("window:")), monitors[0])
    if what == "all":
        return _area(monitors[0])
    for number, monitor in enumerate(monitors[1:], 1):
        if what in (str(number), monitor.get("output") or monitor.get("name")) or (not what and number == 1):
            return _area(monitor)
    names = ", ".join(describe(number, monitor) for number, monitor in enumerate(monitors[1:], 1))
    raise DeviceError(f"There is no monitor {what!r} now; there are {names or 'none'}.")


def describe(number: int, monitor: dict[str, Any]) -> str:
    """A monitor for people: `2 (HDMI-1, 1920x1080 at -1920,0)`."""
    name = monitor.get("output") or monitor.get("name") or "monitor"
    return f"{number} ({name}, {monitor['width']}x{monitor['height']} at {monitor['left']},{monitor['top']})"


def _area(monitor: dict[str, Any]) -> Area:
    return {side: int(monitor[side]) for side in ("left", "top", "width", "height")}


def _inside(area: Area, desktop: dict[str, Any]) -> Area:
    """The part of a window that is on the desktop: X11 refuses to read beyond."""
    left, top = max(area["left"], int(desktop["left"])), max(area["top"], int(desktop["top"]))
    right = min(area["left"] + area["width"], int(desktop["left"]) + int(desktop["width"]))
    bottom = min(area["top"] + area["height"], int(desktop["top"]) + int(desktop["height"]))
    if right - left < 16 or bottom - top < 16:
        raise DeviceError("The window is outside the desktop or minimized; bring it back into view.")
    return {"left": left, "top": top, "width": right - left, "height": bottom - top}


def _window(title: str) -> Area:
    if sys.platform == "win32":
        return _window_of_windows(title)
    if sys.platform == "darwin":
        raise DeviceError("Windows by title can't be captured on macOS; use --source screen.", retry=False)
    program = shutil.which("xwininfo")
    if program is None:
        raise DeviceError("Windows by title need xwininfo: apt-get install x11-utils", retry=False)
    tree = subprocess.run([program, "-root", "-tree"], capture_output=True, text=True, check=False, timeout=5).stdout
    for number, found, *geometry in _X11_WINDOW.findall(tree):
        if title.casefold() in found.casefold() and _is_viewable(program, number):
            width, height, left, top = (int(value) for value in geometry)
            return {"left": left, "top": top, "width": width, "height": height}
    raise DeviceError(f"No window has {title!r} in its title.")


def _is_viewable(program: str, number: str) -> bool:
    """Whether a window of X11 is on the screen, not minimized."""
    told = subprocess.run([program, "-id", number], capture_output=True, text=True, check=False, timeout=5).stdout
    return "IsViewable" in told


def _window_of_windows(title: str) -> Area:
    user32 = ctypes.windll.user32  # type: ignore[attr-defined,unused-ignore]
    found: list[int] = []

    def visit(handle: int, _: int) -> bool:
        text = ctypes.create_unicode_buffer(512)
        user32.GetWindowTextW(handle, text, 512)
        if user32.IsWindowVisible(handle) and title.casefold() in text.value.casefold():
            found.append(handle)
        return True

    callback = ctypes.WINFUNCTYPE(ctypes.c_bool, ctypes.c_void_p, ctypes.c_void_p)  # type: ignore[attr-defined,unused-ignore]
    user32.EnumWindows(callback(visit), 0)
    if not found:
        raise DeviceError(f"No window has {title!r} in its title.")
    rectangle = (ctypes.c_long * 4)()
    user32.GetWindowRect(found[0], rectangle)
    left, top, right, bottom = (int(value) for value in rectangle)
    return {"left": left, "top": top, "width": right - left, "height": bottom - top}
