"""Checked decoding of the control specs in `welcome`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .fields import Fields


def control_of(fields: Fields) -> Mapping[str, Any] | None:
    """The spec as a plain map; None for a kind that this side does not know, which is passed over."""
    kind = fields.text("kind")
    name = fields.text("name", 64)
    common = {"name": name, "kind": kind, "help": fields.text("help"), "transition": fields.boolean("transition")}
    more = _KINDS.get(kind)
    return None if more is None else {**common, **more(fields)}


def _choice(fields: Fields) -> dict[str, Any]:
    values = fields.texts("values")
    default = fields.text("default")
    if default not in values:
        raise fields.wrong("default", "must be one of `values`")
    return {"values": list(values), "default": default}


def _text(fields: Fields) -> dict[str, Any]:
    return {"max_bytes": fields.integer("max_bytes", 1, 4_096), "default": fields.text("default", 4_096)}


def _number(fields: Fields) -> dict[str, Any]:
    low, high, default = fields.number("min"), fields.number("max"), fields.number("default")
    if not low <= default <= high:
        raise fields.wrong("default", "must be between `min` and `max`")
    unit = {"unit": fields.text("unit")} if "unit" in fields else {}
    return {"min": low, "max": high, "default": default, **unit}


def _direction(fields: Fields) -> dict[str, Any]:
    return {"default": list(fields.numbers("default", 3))} if "default" in fields else {}


_KINDS: dict[str, Callable[[Fields], dict[str, Any]]] = {
    "choice": _choice,
    "text": _text,
    "number": _number,
    "direction": _direction,
    "color": lambda fields: {"default": list(fields.numbers("default", 3))},
    "flag": lambda fields: {"default": fields.boolean("default")},
    "seed": lambda fields: {"default": fields.integer("default", 0, 2**31 - 1)},
}
