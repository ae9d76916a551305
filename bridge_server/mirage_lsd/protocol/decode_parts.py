"""Checked decoding of what both directions use."""

from __future__ import annotations

from .fields import Fields
from .parts import CameraFields, SlotFields

CLASSES = (
    "unspecified", "skin", "hair", "outfit", "foliage", "terrain", "building", "prop",
    "vehicle", "water", "glass", "creature", "held", "effect", "emissive", "interface",
)  # fmt: skip

MAX_STREAM = 2**31 - 1
MAX_SEED = 2**31 - 1
# A direction that is shorter counts as none.
SHORTEST_DIRECTION = 1e-6


def stream_of(fields: Fields) -> int:
    """The number of the stream that a message is about."""
    return fields.integer("stream", 1, MAX_STREAM)


def ring_slot_of(fields: Fields) -> tuple[int | None, int | None]:
    """`slot` and `slot_seq` of what lies in a ring; None and None of what is in the payload."""
    if "slot" not in fields and "slot_seq" not in fields:
        return None, None
    slot = fields.integer("slot", 0, 15)
    slot_seq = fields.integer("slot_seq", 2)
    if slot_seq % 2:
        raise fields.wrong("slot_seq", "must be even (odd: still being written)")
    return slot, slot_seq


def camera_of(camera: Fields) -> CameraFields:
    """A frame's, or the one that a context was made for."""
    return CameraFields(
        view=camera.numbers("view", 16),
        projection=camera.numbers("projection", 16),
        near=camera.number("near"),
        far=camera.number("far"),
        jitter=camera.numbers("jitter", 2) if "jitter" in camera else None,
    )


def slot_of(fields: Fields) -> SlotFields:
    """One entry of the table of slots; a class that is not known is `unspecified`."""
    object_class = fields.text("class")
    return SlotFields(
        slot=fields.integer("slot", 1, 255),
        object_class=object_class if object_class in CLASSES else "unspecified",
        strength=fields.number("strength", 0.0, 1.0) if "strength" in fields else None,
        world_from_object=_matrix(fields, "world_from_object"),
        previous_world_from_object=_matrix(fields, "previous_world_from_object"),
    )


def _matrix(fields: Fields, key: str) -> tuple[float, ...] | None:
    return fields.numbers(key, 12) if key in fields else None
