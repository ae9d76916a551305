"""Checked decoding of the control specs in `welcome`."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from .decode_parts import MAX_SEED, SHORTEST_DIRECTION
from .fields import Fields


def control_of(fields: Fields) -> Mapping[str, Any] | None:
    """The spec as a plain map; None for a kind that this side does not know, which is passed over."""
    # First: what else a control of a later kind has, this side cannot know.
    kind = fields.text("kind")
    more = _KINDS.get(kind)
    if more is None:
        return None
    name = fields.text("name", 64)
    common = {"name": name, "kind": kind, "help": fields.text("help"), "transition": fields.boolean("transition")}
    return {**common, **more(fields)}


def _choice(fields: Fields) -> dict[str, Any]:
    values = fields.texts("values")
    default = fields.text("default")
    if default not in values:
        raise fields.wrong("default", "must be one of `values`")
    return {"values": list(values), "default": default}


def _text(fields: Fields) -> dict[str, Any]:
    max_bytes = fields.integer("max_bytes", 1, 4_096)
    return {"max_bytes": max_bytes, "default": fields.text("default", max_bytes)}


def _number(fields: Fields) -> dict[str, Any]:
    low, high, default = fields.number("min"), fields.number("max"), fields.number("default")
    if not low <= default <= high:
        raise fields.wrong("default", "must be between `min` and `max`")
    unit = {"unit": fields.text("unit")} if "unit" in fields else {}
    return {"min": low, "max": high, "default": default, **unit}


def _direction(fields: Fields) -> dict[str, Any]:
    if "default" not in fields:
        return {}
    axis = fields.numbers("default", 3)
    if math.hypot(*axis) < SHORTEST_DIRECTION:
        raise fields.wrong("default", "must not be zero")
    return {"default": list(axis)}


def _color(fields: Fields) -> dict[str, Any]:
    color = fields.numbers("default", 3)
    if not all(0.0 <= channel <= 1.0 for channel in color):
        raise fields.wrong("default", "must have channels in 0..1")
    return {"default": list(color)}


_KINDS: dict[str, Callable[[Fields], dict[str, Any]]] = {
    "choice": _choice,
    "text": _text,
    "number": _number,
    "direction": _direction,
    "color": _color,
    "flag": lambda fields: {"default": fields.boolean("default")},
    "seed": lambda fields: {"default": fields.integer("default", 0, MAX_SEED)},
}
