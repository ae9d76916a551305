"""The border between the daemon and a model: one function."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from ..frame import Controls, InputFrame, OutputFrame


@dataclass(frozen=True, slots=True)
class StreamSpec:
    """What a stream was opened with: output size in pixels, sampling steps (1..8), seed, and the planes that will come."""

    width: int
    height: int
    output_width: int
    output_height: int
    steps: int = 3
    seed: int = 0
    planes: tuple[str, ...] = ("color",)


class Pipeline(Protocol):
    """A model behind the daemon. One instance serves every stream of a device, one call at a time.

    It knows no socket; all that differs between streams is in the state, whose size is bounded.
    """

    name: str
    scenes: tuple[str, ...]
    lightings: tuple[str, ...]
    planes: tuple[str, ...]

    def create_state(self, spec: StreamSpec) -> Any:
        """A fresh, empty state for one stream."""
        ...

    def process(self, frame: InputFrame, state: Any, controls: Controls) -> OutputFrame:
        """Renders one frame and updates `state` in place.

        Raises:
            ValueError: the frame can't be used; the message is one sentence that says why. `state` is unchanged.
        """
        ...
