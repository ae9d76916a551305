"""What messages are made of: camera, sun, ring, limits, models."""

from __future__ import annotations

from dataclasses import dataclass


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
class ModelFields:
    """One served model: its scene and lighting names (the first is the default) and the planes it uses."""

    name: str
    scene: tuple[str, ...]
    lighting: tuple[str, ...]
    planes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StatsFields:
    """The daemon's totals in a `pong`; `fps`: results of the last second."""

    streams: int
    frames: int
    dropped: int
    fps: float
