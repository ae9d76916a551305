"""The worker of NDI out: cyndilib, which brings the NDI runtime."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from ...device_process.child import Port
from ...picture import DeviceError


def run(port: Port) -> None:
    """Sends what comes under the asked name."""
    try:
        from cyndilib.sender import Sender
        from cyndilib.video_frame import VideoSendFrame
        from cyndilib.wrapper.ndi_structs import FourCC
    except ImportError:
        raise DeviceError("NDI needs cyndilib: pip install cyndilib", retry=False) from None
    port.tell("open")
    rate = Fraction(port.options["fps"]).limit_denominator(1001)
    size: tuple[int, int] | None = None
    sender = None
    while not port.closing.is_set():
        picture = port.take(0.1, newest=True)
        if picture is None:
            continue
        if sender is None or size != (picture.width, picture.height):
            if sender is not None:
                sender.close()
            size = (picture.width, picture.height)
            sender, frame = Sender(port.options["name"], clock_video=False), VideoSendFrame()
            frame.set_resolution(*size)
            frame.set_frame_rate(rate)
            frame.set_fourcc(FourCC.RGBX)
            sender.set_video_frame(frame)
            sender.open()
        sender.write_video(np.ascontiguousarray(picture.pixels).reshape(-1))
        port.shown(picture)
    if sender is not None:
        sender.close()
