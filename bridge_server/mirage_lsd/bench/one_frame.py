"""One frame there and back: what an engine does that keeps one frame in flight."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from ..client import Camera, Client, Context, Result, Stream, StreamState, now_ns
from .errors import BenchError
from .samples import Samples

_OPEN_POLL_S = 0.01


def send_and_wait(
    stream: Stream,
    color: npt.NDArray[Any],
    depth: npt.NDArray[np.float32] | None = None,
    camera: Camera | None = None,
    *,
    timeout_s: float,
    poll_s: float,
    quiet_s: float = 0.0,
    submit_us: Samples | None = None,
    acquire_us: Samples | None = None,
) -> Result | Context | None:
    """Submits a frame and polls for its result, which is good until the stream's next `acquire`; of a stream of contexts, its context.

    Args:
        timeout_s: how long to wait for the result.
        poll_s: pause between two calls of `acquire`.
        quiet_s: how long not to ask at all, because no result can be there yet.
        submit_us, acquire_us: get the duration of each call in microseconds.

    Returns:
        The result, or None when it has not come in time.
    """
    clock = time.perf_counter_ns
    started = clock()
    seq = stream.submit(color, depth, camera=camera, t_capture_ns=now_ns())
    if submit_us is not None:
        submit_us.add((clock() - started) / 1e3)
    deadline = time.monotonic() + timeout_s
    time.sleep(quiet_s)
    while time.monotonic() < deadline:
        started = clock()
        result = stream.acquire_context() if stream.has_contexts else stream.acquire()
        if acquire_us is not None:
            acquire_us.add((clock() - started) / 1e3)
        if result is not None and seq is not None and result.seq >= seq:
            return result
        time.sleep(poll_s)
    return None


def wait_until_open(client: Client, stream: Stream, timeout_s: float, tick: Callable[[], None] = lambda: None) -> None:
    """Waits until the daemon has opened the stream.

    Args:
        tick: called about every 10 ms.

    Raises:
        BenchError: it refused, or did not answer in time.
    """
    deadline = time.monotonic() + timeout_s
    while (state := stream.state) is not StreamState.OPEN:
        problem = stream.last_error or client.last_error
        if state is StreamState.FAILED:
            raise BenchError(f"the daemon refused the stream: {problem}")
        if time.monotonic() > deadline:
            raise BenchError(f"the stream was not opened within {timeout_s:.0f} s. {problem}".rstrip())
        tick()
        time.sleep(_OPEN_POLL_S)
