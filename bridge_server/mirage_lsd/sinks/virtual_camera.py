"""A camera that other programs see: OBS, XSplit, Zoom."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Self

from .options import read_options
from .process import ProcessSink


class VirtualCameraSink(ProcessSink):
    """A virtual camera through pyvirtualcam (v4l2loopback on Linux, OBS's camera on Windows and macOS).

    Args:
        size: width and height of the camera; None: those of the first picture. A camera keeps its size: others get black bars.
        fps: the rate that the camera names.
        device: which one, where there are several.
    """

    name = "virtual-camera"
    help = "a camera for OBS, XSplit, Zoom: virtual-camera"

    def __init__(
        self,
        *,
        size: tuple[int, int] | None = None,
        fps: float = 24.0,
        device: str | None = None,
        backend: str | None = None,
    ) -> None:
        options = {"size": size, "fps": fps, "device": device, "backend": backend}
        super().__init__("mirage_lsd.sinks.workers.virtual_camera", options, "The virtual camera")

    @classmethod
    def from_text(cls, text: str, **options: object) -> Self | None:
        kind, _, device = text.partition(":")
        return cls(fps=read_options(options).fps, device=device or None) if kind == cls.name else None

    @classmethod
    def available(cls) -> str | None:
        # Looked for, never imported: it is GPL and stays in its own process.
        if importlib.util.find_spec("pyvirtualcam") is None:
            return "The virtual camera needs pyvirtualcam: pip install pyvirtualcam"
        if sys.platform.startswith("linux") and not Path("/sys/devices/virtual/video4linux").is_dir():
            return "The virtual camera needs a driver: apt-get install v4l2loopback-dkms, then modprobe v4l2loopback exclusive_caps=1"
        return None
