"""Checked decoding of a transport's own keys, in `open` and `opened`: a transport that has keys is a function and a line here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .fields import Fields
from .parts import RingFields, TransportOffer

MAX_RING_BYTES = 2**36


def asked_offer(fields: Fields) -> TransportOffer:
    """One of `open`; an error in a transport's keys has that transport's code."""
    return _offer(fields, lambda transport: _CODES.get(transport, "malformed"))


def used_offer(fields: Fields) -> TransportOffer:
    """The one of `opened`."""
    return _offer(fields, lambda _: "malformed")


def _offer(fields: Fields, code_of: Callable[[str], str]) -> TransportOffer:
    """The keys of a transport that this side does not know are kept unread: it will be passed over."""
    name = fields.text("name")
    more = {key: fields.raw(key) for key in fields.names() if key != "name"}
    read = _KEYS.get(name)
    return TransportOffer(name, more if read is None else {**more, **read(fields.with_code(code_of(name)))})


def _shared_memory(fields: Fields) -> dict[str, Any]:
    return {"ring": _ring_of(fields.map("ring"))}


def _ring_of(fields: Fields) -> RingFields:
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


_KEYS: dict[str, Callable[[Fields], dict[str, Any]]] = {"shared_memory": _shared_memory}
_CODES = {"shared_memory": "bad_ring"}
