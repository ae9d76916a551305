"""The worker of Spout out (Windows): a texture for Resolume, TouchDesigner, OBS."""

from __future__ import annotations

import numpy as np

from ...device_process.child import Port
from ...picture import DeviceError


def run(port: Port) -> None:
    """Shares what comes under the asked name."""
    try:
        import SpoutGL
        from SpoutGL.enums import GL_RGBA
    except ImportError:
        raise DeviceError("Spout needs Windows and SpoutGL: pip install SpoutGL", retry=False) from None
    with SpoutGL.SpoutSender() as sender:
        sender.setSenderName(port.options["name"])
        port.tell("open")
        while not port.closing.is_set():
            picture = port.take(0.1, newest=True)
            if picture is None:
                continue
            pixels = np.ascontiguousarray(picture.pixels)
            if not sender.sendImage(pixels, picture.width, picture.height, GL_RGBA, False, 0):
                raise DeviceError("Spout could not share the picture; it needs a GPU and its driver.")
            sender.setFrameSync(port.options["name"])
            port.shown(picture)
