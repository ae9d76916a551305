"""The one clock: the same as `lsd_now_ns()` of a client on this machine (PROTOCOL.md, section 3)."""

from __future__ import annotations

import sys
import time

if sys.platform == "win32":
    # time.monotonic_ns() steps by 15.6 ms before Python 3.13; perf_counter_ns() is QueryPerformanceCounter, which processes share.
    now_ns = time.perf_counter_ns
elif sys.platform == "darwin":

    def now_ns() -> int:
        """CLOCK_MONOTONIC_RAW, as libc++'s steady_clock reads it."""
        return time.clock_gettime_ns(time.CLOCK_MONOTONIC_RAW)
else:
    now_ns = time.monotonic_ns  # CLOCK_MONOTONIC


def now_s() -> float:
    """The same in seconds."""
    return now_ns() / 1e9
