"""Writes a recording on a thread of its own, with bounded memory and a bounded file."""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import msgpack  # type: ignore[import-untyped]
import structlog

from ..pipelines.base import StreamSpec
from . import chunks
from .codec import RecordedFrame, encode_frame, encode_spec

log = structlog.get_logger("mirage_lsd.recording")

DEFAULT_MAX_BYTES = 2 << 30
# Frames that wait for the disk.
_WAITING = 8
# A frame waits so long for its turn; then the disk is too slow. A gap would make what follows useless: state grows frame by frame.
_PATIENCE_S = 2.0
_JOIN_S = 10.0
# Left for the end of the file when it is full.
_RESERVE = 1 << 20


class RecordingWriter:
    """One file. `open_stream` and `add` may come from any thread.

    The recording ends early, and says so in the log and in the file, when the file reaches `max_bytes`, when the disk is full, or when
    it is too slow; the stream goes on.

    Args:
        head: what is recorded with (model, weights, version, ...), plain values.
        max_bytes: of the file.

    Raises:
        OSError: the file can't be made.
    """

    def __init__(self, path: Path, head: dict[str, Any], max_bytes: int = DEFAULT_MAX_BYTES) -> None:
        self.path = path
        self.ended = ""
        """Why it ended early; "" while it goes on."""
        self._file: BinaryIO = path.open("wb")
        self._max_bytes = max_bytes
        self._entries: list[chunks.Entry] = []
        self._streams = 0
        self._lock = threading.Lock()
        self._work: queue.Queue[Callable[[], tuple[bytes, bytes, int, int]] | None] = queue.Queue(_WAITING)
        try:
            self._file.write(chunks.MAGIC)
            self._append(chunks.HEAD, msgpack.packb(head))
        except OSError:
            self._drop_file()
            raise
        self._thread = threading.Thread(target=self._run, name="recording", daemon=True)
        self._thread.start()

    def open_stream(self, spec: StreamSpec) -> int:
        """A stream begins; returns its number in this recording, from 1."""
        with self._lock:
            self._streams += 1
            stream = self._streams
        body = msgpack.packb({"stream": stream, "spec": encode_spec(spec)})
        self._put(lambda: (chunks.OPEN, body, stream, 0))
        return stream

    def add(self, recorded: RecordedFrame) -> None:
        """Takes a frame over; its arrays must not change afterwards."""
        self._put(lambda: (chunks.FRAME, encode_frame(recorded), recorded.stream, recorded.frame.seq))

    def close(self) -> None:
        """Writes what waits, and the index. Twice is allowed."""
        if self._thread.is_alive():
            self._work.put(None)
            self._thread.join(_JOIN_S)

    def _put(self, work: Callable[[], tuple[bytes, bytes, int, int]]) -> None:
        if self.ended:
            return
        try:
            self._work.put(work, timeout=_PATIENCE_S)
        except queue.Full:
            self._end(
                f"the disk of {self.path} is too slow for this stream; record to a faster one or at a smaller size."
            )

    def _end(self, why: str) -> None:
        self.ended = why
        log.warning("recording ended", file=str(self.path), reason=why)

    def _run(self) -> None:
        try:
            while (work := self._work.get()) is not None:
                if not self.ended:
                    self._write(work)
            self._append(chunks.END, msgpack.packb({"reason": self.ended or "closed"}))
            chunks.write_index(self._file, self._entries)
            self._file.close()
        except OSError as error:
            self._end(f"{self.path} can't be written any more ({error.strerror or error}); make room.")
            self._drop_file()
            while self._work.get() is not None:
                pass

    def _drop_file(self) -> None:
        with contextlib.suppress(OSError):  # closing writes what is buffered
            self._file.close()

    def _write(self, work: Callable[[], tuple[bytes, bytes, int, int]]) -> None:
        kind, body, stream, seq = work()
        if self._file.tell() + len(body) + _RESERVE > self._max_bytes:
            self._end(f"{self.path} has reached its limit of {self._max_bytes >> 20} MiB; raise --max-mib for more.")
            return
        self._append(kind, body, stream, seq)

    def _append(self, kind: bytes, body: bytes, stream: int = 0, seq: int = 0) -> None:
        self._entries.append(chunks.Entry(kind, self._file.tell(), stream, seq))
        chunks.write_chunk(self._file, kind, body)
        self._file.flush()  # whoever is killed leaves whole chunks
