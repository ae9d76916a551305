"""A controller whose device lives in a process of its own."""

from __future__ import annotations

import threading
import time
from abc import abstractmethod
from typing import Any

from ..backoff import Backoff
from ..device_process import DeviceProcess
from .base import Controller, DeviceError, Emit, Panel

_OPEN_TIMEOUT_S = 30.0
_CLOSE_GRACE_S = 0.4


class ProcessController(Controller):
    """Runs a worker (`controllers/workers/`), starts it again when it ends, and gives its events to `_event`.

    Threads: one watches the worker; events come on the process's reading thread.
    """

    worker: str

    def __init__(self) -> None:
        self._panel: Panel | None = None
        self._emit: Emit | None = None
        self._process: DeviceProcess | None = None
        self._watcher: threading.Thread | None = None
        self._stop = threading.Event()
        self._changed = threading.Condition()
        self._opened = self._exited = False
        self._retry = True
        self.fault = ""

    @abstractmethod
    def _options(self, panel: Panel) -> dict[str, Any]:
        """What the worker is told."""

    @abstractmethod
    def _event(self, message: dict[str, Any], panel: Panel, emit: Emit) -> None:
        """Something was seen or heard."""

    def _stalled(self) -> str:
        """One sentence when the worker lives and does nothing any more; it is ended and started again."""
        return ""

    def _ended(self, panel: Panel, emit: Emit) -> None:
        """The worker has ended by itself: what it would have ended by an event is to be ended now."""

    def start(self, panel: Panel, emit: Emit) -> None:
        self._panel, self._emit = panel, emit
        self._stop.clear()
        self._begin()
        deadline = time.monotonic() + _OPEN_TIMEOUT_S
        with self._changed:
            while not self._opened and not self._exited and self._changed.wait(max(0.0, deadline - time.monotonic())):
                pass
            opened, fault, retry = self._opened, self.fault, self._retry
        if not opened:
            self.stop()
            raise DeviceError(
                fault or f"The controller {self.name} did not start within {_OPEN_TIMEOUT_S:.0f} s.", retry=retry
            )
        self._watcher = threading.Thread(target=self._watch, name=f"{self.name} watcher", daemon=True)
        self._watcher.start()

    def stop(self) -> None:
        self._stop.set()
        process, self._process = self._process, None
        if process is not None:
            process.close(_CLOSE_GRACE_S)
        if self._watcher is not None:
            self._watcher.join(1.0)
            self._watcher = None

    def _begin(self) -> None:
        assert self._panel is not None
        with self._changed:
            self._opened = self._exited = False
            self._process = DeviceProcess(self.worker, self._options(self._panel), self._take)

    def _watch(self) -> None:
        backoff = Backoff(time.monotonic)
        while not self._stop.wait(0.1):
            with self._changed:
                exited, opened, retry = self._exited, self._opened, self._retry
            if not exited:
                if opened:
                    backoff.reset()
                stalled = self._stalled()
                if stalled and self._process is not None:
                    self.fault = stalled
                    self._process.kill()
                continue
            if self._panel is not None and self._emit is not None:
                self._ended(self._panel, self._emit)
            if not retry:
                return
            if self._process is not None:
                self._process.kill()
                self._process = None
                if self.on_notice is not None:
                    self.on_notice(self.fault)
                backoff.failed()
            if backoff.due and not self._stop.is_set():
                self._begin()

    def _take(self, process: DeviceProcess, message: dict[str, Any]) -> None:
        kind = message["kind"]
        with self._changed:
            if process is not self._process:
                return
            if kind == "open":
                self._opened, self.fault = True, ""
            elif kind == "fault":
                self.fault, self._retry = message["message"], message["retry"]
            elif kind == "exit":
                self._exited = True
                self.fault = (
                    self.fault or f"The process of the controller {self.name} ended unexpectedly; it is started again."
                )
            self._changed.notify_all()
        if kind == "event" and self._panel is not None and self._emit is not None:
            self._event(message, self._panel, self._emit)
