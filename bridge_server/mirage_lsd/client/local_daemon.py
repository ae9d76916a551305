"""A daemon of one's own: `mirage-lsd serve` as a child process, for the commands that need one only while they run."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ..child_environment import child_environment, module_command

_POLL_S = 0.02
_STOP_TIMEOUT_S = 15.0
_SENTENCE = "mirage-lsd serve: "


class DaemonStartError(RuntimeError):
    """The daemon did not become ready; the text is one sentence that says why."""


class DaemonProcess:
    """Starts a daemon on `with`, waits until it is ready, stops it at the end.

        with DaemonProcess("passthrough") as daemon, Client(daemon.endpoint) as client:
            ...

    Its log goes to a temporary file (a pipe could fill up and stop it), which is deleted at the end.

    Args:
        model: a model's name or a .safetensors file.
        device: auto, cpu, cuda, cuda:N.
        port: of 127.0.0.1; None: one that is free.
        extra: further arguments of `mirage-lsd serve`.
        start_timeout_s: how long loading the model may take.
        environment: variables that it gets beside this process's.

    Attributes:
        endpoint: where it listens; known once `start` has returned.
        device: what the model runs on, as the daemon says.
        log_path: one JSON object a line; exists while the daemon runs.
    """

    def __init__(
        self,
        model: str = "mirage-lsd-v1",
        device: str = "auto",
        port: int | None = None,
        extra: Sequence[str] = (),
        *,
        start_timeout_s: float = 180.0,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.model = model
        self.device = device
        self.endpoint = f"tcp://127.0.0.1:{port if port is not None else '*'}"
        self.log_path = Path()
        self._extra = tuple(extra)
        self._start_timeout_s = start_timeout_s
        self._environment = dict(environment or {})
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The number of its process.

        Raises:
            DaemonStartError: it was not started.
        """
        if self._process is None:
            raise DaemonStartError("the daemon was not started.")
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether its process runs; False before `start`."""
        return self._process is not None and self._process.poll() is None

    @property
    def log(self) -> str:
        """What it has written so far; "" before `start` and after `stop`."""
        return self.log_path.read_text(encoding="utf-8", errors="replace") if self.log_path.is_file() else ""

    def start(self) -> Self:
        """Starts it and returns when it is ready.

        Raises:
            DaemonStartError: it ended, or was not ready in time; it does not run any more.
        """
        handle, path = tempfile.mkstemp(prefix="mirage-lsd-daemon-", suffix=".log")
        self.log_path = Path(path)
        command = module_command("mirage_lsd.cli", "serve", "--log-json", "--bind", self.endpoint)
        command += ["--model", self.model, "--device", self.device, *self._extra]
        with os.fdopen(handle, "wb") as log:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=child_environment() | self._environment
            )
        try:
            ready = self._wait_ready()
        except BaseException:
            self.stop()
            raise
        self.endpoint, self.device = str(ready["endpoint"]), str(ready.get("device", self.device))
        return self

    def stop(self) -> None:
        """Ends it (within seconds) and deletes its log. Twice is allowed."""
        process = self._process
        if process is not None and process.poll() is None:
            process.terminate()
            try:
                process.wait(_STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if self.log_path.is_file():
            with contextlib.suppress(OSError):  # Windows: something may still look into it
                self.log_path.unlink()

    def _wait_ready(self) -> dict[str, Any]:
        deadline = time.monotonic() + self._start_timeout_s
        while True:
            alive = self.alive  # asked before the log is read, so that the last words are in it
            log = self.log
            for line in log.splitlines():
                event = _event(line)
                if event.get("event") == "ready":
                    return event
            if not alive:
                raise DaemonStartError(_why(log))
            if time.monotonic() > deadline:
                raise DaemonStartError(f"the daemon was not ready within {self._start_timeout_s:.0f} s. {_why(log)}")
            time.sleep(_POLL_S)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _event(line: str) -> dict[str, Any]:
    """A log line as an object; empty for other lines."""
    if not line.startswith("{"):
        return {}
    try:
        event = json.loads(line)
    except ValueError:  # not written to its end yet
        return {}
    return event if isinstance(event, dict) else {}


def _why(log: str) -> str:
    """The daemon's own sentence, else the last line that it wrote."""
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    for line in reversed(lines):
        if line.startswith(_SENTENCE):
            return line.removeprefix(_SENTENCE)
    return f"Its last words: {lines[-1]}" if lines else "It wrote nothing."
