"""The worker of NDI in: cyndilib, which brings the NDI runtime."""

from __future__ import annotations

import time
import zlib

import numpy as np

from ...device_process.child import Port
from ...fit import fit
from ...picture import DeviceError

_FIND_S = 5.0
# A sender that isn't connected for so long has gone. One whose picture stands still has not.
_GONE_S = 2.0


def run(port: Port) -> None:
    """Receives the sender with the asked name, or the first one that is found."""
    try:
        from cyndilib.finder import Finder
        from cyndilib.receiver import Receiver
        from cyndilib.video_frame import VideoFrameSync
        from cyndilib.wrapper.ndi_recv import RecvBandwidth, RecvColorFormat
    except ImportError:
        raise DeviceError("NDI needs cyndilib: pip install cyndilib", retry=False) from None
    wanted, size = port.options["sender"], port.options.get("size")
    with Finder() as finder:
        deadline = time.monotonic() + _FIND_S
        found = None
        while found is None and time.monotonic() < deadline and not port.closing.is_set():
            finder.wait_for_sources(0.25)
            names = finder.get_source_names()
            found = next((name for name in names if wanted.casefold() in name.casefold()), None)
        if found is None:
            raise DeviceError(f"There is no NDI sender {wanted!r} on this network; is it running?")
        receiver = Receiver(color_format=RecvColorFormat.RGBX_RGBA, bandwidth=RecvBandwidth.highest)
        frame = VideoFrameSync()
        receiver.frame_sync.set_video_frame(frame)
        receiver.set_source(finder.get_source(found))
        stamp, opened = None, False
        connected = time.monotonic()
        while not port.closing.is_set():
            if receiver.is_connected():
                connected = time.monotonic()
            elif opened and time.monotonic() - connected > _GONE_S:
                raise DeviceError(f"The NDI sender {found!r} has gone; it is looked for again.")
            receiver.frame_sync.capture_video()
            width, height = frame.get_resolution()
            if min(width, height) < 1:
                port.closing.wait(0.004)
                continue
            now = time.monotonic_ns()
            pixels = np.array(frame.get_array(), np.uint8).reshape(height, width, 4)
            # The frame sync gives its last picture again while there is no new one; not every sender has time stamps.
            newest = zlib.crc32(pixels.data)
            if newest == stamp:
                port.closing.wait(0.004)
                continue
            stamp = newest
            pixels[..., 3] = 255
            if not opened:
                port.tell("open", width=width, height=height, name=found)
                opened = True
            if size is not None:
                pixels = fit(pixels, size[0], size[1], port.options.get("fit", "cover"))
            if not port.put(pixels, now):
                port.tell("dropped", count=1)
