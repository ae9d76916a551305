"""What a running stream feels of another one that is opened in a size for which nothing is compiled yet."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ..client import Client, Stream, StreamState
from .errors import BenchError
from .greybox_frames import EngineFrame, greybox_frames
from .one_frame import send_and_wait, wait_until_open
from .samples import Samples

_FIRST_RESULT_S = 180.0  # the daemon converts and compiles
_RESULT_S = 20.0
_POLL_S = 1e-3
_WARM_UP_FRAMES = 20


@dataclass(frozen=True, slots=True)
class OpeningJob:
    """What to measure.

    Attributes:
        endpoint: of a daemon whose cache knows none of `opened`.
        running: width and height of the stream that is watched. opened: those of the streams that are opened beside it, one after the other.
        alone_s: how long the stream is watched before each of them, with nothing beside it.
    """

    endpoint: str
    model: str
    steps: int
    running: tuple[int, int]
    opened: tuple[tuple[int, int], ...]
    alone_s: float


class _Watched:
    """The running stream: one frame in flight, and the time between its results."""

    def __init__(self, stream: Stream, frames: Sequence[EngineFrame]) -> None:
        self._stream, self._frames = stream, frames
        self._sent = 0
        self._last = 0.0

    def frame(self, *gaps_ms: Samples) -> None:
        """Sends a frame, waits for its result, and adds the time since the result before it."""
        picture = self._frames[self._sent % len(self._frames)]
        timeout_s = _RESULT_S if self._sent else _FIRST_RESULT_S
        result = send_and_wait(
            self._stream, picture.color, picture.depth, picture.camera, timeout_s=timeout_s, poll_s=_POLL_S
        )
        if result is None:
            raise BenchError(f"no result within {timeout_s:.0f} s. {self._stream.last_error}".rstrip())
        now = time.perf_counter()
        for samples in gaps_ms:
            samples.add((now - self._last) * 1e3)
        self._last = now
        self._sent += 1


def measure_opening(job: OpeningJob, tick: Callable[[str], None]) -> dict[str, Any]:
    """Watches a stream alone and while another one is opened, in turn.

    Args:
        tick: called after each frame with what is going on.

    Returns:
        The report; `commands/bench.py` says what its keys mean.

    Raises:
        BenchError: no daemon, a stream is refused, or no results come any more.
    """
    alone, beside = Samples(), Samples()
    rows = []
    with Client(job.endpoint, name="mirage-lsd bench opening") as client:
        stream = _open(client, job, job.running)
        wait_until_open(client, stream, _FIRST_RESULT_S, lambda: tick("loading"))
        watched = _Watched(stream, greybox_frames(*job.running))
        for _ in range(_WARM_UP_FRAMES):
            watched.frame()
            tick("warming up")
        for size in job.opened:
            gaps = Samples()
            until = time.perf_counter() + job.alone_s
            while time.perf_counter() < until:
                watched.frame(gaps, alone)
                tick("alone")
            opening = Samples()
            seconds = _watch_opening(job, size, watched, (opening, beside), tick)
            rows.append(
                {
                    "opened": list(size),
                    "seconds": round(seconds, 3),
                    "gap_alone_ms": gaps.p50_p95_max(),
                    "gap_opening_ms": opening.p50_p95_max(),
                }
            )
            watched.frame()  # the other stream is closed again: that is no opening
    usual, longest = alone.p50_p95_max(), beside.p50_p95_max()
    return {
        "gap_alone_ms": usual,
        "gap_opening_ms": longest,
        "longest_beyond_usual_ms": {
            "alone": round(usual["max"] - usual["p50"], 3),
            "opening": round(longest["max"] - usual["p50"], 3),
        },
        "openings": rows,
        "running": list(job.running),
        "steps": job.steps,
        "model": job.model,
    }


def _open(client: Client, job: OpeningJob, size: tuple[int, int]) -> Stream:
    return client.open_stream(*size, model=job.model, steps=job.steps, planes=("color", "depth"))


def _watch_opening(
    job: OpeningJob, size: tuple[int, int], watched: _Watched, gaps_ms: tuple[Samples, ...], tick: Callable[[str], None]
) -> float:
    """Seconds from opening another game's stream to its first result; meanwhile the watched one goes on."""
    picture = greybox_frames(*size, positions=2)[0]
    with Client(job.endpoint, name="mirage-lsd bench opening: the other game") as other:
        watched.frame()  # connecting, and making the picture, is no part of it
        started = time.perf_counter()
        stream, sent = _open(other, job, size), False
        while True:
            watched.frame(*gaps_ms)
            tick("opening {}x{}".format(*size))
            if stream.state is StreamState.FAILED:
                raise BenchError(f"the daemon refused the stream: {stream.last_error or other.last_error}")
            if stream.state is StreamState.OPEN and not sent:
                stream.submit(picture.color, picture.depth, camera=picture.camera)
                sent = True
            elapsed = time.perf_counter() - started
            if sent and stream.acquire() is not None:
                return elapsed
            if elapsed > _FIRST_RESULT_S:
                raise BenchError(f"the other stream had no result within {_FIRST_RESULT_S:.0f} s.")
