"""Shared memory, in which large frames travel."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from ..transport.segment import SEGMENTS_SUPPORTED, SegmentError, create_segment, open_segment
from .finding import Finding

_NAME = "shared memory"
_FOLDER = Path("/dev/shm")
_ROOM_MB = 256
_TRIAL_BYTES = 1 << 20


def check_shared_memory() -> Finding:
    """A segment can be made and mapped twice, and there is room for the rings of a few streams."""
    if not SEGMENTS_SUPPORTED:
        return Finding(_NAME, "warning", "not on this system", "nothing to do: frames travel over TCP, a bit slower")
    try:
        with create_segment(_TRIAL_BYTES) as written:
            written.memory[:4] = b"lsd!"
            read = open_segment(written.name, _TRIAL_BYTES)
            same = bytes(read.memory[:4]) == b"lsd!"
            read.close()
    except (SegmentError, OSError) as error:
        return Finding(_NAME, "problem", str(error), _hint())
    if not same:
        return Finding(_NAME, "problem", "what one mapping writes, another does not see", _hint())
    if sys.platform == "win32" or not _FOLDER.is_dir():
        return Finding(_NAME, "ok", "works")
    room = os.statvfs(_FOLDER)
    free_mb = room.f_bavail * room.f_frsize // 2**20
    if free_mb < _ROOM_MB:
        return Finding(_NAME, "warning", f"works, but only {free_mb} MB are free in {_FOLDER}", _hint())
    return Finding(_NAME, "ok", f"works, {free_mb} MB free")


def _hint() -> str:
    return (
        f"make {_ROOM_MB} MB free in {_FOLDER} (`mount -o remount,size=1g {_FOLDER}`; Docker: `--shm-size=1g`), "
        "or open streams with the transport inline"
    )
