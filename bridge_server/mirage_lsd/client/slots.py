"""The table of slots as the native core reads it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..frame import Slot
from ..protocol.decode_parts import CLASSES

_HAS_STRENGTH, _HAS_TRANSFORM, _HAS_PREVIOUS = 1, 2, 4


def slot_table(ffi: Any, slots: Sequence[Slot]) -> Any:
    """An array of `lsd_slot`.

    Raises:
        ValueError: an unknown class, or a matrix that is not 3 x 4.
    """
    table = ffi.new("lsd_slot[]", max(len(slots), 1))
    for entry, slot in zip(table, slots, strict=False):
        if slot.object_class not in CLASSES:
            raise ValueError(f"slot {slot.slot} has the class {slot.object_class!r}; classes are {', '.join(CLASSES)}.")
        entry.slot, entry.object_class = slot.slot, CLASSES.index(slot.object_class)
        entry.flags, entry.strength = _HAS_STRENGTH, slot.strength
        for flag, target, matrix in (
            (_HAS_TRANSFORM, entry.world_from_object, slot.world_from_object),
            (_HAS_PREVIOUS, entry.previous_world_from_object, slot.previous_world_from_object),
        ):
            if matrix is not None:
                numbers = np.ascontiguousarray(matrix, np.float32)
                if numbers.shape != (3, 4):
                    raise ValueError(f"slot {slot.slot} has a matrix of {numbers.shape}; send 3 x 4.")
                ffi.memmove(target, numbers, 48)
                entry.flags |= flag
    return table
