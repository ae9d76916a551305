"""The messages, one dataclass each. PROTOCOL.md, section 4, explains every key; `T` is the header's `t`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from .layout import Plane
from .parts import (
    CameraFields,
    ClientFields,
    ContextFields,
    ContextStreamFields,
    LimitFields,
    ModelFields,
    RefusedTransport,
    ServerFields,
    SlotFields,
    StatsFields,
    SunFields,
    TransportOffer,
)


@dataclass(frozen=True, slots=True)
class Hello:
    T: ClassVar[str] = "hello"
    protocol: tuple[int, ...]
    client: ClientFields
    capabilities: tuple[str, ...] = ()
    token: str | None = None


@dataclass(frozen=True, slots=True)
class Open:
    T: ClassVar[str] = "open"
    stream: int
    model: str
    planes: tuple[Plane, ...]
    output: Plane
    transport: tuple[TransportOffer, ...]
    max_steps: int = 3
    seed: int = 0
    fps: float = 0.0
    alpha: str = "opaque"


@dataclass(frozen=True, slots=True)
class Frame:
    T: ClassVar[str] = "frame"
    stream: int
    seq: int
    t_capture_ns: int
    t_submit_ns: int
    slot: int | None = None
    slot_seq: int | None = None
    camera: CameraFields | None = None
    sun: SunFields | None = None
    slots: tuple[SlotFields, ...] | None = None
    reset: bool = False


@dataclass(frozen=True, slots=True)
class Control:
    T: ClassVar[str] = "control"
    stream: int
    control_seq: int
    values: Mapping[str, str | int | float | bool | tuple[float, ...]]
    transition_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Reset:
    T: ClassVar[str] = "reset"
    stream: int


@dataclass(frozen=True, slots=True)
class Close:
    T: ClassVar[str] = "close"
    stream: int


@dataclass(frozen=True, slots=True)
class ClientBye:
    T: ClassVar[str] = "bye"


@dataclass(frozen=True, slots=True)
class Ping:
    T: ClassVar[str] = "ping"
    t_ns: int


@dataclass(frozen=True, slots=True)
class Welcome:
    T: ClassVar[str] = "welcome"
    protocol: tuple[int, ...]
    session: str
    server: ServerFields
    capabilities: tuple[str, ...]
    limits: LimitFields
    models: tuple[ModelFields, ...]


@dataclass(frozen=True, slots=True)
class Opened:
    T: ClassVar[str] = "opened"
    stream: int
    transport: TransportOffer
    refused: tuple[RefusedTransport, ...] | None = None
    context: ContextStreamFields | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """A model is being loaded (no `stream`) or prepared for a stream's size; `fraction` 1: over."""

    T: ClassVar[str] = "progress"
    what: str
    fraction: float
    stream: int | None = None


@dataclass(frozen=True, slots=True)
class NoticeMessage:
    """Nothing failed, but the picture is worse than it could be."""

    T: ClassVar[str] = "notice"
    stream: int
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Result:
    T: ClassVar[str] = "result"
    stream: int
    seq: int
    t_capture_ns: int
    t_submit_ns: int
    t_receive_ns: int
    t_start_ns: int
    t_end_ns: int
    t_send_ns: int
    slot: int | None = None
    slot_seq: int | None = None
    timings_us: dict[str, int] = field(default_factory=dict)
    dropped: int = 0
    control_seq: int = 0
    context: ContextFields | None = None


@dataclass(frozen=True, slots=True)
class Weights:
    """What shading needs besides the context, for one setting of the controls; its payload is the layers' numbers.

    Attributes:
        weights_seq: what `result.context` refers to. control_seq: the newest control in effect.
        seed: offset of the fields, metres. sun: unit, towards the sun, where the engine has none. palette: 3 x 8, of skin, hair and outfit.
        strength: 0..1, how much of the painted picture is seen.
    """

    T: ClassVar[str] = "weights"
    stream: int
    weights_seq: int
    control_seq: int
    shape: str
    version: int
    seed: tuple[float, ...]
    sun: tuple[float, ...]
    palette: tuple[float, ...]
    strength: float


@dataclass(frozen=True, slots=True)
class Closed:
    T: ClassVar[str] = "closed"
    stream: int
    reason: str = "requested"


@dataclass(frozen=True, slots=True)
class Pong:
    T: ClassVar[str] = "pong"
    t_ns: int
    t_daemon_ns: int
    stats: StatsFields


@dataclass(frozen=True, slots=True)
class DaemonBye:
    T: ClassVar[str] = "bye"
    reason: str


@dataclass(frozen=True, slots=True)
class Error:
    T: ClassVar[str] = "error"
    code: str
    message: str
    fatal: bool
    stream: int | None = None
    stream_closed: bool | None = None
    control_seq: int | None = None


ClientMessage = Hello | Open | Frame | Control | Reset | Close | ClientBye | Ping
DaemonMessage = Welcome | Opened | Progress | NoticeMessage | Weights | Result | Closed | Pong | DaemonBye | Error
Message = ClientMessage | DaemonMessage
