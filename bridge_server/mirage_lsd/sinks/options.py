"""The options that most sinks share."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class SinkOptions:
    """How a sink is asked to take its pictures.

    Attributes:
        fps: pictures a second that a live stream is written with.
        bitrate: of encoders, bits a second; None: chosen by the size.
        lossless: no picture may be dropped (a file made from a clip).
        title: of a window.
        port: the TCP port of a sink that others connect to.
        codec: of encoders; None: what this machine has.
    """

    fps: float = 24.0
    bitrate: int | None = None
    lossless: bool = False
    title: str = "MirageLSD"
    port: int = 8081
    codec: str | None = None


def read_options(given: dict[str, object]) -> SinkOptions:
    """Those of `given` that every sink knows; the rest is for others."""
    names = {field.name for field in fields(SinkOptions)}
    return SinkOptions(**{name: value for name, value in given.items() if name in names and value is not None})  # type: ignore[arg-type]
