"""USB and built-in cameras."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Self

from .options import DeviceOptions, read_options
from .process import ProcessSource


class CameraSource(ProcessSource):
    """A camera by its number, or on Linux by its device file.

    Args:
        device: 0 is the first one.
        size: width and height of the pictures that `read` gives; the camera is asked for the same. None: what it gives for 1280x720.
        fps: what the camera is asked for; it may give another rate.
        mirror: left and right exchanged, as people know themselves.
    """

    name = "camera"
    help = "a USB or built-in camera: 0, 1, ... or /dev/video0"

    def __init__(
        self, device: int | str = 0, *, size: tuple[int, int] | None = None, fps: float | None = None,
        fit: str = "cover", mirror: bool = False,
    ) -> None:  # fmt: skip
        options = {"device": device, "size": size, "fps": fps, "fit": fit, "mirror": mirror}
        super().__init__("mirage_lsd.sources.workers.camera", options, f"Camera {device}")

    @classmethod
    def from_text(cls, text: str, **options: object) -> Self | None:
        given: DeviceOptions = read_options(options)
        if text.isdecimal() or text.startswith("/dev/video"):
            device = int(text) if text.isdecimal() else text
            return cls(device, size=given.size, fps=given.fps, fit=given.fit, mirror=given.mirror)
        return None

    @classmethod
    def available(cls) -> str | None:
        if importlib.util.find_spec("cv2") is None:
            return "Cameras need OpenCV: pip install opencv-python-headless"
        return None

    @classmethod
    def list_devices(cls) -> list[tuple[str, str]]:
        """By name on Linux; elsewhere the numbers have to be tried."""
        if not sys.platform.startswith("linux"):
            return []
        names = sorted(Path("/sys/class/video4linux").glob("video*"), key=lambda path: int(path.name[5:]))
        return [(path.name[5:], (path / "name").read_text().strip()) for path in names if (path / "name").is_file()]
