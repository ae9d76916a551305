"""The ring of PROTOCOL.md, section 6: slots with a sequence number in a shared segment.

The sequence numbers are written and read as aligned 8-byte words through numpy, which on x86-64 and arm64 is one store and one
load. x86-64 keeps the order of stores among themselves and of loads among themselves; on arm64 the order rests on the
interpreter's lock, which numpy releases and takes around a large copy (release and acquire).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from ..protocol.errors import ProtocolError
from ..protocol.parts import RingFields
from .base import FrameLost
from .segment import Segment, SegmentError, create_segment, open_segment

MAGIC = 0x3144534C
VERSION = 1
HEADER_BYTES = 64
SLOT_HEADER_BYTES = 64
RESULT_SLOTS = 4
_NOTHING = np.empty(0, dtype=np.uint8)


class RingWriter:
    """Creates a ring of `slots` slots of `frame_bytes` each and writes into them in turn.

    Raises:
        SegmentError: no memory for it.
    """

    def __init__(self, frame_bytes: int, planes: int = 1, slots: int = RESULT_SLOTS) -> None:
        stride = SLOT_HEADER_BYTES + frame_bytes
        self._segment = create_segment(HEADER_BYTES + slots * stride)
        self._bytes = np.frombuffer(self._segment.memory, dtype=np.uint8)
        words32 = self._bytes[:16].view("<u4")
        words32[:] = (MAGIC, VERSION, slots, planes)
        self._bytes[16:32].view("<u8")[:] = (stride, frame_bytes)
        self.fields = RingFields(self._segment.name, self._segment.size, slots, stride)
        self._next = 0

    def write(
        self, packed: npt.NDArray[np.uint8], seq: int, elsewhere: Callable[[int], None] = lambda slot: None
    ) -> tuple[int, int]:
        """Copies one packed frame (its last gap may be missing) into the next slot; returns (slot, slot_seq).

        Args:
            elsewhere: called with the slot while it counts as being written, where its frame is in other memory.
        """
        slot = self._next
        self._next = (slot + 1) % self.fields.slots
        start = HEADER_BYTES + slot * self.fields.slot_stride
        header = self._bytes[start : start + 16].view("<u8")
        slot_seq = int(header[0])
        header[0] = slot_seq + 1
        header[1] = seq
        begin = start + SLOT_HEADER_BYTES
        try:
            np.copyto(self._bytes[begin : begin + packed.size], packed)
            elsewhere(slot)
        finally:
            header[0] = slot_seq + 2
        return slot, slot_seq + 2

    def close(self) -> None:
        self._segment.unlink()
        del self._bytes  # the mapping can't close while an array looks at it
        self._segment.close()


class RingReader:
    """Maps a ring of the client, after checking that it is what was announced and what the planes need.

    Args:
        fields: as announced in `open`.
        frame_bytes: the packed size of the opened planes.
        planes: how many they are.

    Raises:
        ProtocolError: `bad_ring`.
    """

    def __init__(self, fields: RingFields, frame_bytes: int, planes: int) -> None:
        if fields.slot_stride < SLOT_HEADER_BYTES + frame_bytes:
            raise _bad(f"A slot of {fields.slot_stride} bytes can't hold a frame of {frame_bytes} and its header.")
        if fields.bytes < HEADER_BYTES + fields.slots * fields.slot_stride:
            raise _bad(f"{fields.bytes} bytes can't hold {fields.slots} slots of {fields.slot_stride}.")
        try:
            self._segment: Segment = open_segment(fields.name, fields.bytes)
        except SegmentError as error:
            raise _bad(str(error)) from None
        self._bytes = np.frombuffer(self._segment.memory, dtype=np.uint8)
        self._slots = fields.slots
        self._stride = fields.slot_stride
        self._frame_bytes = frame_bytes
        words = tuple(int(word) for word in self._bytes[:16].view("<u4"))
        sizes = tuple(int(size) for size in self._bytes[16:32].view("<u8"))
        wanted_words = (MAGIC, VERSION, fields.slots, planes)
        wanted_sizes = (fields.slot_stride, frame_bytes)
        if words != wanted_words or sizes != wanted_sizes:
            self.close()
            raise _bad(
                "The ring's header (magic, version, slots, planes, stride, frame bytes) is "
                f"{words + sizes}, `open` needs {wanted_words + wanted_sizes}."
            )

    def read(self, slot: int, slot_seq: int, destination: npt.NDArray[np.uint8]) -> None:
        """Copies one packed frame out.

        Raises:
            ProtocolError: `bad_frame`, no such slot.
            FrameLost: the slot does not have `slot_seq`, or lost it during the copy.
        """
        if slot >= self._slots:
            raise ProtocolError("bad_frame", f"There is no slot {slot}; the ring has {self._slots}.")
        start = HEADER_BYTES + slot * self._stride
        sequence = self._bytes[start : start + 8].view("<u8")
        if int(sequence[0]) != slot_seq:
            raise FrameLost
        begin = start + SLOT_HEADER_BYTES
        np.copyto(destination, self._bytes[begin : begin + self._frame_bytes])
        if int(sequence[0]) != slot_seq:
            raise FrameLost

    def holds(self, slot: int, slot_seq: int) -> bool:
        """Whether a slot has this number at present.

        Raises:
            ProtocolError: `bad_frame`, no such slot.
        """
        try:
            self.read(slot, slot_seq, _NOTHING)
        except FrameLost:
            return False
        return True

    def close(self) -> None:
        del self._bytes
        self._segment.close()


def _bad(message: str) -> ProtocolError:
    return ProtocolError("bad_ring", message)
