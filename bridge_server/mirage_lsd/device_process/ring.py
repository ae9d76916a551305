"""Shared memory for pictures between two processes: slots of one size in a memory-mapped file."""

from __future__ import annotations

import contextlib
import mmap
import os
import tempfile
from pathlib import Path

import numpy as np

from ..picture import Pixels

SLOTS = 4


class SlotRing:
    """`slots` places for pictures of up to `slot_bytes` bytes. Who may write where is agreed on by messages, not here."""

    def __init__(self, path: Path, slot_bytes: int, slots: int, *, create: bool) -> None:
        self.path, self.slot_bytes, self.slots = path, slot_bytes, slots
        flags = os.O_RDWR | (os.O_CREAT | os.O_EXCL if create else 0) | getattr(os, "O_BINARY", 0)
        descriptor = os.open(path, flags, 0o600)
        try:
            if create:
                _reserve(descriptor, slot_bytes * slots)
            self._map = mmap.mmap(descriptor, slot_bytes * slots)
        except BaseException:
            if create:
                self.unlink()
            raise
        finally:
            os.close(descriptor)

    @classmethod
    def create(cls, slot_bytes: int, slots: int = SLOTS) -> SlotRing:
        """A new ring; in memory where the system has room for it, else in the folder for temporary files.

        Raises:
            OSError: there is room nowhere.
        """
        name = f"mirage-lsd-{os.getpid()}-{os.urandom(6).hex()}"
        folders = [folder for folder in (Path("/dev/shm"), Path(tempfile.gettempdir())) if folder.is_dir()]
        for folder in folders[:-1]:
            with contextlib.suppress(OSError):
                return cls(folder / name, slot_bytes, slots, create=True)
        return cls(folders[-1] / name, slot_bytes, slots, create=True)

    @classmethod
    def attach(cls, path: str, slot_bytes: int, slots: int) -> SlotRing:
        """The ring that the other process created. Its file is removed: both have it mapped now, and nothing is left behind."""
        ring = cls(Path(path), slot_bytes, slots, create=False)
        ring.unlink()
        return ring

    def view(self, slot: int, height: int, width: int) -> Pixels:
        """The picture in a slot, H x W x 4, without a copy."""
        size = height * width * 4
        if not (0 <= slot < self.slots and 0 < size <= self.slot_bytes):
            raise ValueError(f"slot {slot} with {width}x{height} pixels does not fit the ring.")
        return np.frombuffer(self._map, np.uint8, size, slot * self.slot_bytes).reshape(height, width, 4)

    def unlink(self) -> None:
        """Removes the file; the mapping stays good. Windows refuses while it is mapped: there the creator removes it at its end."""
        with contextlib.suppress(OSError):
            self.path.unlink()


def _reserve(descriptor: int, size: int) -> None:
    """Takes the room now: a write to a mapping that finds the disk full would end the process."""
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(descriptor, 0, size)
    else:
        os.ftruncate(descriptor, size)
