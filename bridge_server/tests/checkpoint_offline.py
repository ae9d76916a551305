"""Run by a test with no network but its own loopback: a daemon with a checkpoint, and a client that changes the prompt.

    unshare --net --map-root-user python checkpoint_offline.py FOLDER

Prints, as JSON, how many results came until the new prompt showed, and what else the test looks at.
"""

from __future__ import annotations

import fcntl
import json
import socket
import struct
import sys
import time

import numpy as np
from checkpoint_scenes import wall_frame

from mirage_lsd.client import Client
from mirage_lsd.client.local_daemon import DaemonProcess

_SIOCSIFFLAGS, _IFF_UP = 0x8914, 1
_WAIT_S = 300.0


def main() -> None:
    """See above."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as device:
        fcntl.ioctl(device, _SIOCSIFFLAGS, struct.pack("16sh", b"lo", _IFF_UP))
    try:
        socket.create_connection(("192.0.2.1", 80), 1.0)
        reached = True
    except OSError:
        reached = False
    frame = wall_frame(1)
    with (
        DaemonProcess(sys.argv[1], "cpu", start_timeout_s=_WAIT_S) as daemon,
        Client(daemon.endpoint) as client,
        client.open_stream(96, 64, model=sys.argv[1].rsplit("/", 1)[-1], steps=2) as stream,
    ):
        assert stream.wait_open(_WAIT_S), stream.last_error

        def result() -> np.ndarray:
            """Of one more frame, which shows what the one before showed."""
            stream.submit(frame.color, frame.depth, camera=frame.camera)
            end = time.monotonic() + _WAIT_S
            while time.monotonic() < end:
                found = stream.acquire(copy=True)
                if found is not None:
                    return found.pixels.astype(int)
                time.sleep(0.005)
            raise TimeoutError(stream.last_error)

        stream.control(prompt="a village by night", steps=2, guidance=7.0)
        pictures = [result() for _ in range(5)]
        before = pictures[-1]
        stream.control(prompt="a red forest, by day")
        # Nothing else changes, so the picture is given again until the prompt does something.
        until = next((i for i in range(1, 9) if np.abs(result() - before)[..., :3].mean() > 0.05), None)
        names = [control.name for control in stream.controls]
    still = np.array_equal(pictures[-2], before)
    contrast = float(before[..., :3].std())
    print(json.dumps({"reached": reached, "until": until, "still": still, "contrast": contrast, "controls": names}))


if __name__ == "__main__":
    main()
