"""The worker of Spout in (Windows): textures of other programs."""

from __future__ import annotations

import time

import numpy as np

from ...device_process.child import Port
from ...fit import fit
from ...picture import DeviceError

# A sender that isn't there for so long has gone. One whose picture stands still has not.
_GONE_S = 2.0


def run(port: Port) -> None:
    """Receives the sender with the asked name, or the active one."""
    try:
        import SpoutGL
        from SpoutGL.enums import GL_RGBA
    except ImportError:
        raise DeviceError("Spout needs Windows and SpoutGL: pip install SpoutGL", retry=False) from None
    size, opened = port.options.get("size"), False
    with SpoutGL.SpoutReceiver() as receiver:
        if port.options["sender"]:
            receiver.setReceiverName(port.options["sender"])
        pixels = np.empty((0, 0, 4), np.uint8)
        there = time.monotonic()
        while not port.closing.is_set():
            received = receiver.receiveImage(pixels if pixels.size else None, GL_RGBA, False, 0)
            if received:
                there = time.monotonic()
            elif opened and time.monotonic() - there > _GONE_S:
                raise DeviceError("The Spout sender has gone; it is looked for again.")
            if received and receiver.isUpdated():
                pixels = np.zeros((receiver.getSenderHeight(), receiver.getSenderWidth(), 4), np.uint8)
                continue
            # Not by Spout's own wait: it needs the sender's name, for which the package gives a number, and senders that take part.
            if not received or not pixels.size or not receiver.isFrameNew():
                port.closing.wait(0.004)
                continue
            now = time.monotonic_ns()
            if not opened:
                port.tell("open", width=int(pixels.shape[1]), height=int(pixels.shape[0]))
                opened = True
            fitted = pixels if size is None else fit(pixels, size[0], size[1], port.options.get("fit", "cover"))
            if not port.put(fitted, now):
                port.tell("dropped", count=1)
