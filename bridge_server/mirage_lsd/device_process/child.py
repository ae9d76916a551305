"""The child's end of a device process: `python -m mirage_lsd.device_process.child MODULE`."""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import signal
import sys
import threading
import time
from collections import deque
from typing import Any, BinaryIO

from ..picture import DeviceError, Picture, Pixels
from .ring import SLOTS, SlotRing

# A worker whose parent is gone may still write the end of its file.
_SECONDS_AFTER_PARENT = 2.0
# How long a worker at its end waits for a parent that has not yet opened the memory with its last pictures.
_HANDOVER_S = 30.0


class Port:
    """What a worker sees of its parent.

    Threads: one reads the parent's messages and owns nothing else; everything here may be called by any thread.

    Attributes:
        options: what the parent said at the start.
        closing: set when the worker is to finish.
    """

    def __init__(self, reader: BinaryIO, writer: BinaryIO) -> None:
        self._reader, self._writer = reader, writer
        self.options: dict[str, Any] = json.loads(reader.readline())
        self.closing = threading.Event()
        self._lock, self._changed = threading.Lock(), threading.Condition()
        self._out: SlotRing | None = None
        self._out_serial = 0
        self._out_taken = threading.Event()
        self._free: set[int] = set()
        self._in: SlotRing | None = None
        self._pictures: deque[dict[str, Any]] = deque()
        self._inbox: deque[dict[str, Any]] = deque(maxlen=64)
        threading.Thread(target=self._read, name="messages", daemon=True).start()

    def tell(self, kind: str, **fields: Any) -> None:
        """Sends the parent a message."""
        line = json.dumps({"kind": kind, **fields}).encode() + b"\n"
        with self._lock, contextlib.suppress(OSError):
            self._writer.write(line)
            self._writer.flush()

    def message(self) -> dict[str, Any] | None:
        """The oldest message of the parent's that isn't about pictures, or None."""
        with self._changed:
            return self._inbox.popleft() if self._inbox else None

    def wait_message(self, timeout_s: float) -> dict[str, Any] | None:
        """As `message`, but waits for one; None when none came in time or the worker is to finish."""
        with self._changed:
            if not self._inbox and not self.closing.is_set():
                self._changed.wait(timeout_s)
            return self._inbox.popleft() if self._inbox else None

    # A source's worker

    def put(self, pixels: Pixels, t_capture_ns: int, media_time_ns: int | None = None, *, wait: bool = False) -> bool:
        """Hands a picture to the parent.

        Args:
            wait: until there is room (clips, of which nothing may be lost); else it is dropped when there is none.

        Returns:
            False when it was dropped or the worker is to finish.
        """
        if self._out is None or pixels.nbytes > self._out.slot_bytes:
            self._new_ring(pixels.nbytes)
        assert self._out is not None
        with self._changed:
            while not self._free and wait and not self.closing.is_set():
                self._changed.wait(0.1)
            if not self._free or self.closing.is_set():
                return False
            slot = self._free.pop()
        height, width = pixels.shape[:2]
        self._out.view(slot, height, width)[:] = pixels
        self.tell(
            "picture", ring=self._out_serial, slot=slot, width=width, height=height, t=t_capture_ns, media=media_time_ns
        )
        return True

    def _new_ring(self, slot_bytes: int) -> None:
        self._out_taken.clear()
        self._out = SlotRing.create(slot_bytes)
        self._out_serial += 1
        with self._changed:
            self._free = set(range(SLOTS))
        path = str(self._out.path)
        self.tell("ring", serial=self._out_serial, path=path, slot_bytes=slot_bytes, slots=SLOTS)

    # A sink's worker

    def take(self, timeout_s: float, *, newest: bool = False) -> Picture | None:
        """The next picture from the parent, or None when none came in time. Its pixels are a copy.

        Args:
            newest: passes over all but the last one that came.
        """
        with self._changed:
            if not self._pictures and not self.closing.is_set():
                self._changed.wait(timeout_s)
            if not self._pictures:
                return None
            passed = []
            while newest and len(self._pictures) > 1:
                passed.append(self._pictures.popleft())
            m = self._pictures.popleft()
            ring = self._in
        for old in passed:
            self.tell("free", ring=old["ring"], slot=old["slot"], shown=False)
        assert ring is not None
        pixels = ring.view(m["slot"], m["height"], m["width"]).copy()
        self.tell("free", ring=m["ring"], slot=m["slot"], shown=True)
        return Picture(pixels, m["t"], m["media"])

    def shown(self, picture: Picture) -> None:
        """Tells the parent that a picture has arrived where the sink leads, and how old it was then."""
        self.tell("arrived", age_ns=time.monotonic_ns() - picture.t_capture_ns)

    def _read(self) -> None:
        for line in self._reader:
            with contextlib.suppress(ValueError):
                self._handle(json.loads(line))
        self.closing.set()
        with self._changed:
            self._changed.notify_all()
        time.sleep(_SECONDS_AFTER_PARENT)
        self.leave(1)

    def _handle(self, message: dict[str, Any]) -> None:
        kind = message["kind"]
        with self._changed:
            if kind == "close":
                self.closing.set()
            elif kind == "free":
                if message["ring"] == self._out_serial:
                    self._free.add(message["slot"])
            elif kind == "ring_taken":
                self._out_taken.set()
            elif kind == "ring":
                self._in = SlotRing.attach(message["path"], message["slot_bytes"], message["slots"])
                self._pictures.clear()
            elif kind == "picture":
                self._pictures.append(message)
            else:
                self._inbox.append(message)
            self._changed.notify_all()

    def leave(self, status: int) -> None:
        """Ends this process without waiting for threads of libraries that may never return."""
        if self._out is not None:
            deadline = time.monotonic() + _HANDOVER_S
            while not self.closing.is_set() and not self._out_taken.wait(0.05) and time.monotonic() < deadline:
                pass
            self._out.unlink()
        os._exit(status)


def main() -> None:
    """Runs the worker named on the command line."""
    # Ctrl-C is the parent's: it will say `close`, so that a file gets its end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # The messages keep the pipe to themselves: what a library prints goes where stderr goes.
    writer = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    port = Port(sys.stdin.buffer, writer)
    # From here on a silence is the device's; starting Python takes seconds on a busy machine.
    port.tell("up")
    status = 0
    try:
        importlib.import_module(sys.argv[1]).run(port)
    except DeviceError as error:
        port.tell("fault", message=str(error), retry=error.retry)
        status = 1
    except Exception as error:
        port.tell("fault", message=f"{type(error).__name__}: {error}"[:500], retry=True)
        status = 1
    port.leave(status)


if __name__ == "__main__":
    main()
