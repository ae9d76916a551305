"""How long a picture is on its way to the daemon, beside a plain copy and beside imagezmq."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..client import Client, Stream
from .errors import BenchError
from .imagezmq_hop import ImagezmqHop
from .one_frame import send_and_wait, wait_until_open
from .samples import Samples

TRANSPORTS = ("inline", "shared_memory")
SIZES = ((640, 360), (1280, 720), (1920, 1080))
_WARM_UP_FRAMES = 10
_DIFFERENT_FRAMES = 4
_TIMEOUT_S = 5.0
_POLL_S = 50e-6


@dataclass(frozen=True, slots=True)
class TransportFigures:
    """One row of the report.

    Attributes:
        p50_ms, p95_ms: one hop, from the entry of `submit` to the frame in the daemon's memory.
        fps: round trips a second with one frame in flight: submit, passthrough, result acquired.
        memcpy_ms: median of a plain copy of the same bytes.
        imagezmq_p50_ms: one hop of imagezmq; None: not installed.
    """

    transport: str
    width: int
    height: int
    p50_ms: float
    p95_ms: float
    fps: float
    memcpy_ms: float
    imagezmq_p50_ms: float | None


def measure_transports(
    endpoint: str, size: tuple[int, int], frames: int, compare: bool, tick: Callable[[], None]
) -> list[TransportFigures]:
    """Measures both transports, the copy and imagezmq, taking turns frame by frame: what else the machine does hits all
    alike.

    Args:
        endpoint: a daemon with the model `passthrough`.
        size: width and height.
        frames: measured through each transport.
        compare: with imagezmq.
        tick: called after each frame.

    Raises:
        BenchError: the daemon refused the stream, or a result did not come within 5 s.
    """
    pictures = _pictures(size)
    copy_to = np.empty_like(pictures[0])
    hops = {name: Samples() for name in TRANSPORTS}
    round_trips_s = dict.fromkeys(TRANSPORTS, 0.0)
    copies, rival = Samples(), Samples()
    with ExitStack() as stack:
        client = stack.enter_context(Client(endpoint, name="mirage-lsd bench transport"))
        streams = {name: _open(client, size, name) for name in TRANSPORTS}
        imagezmq = stack.enter_context(ImagezmqHop()) if compare else None
        for i in range(-_WARM_UP_FRAMES, frames):
            picture = pictures[i % len(pictures)]
            for name, stream in streams.items():
                started = time.perf_counter()
                result = send_and_wait(stream, picture, timeout_s=_TIMEOUT_S, poll_s=_POLL_S)
                if result is None:
                    problem = stream.last_error or client.last_error
                    raise BenchError(f"a frame did not come back over {name} within {_TIMEOUT_S:.0f} s. {problem}")
                if i >= 0:
                    round_trips_s[name] += time.perf_counter() - started
                    hops[name].add((result.t_receive_ns - result.t_submit_ns) / 1e6)
            started = time.perf_counter()
            np.copyto(copy_to, picture)
            copied_ms = (time.perf_counter() - started) * 1e3
            sent_ms = imagezmq.hop_ms(picture) if imagezmq is not None else None
            if i >= 0:
                copies.add(copied_ms)
                if sent_ms is not None:
                    rival.add(sent_ms)
                tick()
    return [
        TransportFigures(
            transport=name,
            width=size[0],
            height=size[1],
            p50_ms=round(hops[name].percentile(50), 3),
            p95_ms=round(hops[name].percentile(95), 3),
            fps=round(frames / round_trips_s[name], 1),
            memcpy_ms=round(copies.percentile(50), 3),
            imagezmq_p50_ms=round(rival.percentile(50), 3) if compare else None,
        )
        for name in TRANSPORTS
    ]


def _open(client: Client, size: tuple[int, int], transport: str) -> Stream:
    stream = client.open_stream(*size, planes=("color",), model="passthrough", transport=transport)
    wait_until_open(client, stream, _TIMEOUT_S)
    used = stream.stats().transport
    if used != transport:
        raise BenchError(f"the daemon took {used} where {transport} was asked for; see `mirage-lsd doctor`.")
    return stream


def _pictures(size: tuple[int, int]) -> Sequence[npt.NDArray[np.uint8]]:
    """Noise: the bytes don't matter, nothing on the way compresses them."""
    noise = np.random.default_rng(0)
    return [noise.integers(0, 256, (size[1], size[0], 4), np.uint8) for _ in range(_DIFFERENT_FRAMES)]
