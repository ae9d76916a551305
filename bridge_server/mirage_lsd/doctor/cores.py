"""Cores that this process may use."""

from __future__ import annotations

import psutil

from ..accel.cores import usable_cores
from .finding import Finding

_NAME = "cores"


def check_cores(usable: int | None = None) -> Finding:
    """Whether affinity or a container's quota leaves fewer than the machine has. `usable`: as if so many were left."""
    usable = usable or usable_cores()
    physical = psutil.cpu_count(logical=False) or usable
    if usable >= physical:
        return Finding(_NAME, "ok", f"{physical}")
    hint = "start it without `taskset`, or give the container more (Docker: `--cpus`)"
    return Finding(_NAME, "warning", f"{usable} of {physical}, by affinity or quota", hint)
