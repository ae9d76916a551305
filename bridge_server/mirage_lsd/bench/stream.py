"""What a game gets: frames a second, latency, time spent in the core's calls, and the memory of both processes."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psutil

from ..client import Client, ClientState
from ..cuda.driver import CudaDriver
from ..cuda.memory import uploaded
from .errors import BenchError
from .greybox_frames import EngineFrame, greybox_frames
from .one_frame import send_and_wait, wait_until_open
from .samples import Samples

_FIRST_RESULT_S = 120.0  # the daemon compiles for the size
_RESULT_S = 5.0
_POLL_S = 200e-6  # no spinning: the core belongs to the daemon
# Nor any asking while the fastest frame so far would not be halfway back.
_QUIET_SHARE = 0.5
_WARM_UP_FRAMES = 10
_LOST_IN_A_ROW = 3


@dataclass(frozen=True, slots=True)
class StreamJob:
    """What to measure.

    Attributes:
        frames: how many; None: as many as `seconds` allow.
        seconds: how long, when `frames` is None.
        daemon_pid: to watch its memory; None: unknown, the report has null.
        device: as the daemon said, for the report.
        contexts: ask for contexts in place of pictures, from planes of the size that they need.
        card: planes and results are in this card's memory, as an engine that draws there has them; None: in host memory.
    """

    endpoint: str
    width: int
    height: int
    model: str
    steps: int
    transport: str
    device: str
    seconds: float
    frames: int | None = None
    daemon_pid: int | None = None
    contexts: bool = False
    card: int | None = None


def measure_stream(job: StreamJob, tick: Callable[[int, float], None]) -> dict[str, Any]:
    """Keeps one frame in flight, as an engine would, and measures.

    Args:
        tick: called after each frame with the number of frames and the seconds so far; with 0, 0 during warm-up.

    Returns:
        The report; `commands/bench.py` says what its keys mean.

    Raises:
        BenchError: no daemon, the stream is refused, or no results come any more. CudaError: no such card.
    """
    latency_ms, submit_us, acquire_us = Samples(), Samples(), Samples()
    with Client(job.endpoint, name="mirage-lsd bench stream") as client:
        output = (job.width, job.height)
        width, height = client.context_plane_size(*output) if job.contexts else output
        pictures = greybox_frames(width, height)
        if job.card is not None:
            pictures = [_on_card(picture, job.card) for picture in pictures]
        stream = client.open_stream(
            width,
            height,
            model=job.model,
            steps=job.steps,
            transport=job.transport,
            planes=("color", "depth"),
            output_size=output,
            output_format="context" if job.contexts else "rgba8",
            cuda_device=job.card,
        )
        wait_until_open(client, stream, _FIRST_RESULT_S, lambda: tick(0, 0.0))
        for i in range(_WARM_UP_FRAMES):
            picture = pictures[i % len(pictures)]
            timeout_s = _RESULT_S if i else _FIRST_RESULT_S
            color, depth, camera = picture.color, picture.depth, picture.camera
            if send_and_wait(stream, color, depth, camera, timeout_s=timeout_s, poll_s=_POLL_S) is None:
                problem = stream.last_error or client.last_error
                raise BenchError(f"no result within {timeout_s:.0f} s. {problem}".rstrip())
            tick(0, 0.0)
        rss_start = _rss_mb(os.getpid()), _rss_mb(job.daemon_pid)
        sent = returned = lost_in_a_row = 0
        started = time.perf_counter()
        elapsed, fastest_ms = 0.0, 0.0
        while sent < job.frames if job.frames is not None else elapsed < job.seconds:
            picture = pictures[sent % len(pictures)]
            result = send_and_wait(
                stream,
                picture.color,
                picture.depth,
                picture.camera,
                timeout_s=_RESULT_S,
                poll_s=_POLL_S,
                quiet_s=_QUIET_SHARE * fastest_ms * 1e-3,
                submit_us=submit_us,
                acquire_us=acquire_us,
            )
            sent += 1
            if result is not None:
                returned, lost_in_a_row = returned + 1, 0
                latency = (result.t_acquire_ns - result.t_capture_ns) / 1e6
                latency_ms.add(latency)
                fastest_ms = min(fastest_ms or latency, latency)
            else:
                lost_in_a_row += 1
                if lost_in_a_row == _LOST_IN_A_ROW or client.state is not ClientState.READY:
                    problem = stream.last_error or client.last_error
                    raise BenchError(f"results don't come any more after {returned} frames. {problem}".rstrip())
            elapsed = time.perf_counter() - started
            tick(sent, elapsed)
        if not returned:
            raise BenchError(
                f"none of {sent} frames came back within {_RESULT_S:.0f} s; is the daemon too slow for them?"
            )
        rss_end = _rss_mb(os.getpid()), _rss_mb(job.daemon_pid)
        stages = stream.stage_ms()
        transport = stream.stats().transport
    return {
        "fps": round(returned / elapsed, 2),
        "latency_ms": latency_ms.p50_p95_max(),
        "stages_ms": {name: {"p50": round(p50, 3), "p95": round(p95, 3)} for name, (p50, p95) in stages.items()},
        "submit_us": submit_us.p50_p95_max(),
        "acquire_us": acquire_us.p50_p95_max(),
        "rss_mb": {"client": [rss_start[0], rss_end[0]], "daemon": [rss_start[1], rss_end[1]]},
        "frames": sent,
        "dropped": sent - returned,
        "width": job.width,
        "height": job.height,
        "contexts": job.contexts,
        "plane_size": [width, height],
        "steps": job.steps,
        "model": job.model,
        "device": job.device,
        "transport": transport,
    }


def _on_card(picture: EngineFrame, card: int) -> EngineFrame:
    driver = CudaDriver(card)
    there: Any = [uploaded(driver, plane) for plane in (picture.color, picture.depth)]
    return EngineFrame(there[0], there[1], picture.camera)


def _rss_mb(pid: int | None) -> float | None:
    """Resident memory of a process in MiB; None for None."""
    if pid is None:
        return None
    return round(psutil.Process(pid).memory_info().rss / 2**20, 2)
