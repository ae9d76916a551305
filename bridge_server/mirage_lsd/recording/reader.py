"""Reads a recording, also one that was cut off."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgpack  # type: ignore[import-untyped]

from ..pipelines.base import StreamSpec
from . import chunks
from .chunks import RecordingError
from .codec import RecordedFrame, decode_frame, decode_spec


@dataclass(frozen=True, slots=True)
class RecordedStream:
    """A stream of a recording: its number, what it was opened with, and how many frames of it there are."""

    number: int
    spec: StreamSpec
    frames: int


class Recording:
    """A recording, open for reading.

    Attributes:
        head: what it was recorded with (`model`, `weights`, `version`, ...). streams: in the order they began.
        end: why it ended; "" where the file was cut off.

    Raises:
        RecordingError: no recording, or of another version.
        OSError: the file can't be read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = path.open("rb")
        try:
            if self._file.read(len(chunks.MAGIC)) != chunks.MAGIC:
                raise RecordingError(f"{path} is no recording of this version; make one with `mirage-lsd record`.")
            self._entries = chunks.read_index(self._file) or chunks.scan(self._file)
            heads = self._maps(chunks.HEAD)
            if not heads:
                raise RecordingError(f"{path} was cut off before anything was recorded; record again.")
            self.head: dict[str, Any] = heads[0]
            ends = self._maps(chunks.END)
            self.end: str = ends[0]["reason"] if ends else ""
            self.streams = [
                RecordedStream(fields["stream"], decode_spec(fields["spec"]), len(self._frames(fields["stream"])))
                for fields in self._maps(chunks.OPEN)
            ]
        except BaseException:
            self._file.close()
            raise

    def __len__(self) -> int:
        return sum(stream.frames for stream in self.streams)

    def frames(self, stream: int) -> Iterator[RecordedFrame]:
        """The frames of a stream in their order; ends early at a damaged chunk."""
        for entry in self._frames(stream):
            body = self._body(entry)
            if body is None:
                return
            yield decode_frame(body)

    def frame(self, stream: int, index: int) -> RecordedFrame:
        """One frame, without reading those before it.

        Raises:
            IndexError: there is no such frame. RecordingError: it is damaged.
        """
        body = self._body(self._frames(stream)[index])
        if body is None:
            raise RecordingError(f"Frame {index} of {self.path} is damaged; use the frames before it.")
        return decode_frame(body)

    def close(self) -> None:
        """Closes the file."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _frames(self, stream: int) -> list[chunks.Entry]:
        return [entry for entry in self._entries if entry.kind == chunks.FRAME and entry.stream == stream]

    def _maps(self, kind: bytes) -> list[dict[str, Any]]:
        bodies = (self._body(entry) for entry in self._entries if entry.kind == kind)
        return [msgpack.unpackb(body) for body in bodies if body is not None]

    def _body(self, entry: chunks.Entry) -> bytes | None:
        self._file.seek(entry.offset)
        chunk = chunks.read_chunk(self._file)
        return chunk[1] if chunk is not None and chunk[0] == entry.kind else None
