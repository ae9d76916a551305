"""What the server needs of a transport."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from ..protocol.messages import Frame
from ..protocol.parts import RingFields


class FrameLost(Exception):
    """The slot was overwritten while it was read (torn), or its writer died while writing: this frame only is lost."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """Where a result's pixels are: in a ring's slot, or in the payload that goes with the header."""

    slot: int | None = None
    slot_seq: int | None = None
    payload: bytes | None = None


class Transport(ABC):
    """The planes of one stream, both ways. `read` is called by the I/O thread, `write` by the worker thread."""

    name: ClassVar[str]

    @property
    @abstractmethod
    def result_ring(self) -> RingFields | None:
        """The daemon's ring, to be announced in `opened`; None where there is none."""

    @abstractmethod
    def read(self, frame: Frame, payload: Any | None, destination: npt.NDArray[np.uint8]) -> None:
        """Copies a packed frame into `destination` (uint8, exactly the packed size).

        Args:
            payload: the message's second part as a buffer, or None.

        Raises:
            ProtocolError: `bad_frame`, the frame does not fit the opened planes.
            FrameLost: torn.
        """

    @abstractmethod
    def write(self, pixels: npt.NDArray[np.uint8], seq: int) -> Delivery:
        """Hands out the output: uint8, flat, without the gap that rounds its packed size up to 64."""

    @abstractmethod
    def close(self) -> None:
        """Unmaps and unlinks what there is. Can be called twice."""
