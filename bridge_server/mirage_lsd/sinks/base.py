"""What a sink of pictures is, and its duties."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import Enum
from types import TracebackType
from typing import ClassVar, Self

from ..picture import DeviceError, Picture

__all__ = ["DeviceError", "Picture", "Sink", "SinkState", "SinkStats"]


class SinkState(Enum):
    """Where a sink stands. LOST: nothing arrives now (a dead receiver, a full disk); it tries again by itself. ENDED: its user closed it."""

    CLOSED = "closed"
    OPEN = "open"
    LOST = "lost"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class SinkStats:
    """Counters since `open`: pictures given to the sink, arrived where it leads, dropped; starts after the first.

    latency_ms_p50: from capture to arrival, over the last 256; None before any has arrived.
    """

    given: int
    arrived: int
    dropped: int
    restarts: int
    latency_ms_p50: float | None


class Sink(ABC):
    """Where pictures go. One thread calls `open`, `write` and `close`; the rest may be asked by any.

    Duties of an implementation:
    - `open` raises DeviceError with one sentence when it can never work (no such folder, a package missing). A receiver that is
      not there *yet* is no error.
    - `write` of a live sink never waits for anything: what there is no room for is dropped and counted. A sink that may not lose
      pictures (a file made from a clip) waits for room, at most `timeout_s`.
    - `write` never raises for a fault of the device: `state` says LOST, `fault` says why and what happens next, and it tries again
      by itself with growing pauses.
    - what was written before a fault, a crash or `close` plays.
    - `close` returns within `grace_s` and half a second more, whatever the device does, and leaves nothing behind. Twice is allowed.
    - pictures are not changed, and not kept after `write` without a copy.

    Attributes:
        name: what people call this kind.
        help: one line for `mirage-lsd devices` and `--help`.
        lossless: whether `write` waits for room instead of dropping.
        state: where it stands. fault: why it is LOST or ENDED, one sentence; "" when all is well.
    """

    name: ClassVar[str]
    help: ClassVar[str]
    lossless: bool = False
    state: SinkState = SinkState.CLOSED
    fault: str = ""

    @classmethod
    @abstractmethod
    def from_text(cls, text: str, **options: object) -> Self | None:
        """The sink that a command line's `--sink TEXT` means, or None where the text is not one of this kind."""

    @classmethod
    def available(cls) -> str | None:
        """None when this kind can work here, else one sentence that says what is missing and how to get it."""
        return None

    @abstractmethod
    def open(self) -> None:
        """Starts it.

        Raises:
            DeviceError: it can never work; one sentence.
        """

    @abstractmethod
    def write(self, picture: Picture, timeout_s: float = 30.0) -> bool:
        """Takes a picture; False when it was dropped. Only a lossless sink waits for room, at most `timeout_s` seconds."""

    @abstractmethod
    def close(self, grace_s: float = 1.0) -> None:
        """Ends it; what it holds gets `grace_s` seconds to arrive. Twice is allowed."""

    @property
    @abstractmethod
    def stats(self) -> SinkStats:
        """Its counters since `open`."""

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
