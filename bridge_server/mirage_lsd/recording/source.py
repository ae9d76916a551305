"""A recording as a client: its frames go to a daemon as an engine would send them."""

from __future__ import annotations

import time

from ..client import Client, Stream, StreamState
from .reader import RecordedStream, Recording

_OPEN_S = 30.0
_LAST_RESULT_S = 2.0


class SourceError(RuntimeError):
    """The frames can't be sent; one sentence."""


def send(recording: Recording, endpoint: str, model: str, fps: float = 0.0) -> tuple[int, int]:
    """Sends the streams one after the other; returns how many frames were sent and how many results came back.

    Args:
        fps: frames a second; 0: the pace of the recording.

    Raises:
        SourceError: the daemon does not take the stream. LsdError: bad arguments.
    """
    sent = returned = 0
    with Client(endpoint, engine="recording") as client:
        for recorded in recording.streams:
            spec = recorded.spec
            with client.open_stream(
                spec.width,
                spec.height,
                planes=spec.planes,
                model=model,
                output_size=(spec.output_width, spec.output_height),
                steps=spec.steps,
                seed=spec.seed,
            ) as stream:
                _wait_open(stream, endpoint)
                more = _send_stream(recording, recorded, stream, fps)
                sent, returned = sent + more[0], returned + more[1]
    return sent, returned


def _wait_open(stream: Stream, endpoint: str) -> None:
    deadline = time.monotonic() + _OPEN_S
    while stream.state is not StreamState.OPEN:
        if stream.state is StreamState.FAILED:
            raise SourceError(stream.last_error)
        if time.monotonic() > deadline:
            raise SourceError(f"no daemon answers at {endpoint}; start one with `mirage-lsd serve`.")
        time.sleep(0.01)


def _send_stream(recording: Recording, recorded: RecordedStream, stream: Stream, fps: float) -> tuple[int, int]:
    sent = returned = 0
    began = time.monotonic()
    first_ns: int | None = None
    for item in recording.frames(recorded.number):
        first_ns = item.t_ns if first_ns is None else first_ns
        due = began + (sent / fps if fps > 0 else (item.t_ns - first_ns) / 1e9)
        time.sleep(max(due - time.monotonic(), 0.0))
        frame = item.frame
        stream.submit(
            frame.color,
            frame.depth,
            frame.motion,
            frame.normal,
            frame.ids,
            camera=frame.camera,
            sun=frame.sun,
            slots=frame.slots or None,
            reset=frame.reset,
        )
        sent += 1
        returned += stream.acquire() is not None
    deadline = time.monotonic() + _LAST_RESULT_S
    while sent and returned < sent and time.monotonic() < deadline:
        returned += stream.acquire() is not None
        time.sleep(0.01)
    return sent, returned
