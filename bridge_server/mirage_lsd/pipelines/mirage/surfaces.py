"""What slots are to the network: a number for each pixel of the plane `ids`, which the guide and the engines' shaders know, and the space of each thing."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from ...frame import Slot
from ...models.character import CHARACTER_PARTS
from ...models.guide import GROWN, UNBUILT

_Floats = npt.NDArray[np.float32]

# Of what is missing here, as of what nobody named, only the shape says what it could be.
_SURFACES = {
    **{part: i + 1 for i, part in enumerate(CHARACTER_PARTS)},
    "foliage": GROWN,
    **dict.fromkeys(
        ("terrain", "prop", "vehicle", "water", "glass", "creature", "held", "effect", "emissive", "interface"), UNBUILT
    ),
}

# A transform whose axes are shorter, or less apart, says nothing of directions.
_LEAST_SCALE, _LEAST_SINE = 1e-6, 1e-3


def surface_of_ids(slots: Iterable[Slot] = ()) -> npt.NDArray[np.uint8]:
    """(256,): what each number in the plane `ids` shows: a character's part (1 skin, 2 hair, 3 outfit), `guide.UNBUILT`, `guide.GROWN`, else 0.

    No slots: 1 is skin, 2 hair, 3 outfit.
    """
    table = np.zeros(256, np.uint8)
    numbered = tuple(slots)
    if not numbered:
        table[1 : 1 + len(CHARACTER_PARTS)] = np.arange(len(CHARACTER_PARTS)) + 1
    for slot in numbered:
        table[slot.slot] = _SURFACES.get(slot.object_class, 0)
    return table


def object_from_world_of(slots: Iterable[Slot]) -> _Floats | None:
    """(3, 256, 4): three rows for each number in the plane `ids`, the spaces that fields and patterns are sampled in; None: no slot has a transform.

    Rotation and translation of `Slot.world_from_object` are undone, its scale is not, so that metres stay metres. Numbers without a
    transform, or with one that leaves a direction no length, have the world's.
    """
    moved = [slot for slot in slots if slot.world_from_object is not None]
    if not moved:
        return None
    table = np.zeros((3, 256, 4), np.float32)
    table[[0, 1, 2], :, [0, 1, 2]] = 1.0
    for slot in moved:
        rows = _object_from_world(np.asarray(slot.world_from_object, np.float64))
        if rows is not None:
            table[:, slot.slot] = rows
    return table


def _object_from_world(world_from_object: npt.NDArray[np.float64]) -> npt.NDArray[np.float64] | None:
    """(3, 4), or None. Axes are made unit one after the other, so that shear is undone, too, and mirrors stay mirrors (Gram and Schmidt)."""
    axes: list[npt.NDArray[np.float64]] = []
    for column in world_from_object[:, :3].T:
        scale = float(np.linalg.norm(column))
        axis = column - sum((known * (known @ column) for known in axes), np.zeros(3))
        length = float(np.linalg.norm(axis))
        if not length > _LEAST_SINE * scale or not scale > _LEAST_SCALE:
            return None
        axes.append(axis / length)
    turned = np.stack(axes)
    return np.concatenate([turned, -(turned @ world_from_object[:, 3])[:, None]], axis=1)
