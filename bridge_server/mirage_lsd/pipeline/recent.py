"""What is kept for the sizes in use: a daemon that has seen many sizes must not keep something for each."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Value = TypeVar("Value")

# Sizes whose networks and arrays are kept at once.
SIZES_KEPT = 8


class Recent(Generic[Value]):
    """The values that were used last, at most `kept` of them."""

    def __init__(self, kept: int) -> None:
        self._kept = kept
        self._values: OrderedDict[Hashable, Value] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """The value of `key`; made where there is none (any more)."""
        if key not in self._values:
            self._values[key] = make()
            while len(self._values) > self._kept:
                self._values.popitem(last=False)
        self._values.move_to_end(key)
        return self._values[key]

    def __len__(self) -> int:
        return len(self._values)
