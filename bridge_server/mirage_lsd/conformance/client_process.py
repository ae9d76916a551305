"""The client under test, as a process that is started anew for each scenario."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Sequence
from types import TracebackType
from typing import Self

_STOP_TIMEOUT_S = 10.0


class ClientProcess:
    """Runs on `with`, and is ended with it.

    Args:
        command: `{endpoint}` and `{seconds}` in it are replaced; without `{endpoint}` the endpoint is appended.
        seconds: how long the client is asked to run.
    """

    def __init__(self, command: Sequence[str], endpoint: str, seconds: int) -> None:
        words = list(command) if any("{endpoint}" in word for word in command) else [*command, "{endpoint}"]
        self._command = [word.replace("{endpoint}", endpoint).replace("{seconds}", str(seconds)) for word in words]

    def __enter__(self) -> Self:
        # A pipe that nobody reads could stop it.
        self._output = tempfile.TemporaryFile()
        self._process = subprocess.Popen(
            self._command, stdin=subprocess.DEVNULL, stdout=self._output, stderr=subprocess.STDOUT
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(_STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._output.close()

    @property
    def ended(self) -> str:
        """ "" while it runs, else how it ended and its last words."""
        status = self._process.poll()
        if status is None:
            return ""
        self._output.seek(0)
        words = self._output.read().decode("utf-8", "replace").strip().splitlines()
        return f"it ended with status {status}" + (f" ({words[-1][:200]})" if words else "")
