"""The options that most sources share."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class DeviceOptions:
    """How a source is asked to give its pictures.

    Attributes:
        size: width and height; None: the source's own.
        fps: pictures a second; None: the source's own.
        fit: how a picture of other proportions comes to `size`: "cover", "contain" or "stretch".
        mirror: left and right exchanged.
        loop: a clip begins anew at its end.
        realtime: a clip is paced by its time stamps, else it goes as fast as it is read.
        port: the TCP port of a source that others connect to.
    """

    size: tuple[int, int] | None = None
    fps: float | None = None
    fit: str = "cover"
    mirror: bool = False
    loop: bool = False
    realtime: bool = True
    port: int = 8080


def read_options(given: dict[str, object]) -> DeviceOptions:
    """Those of `given` that every source knows; the rest is for others."""
    names = {field.name for field in fields(DeviceOptions)}
    return DeviceOptions(**{name: value for name, value in given.items() if name in names and value is not None})  # type: ignore[arg-type]
