"""The interface of the two painters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from ..controllers.base import ControlInfo
from ..picture import Picture, Pixels


class Painter(Protocol):
    """Paints the pictures of one stream.

    Threads: the engine's thread calls `load`, `begin`, `paint` and `close`; `prepare` is called by a thread beside it; `set` by any.

    Attributes:
        device: what it runs on, for people.
        context_intervals: what `prepare` takes, rising: a new context for every n-th picture. (1,): there is no choice.
    """

    device: str
    context_intervals: tuple[int, ...]

    def load(self) -> None:
        """Gets ready; may take long. Raises ValueError with one sentence."""
        ...

    @property
    def controls(self) -> tuple[ControlInfo, ...]:
        """What can be turned."""
        ...

    def set(self, values: Mapping[str, Any], transition_s: float) -> tuple[str, ...]:
        """Moves controls; returns what there is to say about it. Raises ValueError with one sentence; nothing is changed then."""
        ...

    def begin(self, *, exact: bool) -> None:
        """A stream begins; loads what it needs.

        Args:
            exact: the same pictures come out as the last time, however long that takes; else a rate is asked for.
        """
        ...

    def prepare(self, width: int, height: int, steps: int, context_interval: int) -> None:
        """Makes ready for pictures of a size at a quality, which holds from then on for that size; may take long."""
        ...

    def paint(self, picture: Picture, width: int, height: int, steps: int) -> Pixels | None:
        """The painted picture of `width` x `height`, valid until the next call; None where there is none (a daemon that is gone)."""
        ...

    @property
    def fault(self) -> str:
        """Why there is no picture, or why it is worse than it could be; "" when all is well."""
        ...

    def close(self) -> None:
        """Lets go of everything."""
        ...
