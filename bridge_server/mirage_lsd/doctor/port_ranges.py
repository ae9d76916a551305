"""Ports that Windows keeps for itself: Hyper-V, WSL and Docker reserve ranges, which change from start to start."""

from __future__ import annotations

import re
import subprocess

_COMMAND = ("netsh", "int", "ipv4", "show", "excludedportrange", "protocol=tcp")
# Two numbers and maybe a star (a range that an administrator set); the headings around are in the system's language.
_ROW = re.compile(r"^\s*(\d+)\s+(\d+)\s*\*?\s*$", re.MULTILINE)


def excluded_ranges(said: str) -> list[tuple[int, int]]:
    """The ranges, first and last port, in what netsh said."""
    return [(int(first), int(last)) for first, last in _ROW.findall(said)]


def ask_for_ranges() -> list[tuple[int, int]]:
    """This system's; none where it can't be asked (anything but Windows)."""
    try:
        done = subprocess.run(_COMMAND, capture_output=True, timeout=10.0)
    except (OSError, subprocess.SubprocessError):
        return []
    return excluded_ranges(done.stdout.decode("ascii", "replace"))


def range_of(port: int, ranges: list[tuple[int, int]]) -> tuple[int, int] | None:
    """The range that has the port in it."""
    return next(((first, last) for first, last in ranges if first <= port <= last), None)


def free_of(ranges: list[tuple[int, int]], wanted: int) -> int:
    """The next port from `wanted` on that no range has; the last one of all, 65535, if there is none."""
    port = wanted
    while port < 65_535 and (found := range_of(port, ranges)):
        port = found[1] + 1
    return min(port, 65_535)
