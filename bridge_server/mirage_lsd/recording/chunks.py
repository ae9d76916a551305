"""The file: chunks one after the other, each with its length and checksum, and an index at the end.

A file that was cut off anywhere is read up to the last whole chunk; its index is then made by looking through it.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from typing import Any, BinaryIO

import msgpack  # type: ignore[import-untyped]

MAGIC = b"LSDREC1\n"
HEAD = b"HEAD"
"""What was recorded with: a map."""
OPEN = b"OPEN"
"""A stream begins: a map."""
FRAME = b"FRAM"
"""One frame and its result: a map, then its arrays."""
END = b"ENDS"
"""Why the recording ended: a map."""
INDEX = b"INDX"
"""[[kind, offset, stream, seq], ...] of all chunks before it."""

_CHUNK = struct.Struct("<4sIQ")  # kind, CRC-32 of what follows, its length
_TAIL = struct.Struct("<8sQ")  # TAIL_MAGIC, offset of the index's chunk
_TAIL_MAGIC = b"LSDRTAIL"
MAX_CHUNK_BYTES = 1 << 30


class RecordingError(ValueError):
    """The file can't be used; one sentence that says what to do."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a chunk is: its kind, byte offset, and the stream and frame number it belongs to (0: none)."""

    kind: bytes
    offset: int
    stream: int = 0
    seq: int = 0


def write_chunk(file: BinaryIO, kind: bytes, body: bytes) -> int:
    """Appends a chunk; returns its size in bytes."""
    file.write(_CHUNK.pack(kind, zlib.crc32(body), len(body)))
    file.write(body)
    return _CHUNK.size + len(body)


def read_chunk(file: BinaryIO) -> tuple[bytes, bytes] | None:
    """The chunk at the file's position, (kind, body); None where it is not whole, or damaged."""
    head = file.read(_CHUNK.size)
    if len(head) < _CHUNK.size:
        return None
    kind, checksum, length = _CHUNK.unpack(head)
    if length > MAX_CHUNK_BYTES:
        return None
    body = file.read(length)
    return (kind, body) if len(body) == length and zlib.crc32(body) == checksum else None


def write_index(file: BinaryIO, entries: list[Entry]) -> None:
    """Appends the index and the pointer to it."""
    offset = file.tell()
    rows = [[entry.kind, entry.offset, entry.stream, entry.seq] for entry in entries]
    write_chunk(file, INDEX, msgpack.packb(rows))
    file.write(_TAIL.pack(_TAIL_MAGIC, offset))


def read_index(file: BinaryIO) -> list[Entry] | None:
    """The index, or None where the file has no whole one."""
    file.seek(0, 2)
    size = file.tell()
    if size < len(MAGIC) + _TAIL.size:
        return None
    file.seek(size - _TAIL.size)
    magic, offset = _TAIL.unpack(file.read(_TAIL.size))
    if magic != _TAIL_MAGIC or offset >= size:
        return None
    file.seek(offset)
    chunk = read_chunk(file)
    if chunk is None or chunk[0] != INDEX:
        return None
    return [Entry(kind, at, stream, seq) for kind, at, stream, seq in msgpack.unpackb(chunk[1])]


def scan(file: BinaryIO) -> list[Entry]:
    """The index of a file that lost its own: all whole chunks up to the first that is not."""
    entries: list[Entry] = []
    file.seek(len(MAGIC))
    while True:
        offset = file.tell()
        chunk = read_chunk(file)
        if chunk is None or chunk[0] == INDEX:
            return entries
        kind, body = chunk
        stream = seq = 0
        if kind in (OPEN, FRAME):
            fields = first_map(body)
            stream, seq = fields["stream"], fields.get("seq", 0)
        entries.append(Entry(kind, offset, stream, seq))


def first_map(body: bytes) -> dict[str, Any]:
    """The map that a chunk's body begins with."""
    unpacker = msgpack.Unpacker(max_buffer_size=len(body))
    unpacker.feed(body)
    fields: dict[str, Any] = unpacker.unpack()
    return fields
