"""The shared-memory ring: layout byte by byte, wrap-around, torn slots, checks before anything is touched."""

from __future__ import annotations

import errno
import os
import stat
import struct
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mirage_lsd.protocol import ProtocolError
from mirage_lsd.protocol.parts import RingFields
from mirage_lsd.transport import FrameLost
from mirage_lsd.transport.ring import RingReader, RingWriter
from mirage_lsd.transport.segment import SegmentError, create_segment

FRAME = 1024


def frame(value: int) -> np.ndarray:
    return np.full(FRAME, value, dtype=np.uint8)


def test_the_bytes_are_those_of_the_protocol() -> None:
    writer = RingWriter(FRAME, planes=3, slots=2)
    name = writer.fields.name
    assert stat.S_IMODE(Path("/dev/shm" + name).stat().st_mode) == 0o600
    assert writer.fields == RingFields(name, 64 + 2 * (64 + FRAME), 2, 64 + FRAME)
    for seq in (5, 6, 7):
        slot, slot_seq = writer.write(frame(seq), seq)
    assert (slot, slot_seq) == (0, 4)
    data = bytes(writer._segment.memory)
    assert data[:64] == struct.pack("<IIIIQQ32x", 0x3144534C, 1, 2, 3, 64 + FRAME, FRAME)
    assert data[64:128] == struct.pack("<QQ48x", 4, 7)
    assert data[128 : 128 + FRAME] == bytes([7]) * FRAME
    assert data[128 + FRAME : 192 + FRAME] == struct.pack("<QQ48x", 2, 6)
    writer.close()
    assert not Path("/dev/shm" + name).exists()


def test_the_reader_unlinks_and_reads_what_was_written() -> None:
    writer = RingWriter(FRAME, slots=3)
    reader = RingReader(writer.fields, FRAME, 1)
    assert not Path("/dev/shm" + writer.fields.name).exists()
    received = np.empty(FRAME, dtype=np.uint8)
    for seq in range(20):
        reader.read(*writer.write(frame(seq), seq), received)
        assert (received == seq).all()
    writer.close()
    reader.read(1, 14, received)  # the mapping outlives its writer
    reader.close()


def test_overwritten_and_unfinished_slots_are_lost() -> None:
    writer = RingWriter(FRAME, slots=2)
    reader = RingReader(writer.fields, FRAME, 1)
    received = np.empty(FRAME, dtype=np.uint8)
    old = writer.write(frame(1), 1)
    writer.write(frame(2), 2)
    writer.write(frame(3), 3)
    with pytest.raises(FrameLost):
        reader.read(*old, received)
    writer._segment.memory[64:72] = struct.pack("<Q", 5)
    with pytest.raises(FrameLost):
        reader.read(0, 4, received)
    with pytest.raises(ProtocolError, match="no slot 2"):
        reader.read(2, 2, received)
    reader.close()
    writer.close()


def test_a_torn_picture_is_never_handed_out() -> None:
    size = 2**20
    writer = RingWriter(size, slots=2)
    reader = RingReader(writer.fields, size, 1)
    newest = [writer.write(np.zeros(size, dtype=np.uint8), 0)]
    stop = threading.Event()

    def write() -> None:
        seq = 0
        while not stop.is_set():
            seq += 1
            newest[0] = writer.write(np.full(size, seq % 256, dtype=np.uint8), seq)

    thread = threading.Thread(target=write)
    thread.start()
    received = np.empty(size, dtype=np.uint8)
    whole = 0
    try:
        for _ in range(500):
            try:
                reader.read(*newest[0], received)
            except FrameLost:
                continue
            whole += 1
            assert (received == received[0]).all()
    finally:
        stop.set()
        thread.join()
    assert whole
    reader.close()
    writer.close()


def test_announcements_are_checked_against_the_segment() -> None:
    writer = RingWriter(FRAME, slots=2)
    fields = writer.fields
    for wrong in (
        replace(fields, slots=3),
        replace(fields, bytes=fields.bytes + 1),
        replace(fields, bytes=fields.bytes - 1),
        replace(fields, slot_stride=64),
        replace(fields, name=fields.name[1:]),
        replace(fields, name=fields.name + "/../x"),
    ):
        with pytest.raises(ProtocolError) as caught:
            RingReader(wrong, FRAME, 1)
        assert caught.value.code == "bad_ring"
        assert Path("/dev/shm" + fields.name).exists() or "bytes" in caught.value.message
    writer.close()


def test_full_shared_memory_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int, offset: int, size: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    with pytest.raises(SegmentError, match="No space left"):
        create_segment(4096)
    assert not list(Path("/dev/shm").glob(f"lsd-{os.getpid()}-*"))
