"""A sink whose device lives in a process of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from ..backoff import Backoff, Patience
from ..counters import LatencyWindow
from ..device_process import DeviceProcess
from ..device_process.ring import SLOTS, SlotRing
from .base import DeviceError, Picture, Sink, SinkState, SinkStats

# A process that has not begun to run after so long never will.
_START_S = 30.0
_OPEN_TIMEOUT_S = 10.0
# A worker that took nothing for so long, with pictures waiting, has stalled.
_STALL_S = 2.0
# Finding an encoder and a peer may take longer.
_FIRST_STALL_S = 5.0


class ProcessSink(Sink):
    """Puts pictures into shared memory, from where a worker (`sinks/workers/`) takes them; sees to it that the worker lives.

    Threads: the process's reading thread (`_take`) only notes what the worker says; the writer does all the rest.

    Args:
        worker: module with `run(port)`.
        options: what the worker is told.
        what: how sentences name it, for example "The file out.mp4".
        waits_for_open: `open` waits until the worker says that it can work.
    """

    def __init__(self, worker: str, options: dict[str, Any], what: str, *, waits_for_open: bool = True) -> None:
        self._worker, self._options, self._what, self._waits_for_open = worker, options, what, waits_for_open
        self._changed = threading.Condition()
        self._process: DeviceProcess | None = None
        self._ring: SlotRing | None = None
        self._ring_serial = 0
        self._ring_known = False
        self._free: set[int] = set()
        self._up = self._opened = self._retry = self._exited = self._flows = False
        self._closing = False
        self._backoff, self._patience = Backoff(time.monotonic), Patience()
        self._stalled_since: float | None = None
        self._given = self._arrived = self._dropped = self._restarts = 0
        self._latency = LatencyWindow()
        # What the worker tells besides: keys pressed in a window, the file that was begun.
        self.on_event: Callable[[dict[str, Any]], None] | None = None
        self.facts: dict[str, Any] = {}

    @property
    def stats(self) -> SinkStats:
        with self._changed:
            return SinkStats(self._given, self._arrived, self._dropped, self._restarts, self._latency.p50_ms)

    def open(self) -> None:
        self.close(0.0)
        self.fault, self._latency = "", LatencyWindow()
        self._given = self._arrived = self._dropped = self._restarts = 0
        self._backoff.reset()
        self._patience.reset()
        self._start()
        if not self._waits_for_open:
            self.state = SinkState.OPEN
            return
        with self._changed:
            self._changed.wait_for(lambda: self._up or self._exited, _START_S)
            if not self._changed.wait_for(lambda: self._opened or self._exited, _OPEN_TIMEOUT_S):
                self.fault = f"{self._what} did not open within {_OPEN_TIMEOUT_S:.0f} s."
            failed, fault, retry = not self._opened, self.fault, self._retry
        if failed:
            self.close(0.0)
            raise DeviceError(fault or f"{self._what} can't be opened.", retry=retry)
        self.state = SinkState.OPEN

    def write(self, picture: Picture, timeout_s: float = 30.0) -> bool:
        if self.state in (SinkState.CLOSED, SinkState.ENDED):
            return False
        with self._changed:
            self._given += 1
        deadline = time.monotonic() + timeout_s
        while True:
            self._watch()
            if self._process is not None and self._give(picture):
                return True
            if not self.lossless or self._ended() or time.monotonic() >= deadline:
                with self._changed:
                    self._dropped += 1
                return False
            with self._changed:
                self._changed.wait(0.05)

    def close(self, grace_s: float = 1.0) -> None:
        process = self._process
        if process is not None:
            self._closing = True  # its end is none of its faults
            process.close(grace_s)
            self._process, self._closing = None, False
        with self._changed:
            self._forget()
        self.state = SinkState.CLOSED

    def tell(self, kind: str, **fields: Any) -> None:
        """Sends the worker a message."""
        process = self._process
        if process is not None:
            process.send({"kind": kind, **fields})

    def _ended(self) -> bool:
        return self.state is SinkState.ENDED

    def _give(self, picture: Picture) -> bool:
        """Puts it into a free slot; False when there is none."""
        process = self._process
        assert process is not None
        with self._changed:
            if self._ring is None or picture.pixels.nbytes > self._ring.slot_bytes:
                if self._ring is not None:
                    self._ring.unlink()
                try:
                    self._ring = SlotRing.create(picture.pixels.nbytes)
                except OSError as error:
                    self.fault = (
                        f"There is no room for the shared memory of {self._what} ({error.strerror}); make room."
                    )
                    return False
                self._ring_serial += 1
                self._free, self._ring_known = set(range(SLOTS)), False
            if not self._free:
                return False
            slot, ring, serial, known = self._free.pop(), self._ring, self._ring_serial, self._ring_known
            self._ring_known = True
        ring.view(slot, picture.height, picture.width)[:] = picture.pixels
        if not known:
            path = str(ring.path)
            process.send(
                {"kind": "ring", "serial": serial, "path": path, "slot_bytes": ring.slot_bytes, "slots": SLOTS}
            )
        process.send(
            {
                "kind": "picture", "ring": serial, "slot": slot, "width": picture.width, "height": picture.height,
                "t": picture.t_capture_ns, "media": picture.media_time_ns,
            }
        )  # fmt: skip
        return True

    def _start(self) -> None:
        with self._changed:
            self._forget()
            self._process = DeviceProcess(
                self._worker, {**self._options, "lossless": self.lossless, "restarts": self._restarts}, self._take
            )

    def _forget(self) -> None:
        if self._ring is not None:
            self._ring.unlink()
        self._ring, self._free = None, set()
        self._up = self._opened = self._exited = self._flows = False
        self._stalled_since = None

    def _watch(self) -> None:
        """Ends a worker that stalls; starts one when the pause is over."""
        process = self._process
        if process is None:
            if self._backoff.due:
                self._restarts += 1
                self._start()
            return
        now = time.monotonic()
        with self._changed:
            full = self._ring is not None and not self._free
            exited = self._exited
        if not full:
            self._stalled_since = None
        elif self._stalled_since is None:
            self._stalled_since = now
        stalled = self._stalled_since is not None and now - self._stalled_since > self._longest_stall()
        if not exited and not stalled:
            return
        if stalled and not exited:
            self.fault = f"{self._what} takes no pictures any more; it is being started again."
            self._retry = True
            self._patience.ran_out()
        process.kill()
        self._process = None
        if exited and not self._retry:
            self.state = SinkState.ENDED
            return
        self.state = SinkState.LOST
        self._backoff.failed()

    def _longest_stall(self) -> float:
        """How many seconds the worker may leave pictures waiting, now. Called with nothing locked."""
        if self._flows:
            return _STALL_S
        return self._patience.of(_FIRST_STALL_S if self._up else _START_S)

    def _take(self, process: DeviceProcess, message: dict[str, Any]) -> None:
        """One message of the worker's; on the process's reading thread."""
        kind = message["kind"]
        with self._changed:
            if process is not self._process:
                return
            if kind == "free":
                if message["ring"] == self._ring_serial:
                    self._free.add(message["slot"])
                self._dropped += not message["shown"]
            elif kind == "arrived":
                self._arrived += 1
                self._flows = True
                self._latency.add(message["age_ns"])
                if self.state is SinkState.LOST:
                    self.state, self.fault = SinkState.OPEN, ""
                self._backoff.reset()
                self._patience.reset()
            elif kind == "up":
                self._up, self._stalled_since = True, None
            elif kind == "open":
                self._opened = True
                self.facts = message
            elif kind == "fault":
                self.fault, self._retry = message["message"], message["retry"]
                if self._retry and self.state is SinkState.OPEN:
                    self.state = SinkState.LOST
            elif kind == "user_closed":
                self.fault, self._retry = f"{self._what} was closed.", False
            elif kind == "exit":
                self._exited = True
                if not self.fault and not self._closing:
                    self._retry = True
                    self.fault = f"The process of {self._what} ended unexpectedly ({message['code']}); it is being started again."
            self._changed.notify_all()
        if self.on_event is not None and kind == "event":
            self.on_event(message)
