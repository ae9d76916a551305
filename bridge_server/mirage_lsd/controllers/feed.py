"""Pictures for a controller that sees: into shared memory, small, and only when its worker has time for one."""

from __future__ import annotations

import threading
from typing import Any

import cv2

from ..device_process import DeviceProcess
from ..device_process.ring import SLOTS, SlotRing
from ..picture import Picture

# Hands are found in pictures of so many pixels as well as in larger ones.
_LONGEST_SIDE = 640


class PictureFeed:
    """The way of pictures to one worker. `give` is the stream's thread's; the rest may be called by any."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ring: SlotRing | None = None
        self._serial = 0
        self._known = False
        self._free: set[int] = set()

    @property
    def idle(self) -> bool:
        """Whether the worker has looked at all that it was given."""
        with self._lock:
            return self._ring is None or len(self._free) == SLOTS

    def give(self, process: DeviceProcess, picture: Picture) -> bool:
        """Copies a picture for the worker, made smaller; False where the worker is still busy with earlier ones.

        Raises:
            OSError: there is no room for shared memory.
        """
        shrink = max(1.0, max(picture.width, picture.height) / _LONGEST_SIDE)
        width, height = max(1, round(picture.width / shrink)), max(1, round(picture.height / shrink))
        with self._lock:
            if self._ring is None or width * height * 4 > self._ring.slot_bytes:
                if self._ring is not None:
                    self._ring.unlink()
                self._ring = SlotRing.create(width * height * 4)
                self._serial += 1
                self._free, self._known = set(range(SLOTS)), False
            if not self._free:
                return False
            slot, ring, serial, known = self._free.pop(), self._ring, self._serial, self._known
            self._known = True
        cv2.resize(picture.pixels, (width, height), ring.view(slot, height, width), interpolation=cv2.INTER_AREA)
        if not known:
            process.send(
                {
                    "kind": "ring",
                    "serial": serial,
                    "path": str(ring.path),
                    "slot_bytes": ring.slot_bytes,
                    "slots": SLOTS,
                }
            )
        process.send(
            {
                "kind": "picture", "ring": serial, "slot": slot, "width": width, "height": height,
                "t": picture.t_capture_ns, "media": picture.media_time_ns,
            }
        )  # fmt: skip
        return True

    def freed(self, message: dict[str, Any]) -> None:
        """The worker has taken a picture."""
        with self._lock:
            if message["ring"] == self._serial:
                self._free.add(message["slot"])

    def forget(self) -> None:
        """The worker is gone."""
        with self._lock:
            if self._ring is not None:
                self._ring.unlink()
            self._ring, self._free = None, set()
