"""The worker of gestures: looks at the pictures that it is given, and tells what hands say in them."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import cv2

from ...device_process.child import Port
from ...picture import DeviceError
from ..hands import GestureReader, HandNetworks, HandTracker

_NICE = 5


def run(port: Port) -> None:
    """Looks until it is told to stop. The clock is the pictures' own: of a clip its media time, else when they were captured."""
    # The stream goes first.
    with contextlib.suppress(AttributeError, OSError):
        os.nice(_NICE)
    cv2.setNumThreads(1)
    palm_file, hand_file = (Path(name) for name in port.options["models"])
    try:
        networks = HandNetworks(palm_file, hand_file)
    except Exception as error:  # OpenVINO's own, of many kinds
        raise DeviceError(
            f"The networks that find hands can't be used: {str(error).splitlines()[0][:200]}.", retry=False
        ) from None
    tracker, reader = HandTracker(networks), GestureReader()
    port.tell("open")
    while not port.closing.is_set():
        picture = port.take(0.2, newest=True)
        if picture is None:
            continue
        t = (picture.t_capture_ns if picture.media_time_ns is None else picture.media_time_ns) / 1e9
        for gesture in reader.feed(t, tracker.hands(picture.pixels), picture.height):
            port.tell("event", gesture=gesture.name, value=gesture.value)
