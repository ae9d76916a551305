"""structlog: one line an event, for people or (`--log-json`) for machines. Nothing is logged for each frame.

A log line must never hold anything up, raise or end the daemon: whatever reads stderr may have stopped reading, closed it, or be a
full disk. Lines go through a bounded queue to a thread of their own; what finds no room there is dropped and counted.
"""

from __future__ import annotations

import atexit
import contextlib
import logging
import sys
import threading
from collections import deque
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import structlog

_MOST_WAITING = 1_000
_FLUSH_S = 0.5
_LOG_FILE_BYTES = 5_000_000
_LOG_FILES_KEPT = 3


class Sink(Protocol):
    """Where lines end; may block, may raise OSError or ValueError."""

    def write(self, data: bytes) -> object: ...

    def flush(self) -> object: ...


class RotatingFile:
    """A log file that begins anew when it is full: FILE, FILE.1, FILE.2. Always UTF-8, whatever the locale."""

    def __init__(self, path: Path, most_bytes: int = _LOG_FILE_BYTES, kept: int = _LOG_FILES_KEPT) -> None:
        self._path, self._most, self._kept = path, most_bytes, kept
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file: BinaryIO = path.open("ab")

    def write(self, data: bytes) -> int:
        if self._file.tell() + len(data) > self._most:
            self._file.close()
            for number in range(self._kept - 1, 0, -1):
                older = self._path.with_name(f"{self._path.name}.{number}")
                newer = self._path if number == 1 else self._path.with_name(f"{self._path.name}.{number - 1}")
                with contextlib.suppress(OSError):
                    newer.replace(older)
            self._file = self._path.open("wb")
        return self._file.write(data)

    def flush(self) -> None:
        self._file.flush()


class LineWriter:
    """Takes lines from any thread at once and writes them on its own. A logger for structlog: each level is a method."""

    def __init__(self, sink: Sink, most_waiting: int = _MOST_WAITING) -> None:
        self._sink = sink
        self._lines: deque[str] = deque()
        self._most = most_waiting
        self._dropped = 0
        self._changed = threading.Condition()
        self._idle = True
        threading.Thread(target=self._run, name="log", daemon=True).start()
        atexit.register(self.flush)

    def msg(self, message: str) -> None:
        """Queues a line; drops and counts it when too many wait."""
        with self._changed:
            if len(self._lines) >= self._most:
                self._dropped += 1
                return
            self._lines.append(message)
            self._changed.notify_all()

    log = debug = info = warn = warning = error = err = critical = fatal = failure = exception = msg

    def flush(self, timeout_s: float = _FLUSH_S) -> None:
        """Waits until everything is written, `timeout_s` at most."""
        with self._changed:
            self._changed.wait_for(lambda: not self._lines and self._idle, timeout_s)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._idle = True
                self._changed.notify_all()
                self._changed.wait_for(lambda: bool(self._lines))
                self._idle = False
                batch = list(self._lines)
                self._lines.clear()
                dropped, self._dropped = self._dropped, 0
            if dropped:
                batch.append(f"{dropped} log lines were dropped: nobody took them in time.")
            # A sink that is closed or full costs these lines and nothing else.
            with contextlib.suppress(OSError, ValueError):
                self._sink.write("".join(f"{line}\n" for line in batch).encode("utf-8", "backslashreplace"))
                self._sink.flush()


class _StandardError:
    """stderr as bytes: a terminal's own encoding must not decide whether a client called 模型 can be logged."""

    def write(self, data: bytes) -> object:
        if sys.stderr is None:  # a Windows program without a console
            return None
        stream: Any = getattr(sys.stderr, "buffer", None)
        return sys.stderr.write(data.decode("utf-8")) if stream is None else stream.write(data)

    def flush(self) -> None:
        if sys.stderr is not None:
            sys.stderr.flush()


def set_up_logging(level: str, json: bool, file: Path | None = None) -> LineWriter:
    """Configures structlog for the process.

    Args:
        level: debug, info, warning or error.
        file: a log file (rotated at 5 MB, three are kept) instead of stderr.

    Raises:
        OSError: the file can't be written.
    """
    renderer: structlog.types.Processor
    if json:
        renderer = structlog.processors.JSONRenderer(ensure_ascii=False)
    else:
        is_terminal = file is None and sys.stderr is not None and sys.stderr.isatty()
        renderer = structlog.dev.ConsoleRenderer(colors=is_terminal)
    processors: list[structlog.types.Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso"),
    ]
    if json:
        processors.append(structlog.processors.format_exc_info)
    writer = LineWriter(_StandardError() if file is None else RotatingFile(file))
    structlog.configure(
        processors=[*processors, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=lambda *_: writer,
        cache_logger_on_first_use=True,
    )
    return writer
