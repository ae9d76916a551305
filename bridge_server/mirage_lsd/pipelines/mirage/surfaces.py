"""What the classes of slots are to the network: a number for each pixel of the plane `ids`, which the guide and the engines' shaders know."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from ...frame import Slot
from ...models.character import CHARACTER_PARTS
from ...models.guide import GROWN, UNBUILT

# Of what is missing here, as of what nobody named, only the shape says what it could be.
_SURFACES = {
    **{part: i + 1 for i, part in enumerate(CHARACTER_PARTS)},
    "foliage": GROWN,
    **dict.fromkeys(
        ("terrain", "prop", "vehicle", "water", "glass", "creature", "held", "effect", "emissive", "interface"), UNBUILT
    ),
}


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
