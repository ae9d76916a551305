"""A source whose device lives in a process of its own."""

from __future__ import annotations

import contextlib
import threading
import time
from collections import deque
from typing import Any

from ..backoff import Backoff, Patience
from ..device_process import DeviceProcess
from ..device_process.ring import SlotRing
from .base import DeviceError, Picture, Source, SourceState

# A process that has not begun to run after so long never will.
_START_S = 30.0
_OPEN_TIMEOUT_S = 15.0
_CLOSE_GRACE_S = 0.4


class ProcessSource(Source):
    """Reads what a worker (`sources/workers/`) puts into shared memory; sees to it that the worker lives.

    Threads: the process's reading thread (`_take`) owns the queue's far end; the reader of the source does all the rest, so that
    nothing happens to a source that nobody reads.

    Args:
        worker: module with `run(port)`.
        options: what the worker is told.
        what: how sentences name it, for example "Camera 0".
        silence_s: a live source that gave nothing for so long is lost and is started again.
    """

    def __init__(self, worker: str, options: dict[str, Any], what: str, *, silence_s: float | None = 2.0) -> None:
        self._worker, self._options, self._what, self._silence_s = worker, options, what, silence_s
        self._changed = threading.Condition()
        self._process: DeviceProcess | None = None
        self._ring: SlotRing | None = None
        self._queue: deque[tuple[SlotRing, dict[str, Any]]] = deque()
        self._backoff, self._patience = Backoff(time.monotonic), Patience()
        self._up = self._opened = self._finished = self._retry = False
        self._absence = ""
        self._last_picture = 0.0
        self._facts: dict[str, Any] = {}
        self.dropped = 0
        self.restarts = 0

    @property
    def facts(self) -> dict[str, Any]:
        """What the worker said of the device when it opened: size, rate, frames, address."""
        with self._changed:
            return dict(self._facts)

    def open(self) -> None:
        self.close()
        self.fault, self.restarts, self.dropped = "", 0, 0
        self._backoff.reset()
        self._patience.reset()
        self._start()
        with self._changed:
            self._changed.wait_for(lambda: self._up or self._told(), _START_S)
            if not self._changed.wait_for(self._told, _OPEN_TIMEOUT_S):
                self.fault = f"{self._what} did not open within {_OPEN_TIMEOUT_S:.0f} s; is another program using it?"
            failed = not self._opened
        if failed:
            fault, retry = self.fault, self._retry
            self.close()
            raise DeviceError(fault or f"{self._what} could not be opened.", retry=retry)
        self.state = SourceState.OPEN

    def read(self, timeout_s: float) -> Picture | None:
        if self.state in (SourceState.CLOSED, SourceState.ENDED):
            return None
        deadline = time.monotonic() + timeout_s
        while True:
            self._watch()
            with self._changed:
                if not self._queue and not self._finished and self._process is not None:
                    self._changed.wait(max(0.0, min(deadline - time.monotonic(), 0.25)))
                entry = self._queue.popleft() if self._queue else None
                process, finished = self._process, self._finished
                if entry is None and self._absence:
                    self.state, self.fault, self._retry = SourceState.LOST, self._absence, True
            if entry is not None and process is not None:
                ring, message = entry
                pixels = ring.view(message["slot"], message["height"], message["width"]).copy()
                process.send({"kind": "free", "ring": message["ring"], "slot": message["slot"]})
                self._alive_again()
                return Picture(pixels, message["t"], message["media"])
            if finished:
                self.state = SourceState.ENDED
                return None
            left = deadline - time.monotonic()
            if left <= 0:
                return None
            if process is None:
                time.sleep(min(left, 0.05))

    def close(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.close(_CLOSE_GRACE_S)
        with self._changed:
            self._forget()
        self.state = SourceState.CLOSED

    def tell(self, kind: str, **fields: Any) -> None:
        """Sends the worker a message."""
        process = self._process
        if process is not None:
            process.send({"kind": kind, **fields})

    def _told(self) -> bool:
        """Whether the worker has said that it can work, or why not."""
        return self._opened or bool(self.fault) or self._process is None

    def _alive_again(self) -> None:
        self._last_picture = time.monotonic()
        if self.state is SourceState.LOST:
            self.state, self.fault = SourceState.OPEN, ""
        self._backoff.reset()
        self._patience.reset()

    def _start(self) -> None:
        with self._changed:
            self._forget()
            self._last_picture = time.monotonic()
            self._process = DeviceProcess(self._worker, {**self._options, "restarts": self.restarts}, self._take)

    def _forget(self) -> None:
        self._queue.clear()
        if self._ring is not None:
            self._ring.unlink()
        self._ring = None
        self._up = self._opened = self._finished = False
        self._absence = ""

    def _watch(self) -> None:
        """Ends a worker that fell silent; starts one when the pause is over."""
        process = self._process
        if process is None:
            if self._backoff.due:
                self.restarts += 1
                self._start()
            return
        silent = time.monotonic() - self._last_picture
        limit = self._silence_s if self._opened else self._patience.of(_OPEN_TIMEOUT_S if self._up else _START_S)
        hushed = self.live and limit is not None and silent > limit
        with self._changed:
            waiting = bool(self._queue) or self._finished
        if (process.alive and not hushed) or waiting:
            return
        if hushed and not self.fault:
            self.fault = f"{self._what} gives no picture any more; it is being opened again."
        if hushed:
            self._retry = True
            if not self._opened:
                self._patience.ran_out()
        process.kill()
        self._process = None
        if not self._retry and self.fault and not hushed:
            with self._changed:
                self._finished = True
            return
        self.state = SourceState.LOST
        self._backoff.failed()

    def _take(self, process: DeviceProcess, message: dict[str, Any]) -> None:
        """One message of the worker's; on the process's reading thread."""
        kind = message["kind"]
        with self._changed:
            if process is not self._process:
                return  # the last words of one that was ended
            if kind == "picture":
                self._absence = ""
                if self.live:
                    self._drop_older(process)
                if self._ring is not None:
                    self._queue.append((self._ring, message))
            elif kind == "ring":
                with contextlib.suppress(OSError):
                    self._ring = SlotRing.attach(message["path"], message["slot_bytes"], message["slots"])
                    process.send({"kind": "ring_taken"})
            elif kind == "up":
                self._up, self._last_picture = True, time.monotonic()
            elif kind == "open":
                self._opened, self._facts = True, message
                # Its silence begins now: starting a process may have taken longer than a device may be silent.
                self._last_picture = time.monotonic()
            elif kind == "alive":  # of a device that may be silent for as long as it likes
                self._last_picture = time.monotonic()
            elif kind == "absent":  # whoever sends pictures to the worker is gone, and may come back
                self._absence = message["message"]
            elif kind == "end":
                self._finished = True
            elif kind == "dropped":
                self.dropped += int(message["count"])
            elif kind == "fault":
                self.fault, self._retry = message["message"], message["retry"]
            elif kind == "exit" and not self._finished and not self.fault:
                self._retry = True
                self.fault = (
                    f"The process of {self._what} ended unexpectedly ({message['code']}); it is being started again."
                )
            self._changed.notify_all()

    def _drop_older(self, process: DeviceProcess) -> None:
        while self._queue:
            _, old = self._queue.popleft()
            self.dropped += 1
            process.send({"kind": "free", "ring": old["ring"], "slot": old["slot"]})
