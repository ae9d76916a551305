"""What pipelines keep between frames: per size, and per setting of the controls."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

import torch
from torch import Tensor

Value = TypeVar("Value")

# Sizes whose networks and arrays are kept at once.
SIZES_KEPT = 8


class LruCache(Generic[Value]):
    """LRU cache of per-resolution resources (compiled modules, scratch arrays), at most `kept` of them. Any thread may ask."""

    def __init__(self, kept: int) -> None:
        self._kept = kept
        self._values: OrderedDict[Hashable, Value] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """The value of `key`; made where there is none (any more)."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key]
        # Outside the lock: one stream's compiling must not hold another one's frames up.
        made = make()
        with self._lock:
            value = self._values.setdefault(key, made)
            self._values.move_to_end(key)
            while len(self._values) > self._kept:
                self._values.popitem(last=False)
        return value

    def __len__(self) -> int:
        return len(self._values)


class ControlMemo(Generic[Value]):
    """Caches a value derived from the control vector (1, K) until the vector changes."""

    def __init__(self, make: Callable[[Tensor], Value]) -> None:
        self._make = make
        self._kept: tuple[Tensor, Value] | None = None

    def __call__(self, controls: Tensor) -> Value:
        if self._kept is None or not torch.equal(self._kept[0], controls):
            self._kept = controls.clone(), self._make(controls)
        return self._kept[1]
