"""A stand-in for OpenCV's `VideoCapture` and the few names beside it. The file named by CAMERA_STAND_IN says how it behaves:

normal: 30 pictures a second, each another; block: `read` never returns; repeat: the last picture for ever; end: `read` fails;
absent: it can't be opened.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np

CAP_PROP_FOURCC, CAP_PROP_FRAME_WIDTH, CAP_PROP_FRAME_HEIGHT, CAP_PROP_FPS, CAP_PROP_BUFFERSIZE = 6, 3, 4, 5, 38
COLOR_BGR2RGBA, COLOR_GRAY2RGBA = 2, 9


class VideoWriter:
    @staticmethod
    def fourcc(*letters: str) -> int:
        return sum(ord(letter) << 8 * i for i, letter in enumerate(letters))


class VideoCapture:
    def __init__(self, device: int) -> None:
        self._properties = {CAP_PROP_FRAME_WIDTH: 640.0, CAP_PROP_FRAME_HEIGHT: 480.0, CAP_PROP_FPS: 30.0}
        self._open = _mode() != "absent"
        self._number = 0

    def isOpened(self) -> bool:
        return self._open

    def set(self, name: int, value: float) -> bool:
        # It knows two sizes, as real cameras know a few: others are not taken.
        sizes = {CAP_PROP_FRAME_WIDTH: (320, 640), CAP_PROP_FRAME_HEIGHT: (240, 480)}
        if name in sizes and value not in sizes[name]:
            return False
        self._properties[name] = float(value)
        return True

    def get(self, name: int) -> float:
        return self._properties.get(name, 0.0)

    def read(self) -> tuple[bool, np.ndarray | None]:
        mode = _mode()
        if mode == "block":
            while True:
                time.sleep(60)
        if mode in ("end", "absent"):
            return False, None
        time.sleep(1 / 30)
        if mode != "repeat":
            self._number += 1
        width, height = int(self.get(CAP_PROP_FRAME_WIDTH)), int(self.get(CAP_PROP_FRAME_HEIGHT))
        picture = np.zeros((height, width, 3), np.uint8)
        picture[...] = (200, 100, self._number % 256)  # blue, green, red
        picture[:, : width // 2, 0] = self._number * 7 % 256
        return True, picture

    def release(self) -> None:
        self._open = False


def cvtColor(bgr: np.ndarray, code: int) -> np.ndarray:
    assert code == COLOR_BGR2RGBA
    return np.concatenate([bgr[..., ::-1], np.full((*bgr.shape[:2], 1), 255, np.uint8)], axis=2)


def _mode() -> str:
    return Path(os.environ["CAMERA_STAND_IN"]).read_text().strip()
