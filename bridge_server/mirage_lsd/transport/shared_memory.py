"""Planes through rings: the client writes one, the daemon the other. The way between processes of one machine."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ..protocol.errors import ProtocolError
from ..protocol.messages import Frame
from ..protocol.parts import TransportOffer
from .base import Delivery, FrameSizes, HostTransport
from .ring import RingReader, RingWriter
from .segment import SEGMENTS_SUPPORTED, SegmentError


class SharedMemoryTransport(HostTransport):
    """Maps the client's ring (which the offer announces) and makes the daemon's.

    Raises:
        ProtocolError: `bad_ring` for the client's, `bad_transport` when there is no memory for the daemon's.
    """

    name = "shared_memory"
    local_only = True

    def __init__(self, offer: TransportOffer, sizes: FrameSizes) -> None:
        self._reader = RingReader(offer.more["ring"], sizes.frame_bytes, sizes.planes)
        try:
            self._writer = RingWriter(sizes.output_bytes)
        except SegmentError as error:
            self._reader.close()
            raise ProtocolError("bad_transport", f"{error} Use the inline transport or smaller frames.") from None
        self.answer = TransportOffer(self.name, {"ring": self._writer.fields})
        self._open = True

    @classmethod
    def problem(cls) -> str:
        """macOS allows names of 31 bytes only."""
        return "" if SEGMENTS_SUPPORTED else "macOS has no shared memory with names as long as the protocol's."

    def read_into(self, frame: Frame, payload: Any | None, destination: npt.NDArray[np.uint8]) -> None:
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
