"""Checked decoding of what is said of contexts and weights; `shading` reads their payloads."""

from __future__ import annotations

import math

from .decode_parts import SHORTEST_DIRECTION, camera_of, stream_of
from .fields import Fields
from .messages import Weights
from .parts import ContextFields, ContextStreamFields, ShapeFields
from .shading import MAX_CONTEXT_CHANNELS, MAX_CONTEXT_SIDE, PALETTE_NUMBERS

_MAX_VERSION = 65_535


def shape_of(fields: Fields) -> ShapeFields:
    """The shape of shading of a model in `welcome`."""
    return ShapeFields(fields.text("shape"), fields.integer("version", 1, _MAX_VERSION))


def context_stream_of(fields: Fields) -> ContextStreamFields:
    """The one of `opened`."""
    shape = shape_of(fields)
    return ContextStreamFields(shape.shape, shape.version, *_grid_of(fields))


def context_of(fields: Fields) -> ContextFields:
    """The one of a result."""
    width, height, channels = _grid_of(fields)
    camera = camera_of(fields.map("camera")) if "camera" in fields else None
    return ContextFields(width, height, channels, fields.integer("weights_seq", 1), camera)


def weights_of(fields: Fields) -> Weights:
    """The header of `weights`."""
    shape = shape_of(fields)
    sun = fields.numbers("sun", 3)
    if math.hypot(*sun) < SHORTEST_DIRECTION:
        raise fields.wrong("sun", "must not be zero")
    return Weights(
        stream=stream_of(fields),
        weights_seq=fields.integer("weights_seq", 1),
        control_seq=fields.integer("control_seq", 0),
        shape=shape.shape,
        version=shape.version,
        seed=fields.numbers("seed", 3),
        sun=sun,
        palette=fields.numbers("palette", PALETTE_NUMBERS),
        strength=fields.number("strength", 0.0, 1.0),
    )


def _grid_of(fields: Fields) -> tuple[int, int, int]:
    return (
        fields.integer("width", 1, MAX_CONTEXT_SIDE),
        fields.integer("height", 1, MAX_CONTEXT_SIDE),
        fields.integer("channels", 1, MAX_CONTEXT_CHANNELS),
    )
