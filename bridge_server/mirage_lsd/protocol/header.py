"""Bytes of a header to a map and back: the limits that hold for every message."""

from __future__ import annotations

from typing import Any

import msgpack  # type: ignore[import-untyped]

from .errors import ProtocolError

MAX_HEADER_BYTES = 65_536
MAX_DEPTH = 8
MAX_ELEMENTS = 256
INT64_MIN = -(2**63)
INT64_MAX = 2**63 - 1


def unpack_header(data: bytes) -> dict[str, Any]:
    """Decodes a header and checks what holds for all of them: size, depth, key and value types, int64, UTF-8.

    Raises:
        ProtocolError: `malformed`.
    """
    if len(data) > MAX_HEADER_BYTES:
        raise ProtocolError("malformed", f"The header has {len(data)} bytes; send at most {MAX_HEADER_BYTES}.")
    try:
        # The element limits keep a small header from announcing (and the decoder from reserving) huge arrays.
        header = msgpack.unpackb(
            data,
            raw=False,
            strict_map_key=True,
            max_array_len=MAX_ELEMENTS,
            max_map_len=MAX_ELEMENTS,
            max_bin_len=0,
            max_ext_len=0,
        )
    except Exception as error:  # msgpack raises ValueError, its own UnpackException, TypeError, OverflowError ...
        raise ProtocolError("malformed", f"The header is not valid msgpack ({_reason(error)}).") from None
    if not isinstance(header, dict):
        raise ProtocolError("malformed", f"The header must be a map, not {type(header).__name__}.")
    _check(header, 1)
    return header


def pack_header(header: dict[str, Any]) -> bytes:
    """Encodes a header.

    Raises:
        ProtocolError: `malformed`, if it would be larger than a reader accepts.
    """
    data: bytes = msgpack.packb(header, use_bin_type=True)
    if len(data) > MAX_HEADER_BYTES:
        raise ProtocolError("malformed", f"The header would have {len(data)} bytes; at most {MAX_HEADER_BYTES} go.")
    return data


def _check(value: Any, depth: int) -> None:
    kind = type(value)
    if kind is float or kind is str or kind is bool or value is None:
        return
    if kind is int:
        if not INT64_MIN <= value <= INT64_MAX:
            raise ProtocolError("malformed", "An integer of the header does not fit int64.")
        return
    if depth > MAX_DEPTH:
        raise ProtocolError("malformed", f"The header is nested deeper than {MAX_DEPTH}.")
    if kind is dict:
        for key, item in value.items():
            if type(key) is not str:
                raise ProtocolError("malformed", "The header's keys must be strings.")
            _check(item, depth + 1)
    elif kind is list:
        for item in value:
            _check(item, depth + 1)
    else:
        raise ProtocolError("malformed", "The header holds a msgpack type the protocol does not use (bin or ext).")


def _reason(error: Exception) -> str:
    text = str(error).strip().splitlines()
    return (text[0][:120] if text else "") or type(error).__name__
