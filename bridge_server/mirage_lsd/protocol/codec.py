"""Messages to header bytes and back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields as dataclass_fields
from dataclasses import is_dataclass
from typing import Any, TypeVar

from .decode_client import CLIENT_DECODERS
from .decode_daemon import DAEMON_DECODERS
from .errors import ProtocolError
from .fields import Fields
from .header import pack_header, unpack_header
from .messages import ClientMessage, DaemonMessage, Message, Open
from .parts import SlotFields, TransportOffer

MessageType = TypeVar("MessageType")


def encode(message: Message) -> bytes:
    """The header of a message. Optional keys that are None are left out.

    Raises:
        ProtocolError: `malformed`, if the header would be larger than 64 KiB.
    """
    header: dict[str, Any] = {"t": message.T, **_map_of(message)}
    if isinstance(message, Open):
        header["output"].pop("name")
        header["output"]["alpha"] = header.pop("alpha")
    return pack_header(header)


def decode_client(data: bytes) -> ClientMessage:
    """The message of a client.

    Raises:
        ProtocolError: with the code that PROTOCOL.md gives for it; carries the stream where the header told it.
    """
    return _decode(data, CLIENT_DECODERS)


def decode_daemon(data: bytes) -> DaemonMessage:
    """The message of a daemon.

    Raises:
        ProtocolError: `malformed` or `unknown_type`.
    """
    return _decode(data, DAEMON_DECODERS)


def _decode(data: bytes, decoders: dict[str, Callable[[Fields], MessageType]]) -> MessageType:
    header = unpack_header(data)
    t = Fields(header, "header").text("t")
    decoder = decoders.get(t)
    if decoder is None:
        raise ProtocolError("unknown_type", f"There is no message {t[:64]!r}; this side speaks {', '.join(decoders)}.")
    try:
        return decoder(Fields(header, t))
    except ProtocolError as error:
        error.message_type = t
        stream = header.get("stream")
        if error.stream is None and type(stream) is int and 1 <= stream < 2**31:
            error.stream = stream
        raise


def _map_of(value: Any) -> dict[str, Any]:
    if isinstance(value, TransportOffer):
        return {"name": value.name, **{key: _plain(item) for key, item in value.more.items()}}
    if isinstance(value, SlotFields):
        return {"class" if key == "object_class" else key: item for key, item in _pairs(value)}
    return dict(_pairs(value))


def _pairs(value: Any) -> Iterator[tuple[str, Any]]:
    pairs = ((item.name, getattr(value, item.name)) for item in dataclass_fields(value))
    return ((key, _plain(item)) for key, item in pairs if item is not None)


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return _map_of(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return value
