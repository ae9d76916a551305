"""The worker of a camera: OpenCV's `VideoCapture`, which may block for as long as it likes in this process."""

from __future__ import annotations

import os
import time
import zlib
from typing import Any

import numpy as np

from ...device_process.child import Port
from ...fit import fit
from ...picture import DeviceError, Pixels

# For so long the very same picture, to the last bit: no sensor does that.
_STILL_S = 2.0


def run(port: Port) -> None:
    """Opens the camera that `options["device"]` names and hands its pictures on until it is told to stop."""
    # Media Foundation takes half a minute to open some cameras otherwise.
    os.environ.setdefault("OPENCV_VIDEOIO_MSMF_ENABLE_HW_TRANSFORMS", "0")
    os.environ.setdefault("OPENCV_LOG_LEVEL", "OFF")
    try:
        import cv2 as opencv
    except ImportError:
        raise DeviceError("Cameras need OpenCV: pip install opencv-python-headless", retry=False) from None
    cv2: Any = opencv
    options = port.options
    device, size = options["device"], options.get("size")
    capture = cv2.VideoCapture(device)
    try:
        if not capture.isOpened():
            raise DeviceError(
                f"Camera {device} can't be opened: it is not there, in use, or this user may not (`mirage-lsd devices` lists cameras)."
            )
        _negotiate(cv2, capture, size, options.get("fps"))
        port.tell(
            "open",
            width=int(capture.get(cv2.CAP_PROP_FRAME_WIDTH)),
            height=int(capture.get(cv2.CAP_PROP_FRAME_HEIGHT)),
            fps=float(capture.get(cv2.CAP_PROP_FPS)),
        )
        # A still picture that was told of once and is the same after opening again is a virtual camera's, and fine.
        watch = _StillWatch(accept_any=options.get("restarts", 0) > 0)
        while not port.closing.is_set():
            good, bgr = capture.read()
            now = time.monotonic_ns()
            if not good or bgr is None:
                raise DeviceError(
                    f"Camera {device} gives no picture any more: it was pulled out or taken by another program."
                )
            if watch.stands_still(bgr, now):
                raise DeviceError(f"Camera {device} repeats its last picture; it is being opened again.")
            pixels = cv2.cvtColor(bgr, cv2.COLOR_GRAY2RGBA if bgr.ndim == 2 else cv2.COLOR_BGR2RGBA)
            if options.get("mirror"):
                pixels = np.ascontiguousarray(pixels[:, ::-1])
            if size is not None:
                pixels = fit(pixels, size[0], size[1], options.get("fit", "cover"))
            if not port.put(pixels, now):
                port.tell("dropped", count=1)
    finally:
        capture.release()


def _negotiate(cv2: Any, capture: Any, size: list[int] | None, fps: float | None) -> None:
    """Asks for MJPG first: over USB 2 a camera has no room for more than a few raw pictures a second at 720p."""
    width, height = size or (1280, 720)
    capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
    capture.set(cv2.CAP_PROP_FRAME_WIDTH, width)
    capture.set(cv2.CAP_PROP_FRAME_HEIGHT, height)
    capture.set(cv2.CAP_PROP_FPS, fps or 30)
    capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)


class _StillWatch:
    """Notices a driver that gives the same picture for ever."""

    def __init__(self, *, accept_any: bool) -> None:
        self._accept_any = accept_any
        self._digest, self._since = 0, 0

    def stands_still(self, picture: Pixels, now_ns: int) -> bool:
        if self._accept_any:
            return False
        digest = zlib.crc32(np.ascontiguousarray(picture[::8]).data)
        if digest != self._digest or not self._since:
            self._digest, self._since = digest, now_ns
        return now_ns - self._since >= _STILL_S * 1e9
