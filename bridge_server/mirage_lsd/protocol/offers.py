"""Checked decoding of a transport's own keys, in `open` and `opened`: a transport that has keys is a function and a line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .fields import Fields
from .parts import RingFields, TransportOffer

MAX_RING_BYTES = 2**36
_HANDLE_DIGITS = 128
_DIGITS = frozenset("0123456789abcdef")


def asked_offer(fields: Fields) -> TransportOffer:
    """One of `open`; an error in a transport's keys has that transport's code."""
    return _offer(fields, _ASKED, lambda transport: _CODES.get(transport, "malformed"))


def used_offer(fields: Fields) -> TransportOffer:
    """The one of `opened`."""
    return _offer(fields, _USED, lambda _: "malformed")


def _offer(
    fields: Fields, keys: Mapping[str, Callable[[Fields], dict[str, Any]]], code_of: Callable[[str], str]
) -> TransportOffer:
    """The keys of a transport that this side does not know are kept unread: it will be passed over."""
    name = fields.text("name")
    more = {key: fields.raw(key) for key in fields.names() if key != "name"}
    read = keys.get(name)
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


def _cuda_asked(fields: Fields) -> dict[str, Any]:
    ring = _ring_of(fields.map("ring"))
    events = fields.raw("events")
    if not isinstance(events, list) or len(events) != ring.slots or not all(map(_is_handle, events)):
        raise fields.wrong("events", f"must be {ring.slots} handles of {_HANDLE_DIGITS} hex digits, one a slot")
    return {"device": fields.text("device"), "memory": _handle(fields, "memory"), "events": tuple(events), "ring": ring}


def _cuda_used(fields: Fields) -> dict[str, Any]:
    return {"memory": _handle(fields, "memory"), "ring": _ring_of(fields.map("ring"))}


def _handle(fields: Fields, name: str) -> str:
    if not _is_handle(text := fields.text(name)):
        raise fields.wrong(name, f"must be {_HANDLE_DIGITS} hex digits")
    return text


def _is_handle(text: object) -> bool:
    return isinstance(text, str) and len(text) == _HANDLE_DIGITS and set(text) <= _DIGITS


_ASKED: dict[str, Callable[[Fields], dict[str, Any]]] = {"shared_memory": _shared_memory, "cuda_ipc": _cuda_asked}
_USED: dict[str, Callable[[Fields], dict[str, Any]]] = {"shared_memory": _shared_memory, "cuda_ipc": _cuda_used}
_CODES = {"shared_memory": "bad_ring", "cuda_ipc": "bad_ring"}
