"""What the native core's calls return: states, results, counters."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from ..frame import Camera


class LsdError(RuntimeError):
    """A call into the native core failed; the message is its own sentence."""


class ClientState(IntEnum):
    """Where a connection stands (`lsd_client_state`).

    CONNECTING: no daemon has answered yet, or it went away; tried again for ever. READY: it has answered. REFUSED: it answered and
    does not want this client (a wrong token, another protocol); `Client.last_error` says why, and it is tried again now and then.
    """

    CONNECTING = 0
    READY = 1
    REFUSED = 2


class StreamState(IntEnum):
    """Where a stream stands (`lsd_stream_state`).

    PENDING: the daemon has not opened it yet; frames are dropped and counted. OPEN: frames are taken. FAILED: the daemon refused it;
    `Stream.last_error` says why. CLOSED: `Stream.close` was called.
    """

    PENDING = 0
    OPEN = 1
    FAILED = 2
    CLOSED = 3


@dataclass(frozen=True, slots=True)
class Made:
    """Which frame something was made for, and when.

    Attributes:
        seq: the number that `submit` gave the frame.
        control_seq: the newest control in effect, 0 before any.
        t_capture_ns, t_submit_ns, t_acquire_ns: when the engine's picture was complete, `submit` took it, `acquire` gave the result;
            nanoseconds of `client.now_ns()`.
        t_receive_ns, t_start_ns, t_end_ns, t_send_ns: when the daemon had the frame, began, ended, sent the result; nanoseconds of the
            daemon's clock, which is the same one on the same machine.
    """

    seq: int
    control_seq: int
    t_capture_ns: int
    t_submit_ns: int
    t_receive_ns: int
    t_start_ns: int
    t_end_ns: int
    t_send_ns: int
    t_acquire_ns: int

    @property
    def latency_ms(self) -> float:
        """From the capture of the engine's picture until `acquire` gave what was made for it."""
        return (self.t_acquire_ns - self.t_capture_ns) / 1e6


@dataclass(frozen=True, slots=True)
class Result(Made):
    """A finished frame.

    Attributes:
        pixels: H x W x 4 uint8, sRGB, row 0 on top, read-only; the core's own memory, good until the stream's next
            `acquire` or `close` unless it was copied. Of a stream on a card: a complete `CudaArray` of the same shape.
        format: `rgba8` or `bgra8`.
        camera: the one that was submitted with the frame; None: it had none.
    """

    pixels: Any
    format: str
    camera: Camera | None = None

    def copy(self) -> Result:
        """The same with pixels of its own, good for as long as it is kept."""
        return replace(self, pixels=self.pixels.copy())


@dataclass(frozen=True, slots=True)
class ContextWeights:
    """What shading needs besides context and frame (PROTOCOL.md, section 10).

    Attributes:
        shape, shape_version: which numbers there are, and in which order. numbers: float16, flat.
        generation: rises with each change. control_seq: the newest control in them.
        seed: metres. sun: unit, towards it, for frames without one. palette: 3 x 8, row-major. strength: 0..1, how much is seen.
    """

    shape: str
    shape_version: int
    numbers: npt.NDArray[np.float16]
    generation: int
    control_seq: int
    seed: tuple[float, ...]
    sun: tuple[float, ...]
    palette: tuple[float, ...]
    strength: float


@dataclass(frozen=True, slots=True)
class Context(Made):
    """The newest context of a stream that was opened for contexts. Its arrays are its own.

    Attributes:
        values: h x w x C float16. weights: those that go with it; the same object until they change.
        is_new: nobody acquired it before. age_ms: since its frame was captured; grows while nothing newer comes.
        camera: of that frame; None: it had none.
    """

    values: npt.NDArray[np.float16]
    weights: ContextWeights
    age_ms: float
    is_new: bool
    camera: Camera | None = None


@dataclass(frozen=True, slots=True)
class Control:
    """One control of a model, as the daemon announces it (PROTOCOL.md, section 4).

    Attributes:
        kind: `choice`, `text`, `number`, `direction`, `color`, `flag` or `seed`.
        help: one sentence. unit: of a number, "" for none.
        default: a string, a float, three floats, a bool or an int, by kind; None: a direction without one.
        values: of a choice. minimum, maximum: of a number. max_bytes: of a text.
        transition: whether it moves over `transition_s`; else it jumps.
    """

    name: str
    kind: str
    help: str
    default: str | float | tuple[float, ...] | bool | int | None
    transition: bool
    values: tuple[str, ...] = ()
    minimum: float = 0.0
    maximum: float = 0.0
    unit: str = ""
    max_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Notice:
    """Nothing failed, but the picture is worse than it could be: a `code` for programs ("rate_not_held") and a sentence for people."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Progress:
    """What the daemon is busy with, in words; `fraction` of it that is done, 0..1."""

    what: str
    fraction: float


@dataclass(frozen=True, slots=True)
class Stats:
    """How a stream does (`lsd_stats`).

    Attributes:
        transport: the one in use, `inline`, `shared_memory` or `cuda_ipc`.
        submitted, sent, returned: frames since the stream was opened: given to `submit`, sent to the daemon, come back as results.
        dropped_client: replaced by a newer one before they were sent, or submitted while the stream was not open.
        dropped_daemon: replaced by a newer one before the daemon came to them.
        dropped_results: results replaced by a newer one before they were acquired, overwritten while they were read, or unusable.
        reconnects: how often the connection was lost and found again.
        fps: results a second, over the last two seconds.
        latency_ms_p50, latency_ms_p95, latency_ms_max: from capture to `acquire`, over the last 512 acquired results.
        round_trip_ms: the last small message to the daemon and back, without a frame.
    """

    client_state: ClientState
    stream_state: StreamState
    transport: str
    submitted: int
    sent: int
    returned: int
    dropped_client: int
    dropped_daemon: int
    dropped_results: int
    reconnects: int
    fps: float
    latency_ms_p50: float
    latency_ms_p95: float
    latency_ms_max: float
    round_trip_ms: float
