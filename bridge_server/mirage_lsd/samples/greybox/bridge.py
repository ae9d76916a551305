"""The sample's side of the bridge: what an engine plugin does, in thirty lines. No call here waits for the daemon."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from ...client import Client, Context, Result, Stream
from ...frame import Sun
from ...pipelines.resample import resample
from .conventions import direction_to_protocol
from .renderer import Picture
from .themes import Theme


class Bridge:
    """One stream to the daemon. `submit` and `acquire` (of contexts: `acquire_context`) are called once a frame.

    Args:
        width, height: of the engine's picture, pixels.
        contexts: what the engine needs to paint by itself comes back, not pictures; small planes are sent. Needs depth.
    """

    def __init__(
        self, client: Client, width: int, height: int, *, has_depth: bool, contexts: bool = False, **options: object
    ) -> None:
        planes = ("color", "depth", "ids") if has_depth else ("color",)
        self._size = client.context_plane_size(width, height) if contexts else (width, height)
        if contexts:
            options |= {"output_size": (width, height), "output_format": "context"}
        self.stream: Stream = client.open_stream(*self._size, planes=planes, **options)  # type: ignore[arg-type]
        self.sun: Sun | None = None

    def set_theme(self, theme: Theme, transition_s: float = 0.0) -> int:
        """Asks for a theme; returns the control's number, which results carry once it is in effect. A model without scenes is told in a
        prompt, if it was known by now that it takes one."""
        x, y, z = direction_to_protocol(theme.sun)
        length = math.hypot(x, y, z)
        self.sun = Sun((x / length, y / length, z / length))
        names = {control.name for control in self.stream.controls}
        words = {"prompt": theme.prompt} if "prompt" in names and "scene" not in names else theme.controls
        return self.stream.control(**words, transition_s=transition_s)

    def set_controls(self, values: Mapping[str, Any], transition_s: float = 0.5) -> int:
        """Asks for anything of `stream.controls`, by name; returns the control's number."""
        return self.stream.control(**values, transition_s=transition_s)

    def submit(self, picture: Picture, t_capture_ns: int = 0) -> int | None:
        """Hands a picture over; None while the stream is not open."""
        return self.stream.submit(
            self._fitting(picture.color),
            self._fitting(picture.depth),
            ids=self._fitting(picture.ids),
            camera=picture.camera,
            sun=self.sun,
            t_capture_ns=t_capture_ns,
        )

    def acquire(self) -> Result | None:
        """The newest finished picture, if there is one."""
        return self.stream.acquire()

    def acquire_context(self) -> Context | None:
        """The newest context, also when it was acquired before; None before the first."""
        return self.stream.acquire_context()

    def _fitting(self, plane: Any) -> Any:
        width, height = self._size
        return None if plane is None else resample(plane, height, width)
