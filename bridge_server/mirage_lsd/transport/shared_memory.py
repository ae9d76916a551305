"""Planes through rings: the client writes one, the daemon the other. The way between processes of one machine."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ..protocol.errors import ProtocolError
from ..protocol.messages import Frame
from ..protocol.parts import RingFields
from .base import Delivery, Transport
from .ring import RingReader, RingWriter
from .segment import SegmentError


class SharedMemoryTransport(Transport):
    """Maps the client's ring and makes the daemon's.

    Args:
        ring: the client's, as announced.
        frame_bytes, planes: packed size and number of the opened planes.
        output_bytes: packed size of the output.

    Raises:
        ProtocolError: `bad_ring` for the client's, `bad_transport` when there is no memory for the daemon's.
    """

    name = "shared_memory"

    def __init__(self, ring: RingFields, frame_bytes: int, planes: int, output_bytes: int) -> None:
        self._reader = RingReader(ring, frame_bytes, planes)
        try:
            self._writer = RingWriter(output_bytes)
        except SegmentError as error:
            self._reader.close()
            raise ProtocolError("bad_transport", f"{error} Use the inline transport or smaller frames.") from None
        self._open = True

    @property
    def result_ring(self) -> RingFields | None:
        return self._writer.fields

    def read(self, frame: Frame, payload: Any | None, destination: npt.NDArray[np.uint8]) -> None:
        if frame.slot is None or frame.slot_seq is None:
            raise ProtocolError("bad_frame", f"Stream {frame.stream} is shared memory: send `slot` and `slot_seq`.")
        self._reader.read(frame.slot, frame.slot_seq, destination)

    def write(self, pixels: npt.NDArray[np.uint8], seq: int) -> Delivery:
        slot, slot_seq = self._writer.write(pixels, seq)
        return Delivery(slot=slot, slot_seq=slot_seq)

    def close(self) -> None:
        if self._open:
            self._open = False
            self._reader.close()
            self._writer.close()
