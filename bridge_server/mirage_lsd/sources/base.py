"""What a source of pictures is, and its duties."""

from __future__ import annotations

from abc import ABC, abstractmethod
from enum import Enum
from types import TracebackType
from typing import ClassVar, Self

from ..picture import DeviceError, Picture

__all__ = ["DeviceError", "Picture", "Source", "SourceState"]


class SourceState(Enum):
    """Where a source stands. LOST: it gave pictures, gives none now, and tries again by itself. ENDED: no picture will come any more."""

    CLOSED = "closed"
    OPEN = "open"
    LOST = "lost"
    ENDED = "ended"


class Source(ABC):
    """Where pictures come from. One thread calls `open`, `read` and `close`; `state`, `fault` and `live` may be asked by any.

    Duties of an implementation:
    - `open` raises DeviceError with one sentence when there is nothing to open, and may be called again after `close`.
    - `read` returns within `timeout_s`, whatever the device does, and never raises for a fault of the device: it returns None,
      `state` says LOST, `fault` says why, and the source tries to come back by itself with growing pauses.
    - a live source gives its newest picture and forgets older ones; a clip gives each picture once, in order.
    - `close` returns within a second even while the device blocks, and leaves no thread, process or file behind. Twice is allowed.
    - pictures belong to the reader: the source doesn't write into one that it has given away.
    - optional packages are imported in `open` or in the source's own process; without them there is one sentence with the command.

    Attributes:
        name: what people call this kind.
        help: one line for `mirage-lsd devices` and `--help`.
        live: whether time passes without the reader: nothing may wait for a picture that is already old.
        state: where it stands. fault: why it is LOST or ENDED, one sentence; "" when all is well.
    """

    name: ClassVar[str]
    help: ClassVar[str]
    live: bool = True
    state: SourceState = SourceState.CLOSED
    fault: str = ""

    @classmethod
    @abstractmethod
    def from_text(cls, text: str, **options: object) -> Self | None:
        """The source that a command line's `--source TEXT` means, or None where the text is not one of this kind.

        Raises:
            DeviceError: it is, and something is wrong with it.
        """

    @classmethod
    def available(cls) -> str | None:
        """None when this kind can work here, else one sentence that says what is missing and how to get it."""
        return None

    @classmethod
    def list_devices(cls) -> list[tuple[str, str]]:
        """What is there now: (the text that `--source` takes, a person's name for it)."""
        return []

    @abstractmethod
    def open(self) -> None:
        """Starts it; returns when it can be read.

        Raises:
            DeviceError: there is nothing to open; one sentence.
        """

    @abstractmethod
    def read(self, timeout_s: float) -> Picture | None:
        """The next picture (`Picture.pixels`: H x W x 4 uint8, RGBA, sRGB); None when none came within `timeout_s` seconds, or when it has ended."""

    @abstractmethod
    def close(self) -> None:
        """Ends it, within a second; twice is allowed."""

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
