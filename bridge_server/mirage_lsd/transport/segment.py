"""A named block of memory that two processes map: POSIX shared memory, or a named section on Windows."""

from __future__ import annotations

import contextlib
import mmap
import os
import re
import secrets
import sys
import time
from pathlib import Path
from types import TracebackType

if sys.platform != "win32":
    import _posixshmem  # type: ignore[import-not-found]

SEGMENT_NAME = re.compile(r"/lsd-(\d{1,10})-[0-9a-f]{32}")
_SHM_FOLDER = Path("/dev/shm")
_SWEPT_AFTER_S = 60.0
# macOS allows names of 31 bytes, too short for the protocol's.
SEGMENTS_SUPPORTED = sys.platform != "darwin"


class SegmentError(Exception):
    """A segment can't be made or opened; the text is one sentence that says why."""


class Segment:
    """A mapping and its name. `memory` may be used until `close`."""

    def __init__(self, name: str, memory: mmap.mmap) -> None:
        self.name = name
        self.memory = memory

    @property
    def size(self) -> int:
        """The mapping's real size in bytes."""
        return len(self.memory)

    def unlink(self) -> None:
        """Takes the name away; the mappings stay. Nothing to do on Windows, where the last handle ends a section."""
        if sys.platform != "win32":
            with contextlib.suppress(FileNotFoundError):
                _posixshmem.shm_unlink(self.name)

    def close(self) -> None:
        self.memory.close()

    def __enter__(self) -> Segment:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.unlink()
        self.close()


def create_segment(size: int) -> Segment:
    """Makes a zeroed segment of `size` bytes with an unguessable name that only this user can open.

    Raises:
        SegmentError: no memory for it (on Linux: /dev/shm is full).
    """
    name = f"lsd-{os.getpid()}-{secrets.token_hex(16)}"
    if sys.platform == "win32":
        # The section gets the default DACL of the process: its user, administrators and the system.
        tag = f"Local\\{name}"
        try:
            return Segment(tag, mmap.mmap(-1, size, tagname=tag))
        except OSError as error:
            raise SegmentError(f"No shared memory for a ring of {size} bytes ({error.strerror}).") from error
    name = f"/{name}"
    descriptor = _posixshmem.shm_open(name, os.O_CREAT | os.O_EXCL | os.O_RDWR, mode=0o600)
    try:
        # Reserving the pages now makes a full /dev/shm an error here instead of a SIGBUS at some later write.
        os.posix_fallocate(descriptor, 0, size)
        return Segment(name, mmap.mmap(descriptor, size))
    except OSError as error:
        _posixshmem.shm_unlink(name)
        raise SegmentError(f"No shared memory for a ring of {size} bytes ({error.strerror}).") from error
    finally:
        os.close(descriptor)


def open_segment(name: str, size: int) -> Segment:
    """Maps a segment of another process and unlinks its name at once.

    Args:
        size: what its owner says it has; the real size must be at least that.

    Raises:
        SegmentError: the name is not one of a ring, there is no such segment, or it is smaller than announced.
    """
    if sys.platform == "win32":
        if not SEGMENT_NAME.fullmatch(name.replace("Local\\", "/", 1)):
            raise SegmentError("The ring's name must be Local\\lsd-PID-32 hex digits.")
        try:
            # Windows refuses to map more than a section has. A missing one is created, zeroed: the magic tells.
            return Segment(name, mmap.mmap(-1, size, tagname=name, access=mmap.ACCESS_READ))
        except OSError as error:
            raise SegmentError(f"The ring can't be mapped ({error.strerror}).") from error
    if not SEGMENT_NAME.fullmatch(name):
        raise SegmentError("The ring's name must be /lsd-PID-32 hex digits.")
    try:
        descriptor = _posixshmem.shm_open(name, os.O_RDONLY, mode=0o600)
    except OSError as error:
        raise SegmentError(f"The ring can't be opened ({error.strerror}).") from error
    try:
        real = os.fstat(descriptor).st_size
        if real < size:
            raise SegmentError(f"The ring's segment has {real} bytes, {size} were announced.")
        memory = mmap.mmap(descriptor, size, access=mmap.ACCESS_READ)
    except (OSError, ValueError) as error:
        raise SegmentError(f"The ring can't be mapped ({error}).") from error
    finally:
        os.close(descriptor)
    segment = Segment(name, memory)
    segment.unlink()
    return segment


def sweep_dead_segments() -> list[str]:
    """Removes the segments that nobody will open any more; returns their names.

    These are the ones whose creator is not alive and that were made over a minute ago: the creator may live in another PID namespace
    (a container that shares /dev/shm), where its number means nothing here. A ring has its name for a moment only, until its reader
    has opened it. Linux only: Windows removes a section with its last user.
    """
    swept: list[str] = []
    if sys.platform == "win32" or not _SHM_FOLDER.is_dir():
        return swept
    for path in _SHM_FOLDER.glob("lsd-*"):
        match = SEGMENT_NAME.fullmatch(f"/{path.name}")
        if match is None or _alive(int(match[1])):
            continue
        with contextlib.suppress(OSError):  # another user's, or gone meanwhile
            if time.time() - path.stat().st_mtime > _SWEPT_AFTER_S:
                path.unlink()
                swept.append(path.name)
    return swept


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True
