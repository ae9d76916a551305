"""What messages are made of: camera, sun, ring, limits, models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class CameraFields:
    """`view` and `projection` are 16 numbers, row-major; `near`, `far` metres; `jitter` pixels."""

    view: tuple[float, ...]
    projection: tuple[float, ...]
    near: float
    far: float
    jitter: tuple[float, ...] | None = None


@dataclass(frozen=True, slots=True)
class SunFields:
    """`direction` in world space towards the sun, not zero; `color` linear RGB."""

    direction: tuple[float, ...]
    color: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class RingFields:
    """A shared-memory ring as announced; nothing here is to be believed before it was checked against the segment."""

    name: str
    bytes: int
    slots: int
    slot_stride: int


@dataclass(frozen=True, slots=True)
class ClientFields:
    """Who says hello."""

    name: str
    version: str
    engine: str
    platform: str
    pid: int


@dataclass(frozen=True, slots=True)
class ServerFields:
    """Who welcomes."""

    name: str
    version: str
    pid: int
    host: str


@dataclass(frozen=True, slots=True)
class LimitFields:
    """What the daemon accepts."""

    max_streams: int
    max_width: int
    max_height: int
    max_header_bytes: int
    max_payload_bytes: int
    idle_timeout_s: float


@dataclass(frozen=True, slots=True)
class TransportOffer:
    """One entry of `open.transport`, or the one of `opened`: a transport and what it takes to try or to use it.

    `more`: the transport's own keys, as `offers` read them (shared memory: `ring`, a `RingFields`; CUDA IPC: that, `device`, `memory`
    and `events`); others are unread.
    """

    name: str
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RefusedTransport:
    """A transport that could not be had; `reason` is one sentence."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class SlotFields:
    """One entry of the table of slots. `object_class` is a name of PROTOCOL.md, section 2; the matrices are 12 numbers, row-major."""

    slot: int
    object_class: str
    strength: float | None = None
    world_from_object: tuple[float, ...] | None = None
    previous_world_from_object: tuple[float, ...] | None = None


@dataclass(frozen=True, slots=True)
class ModelFields:
    """One served model: its controls as `ControlSpec.fields` writes them, in the order of a panel, the planes it uses, and the
    shape of shading that its contexts are for (None: it has none)."""

    name: str
    controls: tuple[Mapping[str, Any], ...]
    planes: tuple[str, ...]
    context: ShapeFields | None = None


@dataclass(frozen=True, slots=True)
class ShapeFields:
    """Names a shape of shading; which there are, `shading.SHAPES` says."""

    shape: str
    version: int


@dataclass(frozen=True, slots=True)
class ContextStreamFields:
    """What a stream of contexts has: a shape of shading and a grid, cells."""

    shape: str
    version: int
    width: int
    height: int
    channels: int


@dataclass(frozen=True, slots=True)
class ContextFields:
    """What a result's payload is, where it is a context: its grid, the weights that go with it, and the camera of its frame."""

    width: int
    height: int
    channels: int
    weights_seq: int
    camera: CameraFields | None = None


@dataclass(frozen=True, slots=True)
class StatsFields:
    """The daemon's totals in a `pong`; `fps`: results of the last second."""

    streams: int
    frames: int
    dropped: int
    fps: float
