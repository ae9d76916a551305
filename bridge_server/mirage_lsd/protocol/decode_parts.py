"""Checked decoding of what both directions use."""

from __future__ import annotations

from .fields import Fields
from .parts import RingFields

MAX_RING_BYTES = 2**36


def ring_of(fields: Fields) -> RingFields:
    """A ring's description; whether the segment agrees is for the transport to check."""
    stride = fields.integer("slot_stride", 64, MAX_RING_BYTES)
    if stride % 64:
        raise fields.wrong("slot_stride", "must be a multiple of 64")
    return RingFields(
        name=fields.text("name"),
        bytes=fields.integer("bytes", 64, MAX_RING_BYTES),
        slots=fields.integer("slots", 2, 16),
        slot_stride=stride,
    )
