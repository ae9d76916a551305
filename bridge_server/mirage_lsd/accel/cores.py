"""How many processor cores this process may use."""

from __future__ import annotations

import math
import os
from pathlib import Path

import psutil

_CGROUP = Path("/sys/fs/cgroup")


def usable_cores(cgroup: Path = _CGROUP) -> int:
    """Physical cores, but no more than the process's affinity and its container's quota allow; at least 1.

    More threads than that take turns on the same cores, and everyone waits for the one whose turn is last.
    """
    physical = psutil.cpu_count(logical=False) or psutil.cpu_count() or 1
    # Affinity counts logical processors: with two to a core it never says less than the cores there are.
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else physical
    quota = _quota(cgroup)
    return max(1, min(physical, allowed, physical if quota is None else math.ceil(quota)))


def _quota(cgroup: Path) -> float | None:
    """Cores that the control group grants: version 2's `cpu.max`, or version 1's; None: no limit."""
    try:
        granted, period = (cgroup / "cpu.max").read_text().split()
        return None if granted == "max" else int(granted) / int(period)
    except (OSError, ValueError, ZeroDivisionError):
        pass
    try:
        granted = (cgroup / "cpu" / "cpu.cfs_quota_us").read_text()
        period = (cgroup / "cpu" / "cpu.cfs_period_us").read_text()
        return None if int(granted) <= 0 else int(granted) / int(period)
    except (OSError, ValueError, ZeroDivisionError):
        return None
