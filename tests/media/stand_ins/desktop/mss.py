"""A stand-in for mss. The file named by DESKTOP_STAND_IN holds the monitors that are plugged in, one a line: name, left, top, width, height.

What is on a monitor is its place in that file as a shade of red, and a column of green that moves with every look.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np


class Shot:
    """What `grab` gives: BGRA."""

    def __init__(self, pixels: np.ndarray) -> None:
        self.height, self.width = pixels.shape[:2]
        self.raw = bytearray(pixels.tobytes())


class MSS:
    def __init__(self) -> None:
        self._looks = 0

    def __enter__(self) -> MSS:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    @property
    def monitors(self) -> list[dict[str, Any]]:
        found = []
        for line in Path(os.environ["DESKTOP_STAND_IN"]).read_text().splitlines():
            name, *place = line.split()
            left, top, width, height = (int(number) for number in place)
            found.append({"name": name, "left": left, "top": top, "width": width, "height": height})
        if not found:
            return [{"left": 0, "top": 0, "width": 0, "height": 0}]
        left, top = min(m["left"] for m in found), min(m["top"] for m in found)
        right = max(m["left"] + m["width"] for m in found)
        bottom = max(m["top"] + m["height"] for m in found)
        return [{"left": left, "top": top, "width": right - left, "height": bottom - top}, *found]

    def grab(self, area: dict[str, int]) -> Shot:
        self._looks += 1
        monitors = self.monitors[1:]
        place = next((i for i, m in enumerate(monitors) if {k: m[k] for k in area} == area), None)
        if place is None:
            # X refuses to read where no screen is.
            raise RuntimeError("XGetImage() failed")
        pixels = np.zeros((area["height"], area["width"], 4), np.uint8)
        pixels[..., 2] = 60 * (place + 1)
        pixels[:, self._looks % area["width"], 1] = 255
        return Shot(pixels)
