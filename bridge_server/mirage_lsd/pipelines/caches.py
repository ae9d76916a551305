"""What pipelines keep between frames: per size, and per setting of the controls. Safe to use from several threads."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Generic, TypeVar

import torch
from torch import Tensor

Value = TypeVar("Value")

# Sizes whose networks and arrays are kept at once.
SIZES_KEPT = 8


class LruCache(Generic[Value]):
    """LRU cache of per-resolution resources (compiled modules, scratch arrays), at most `kept` of them.

    Making a value may take seconds (it compiles a network), so no lock is held meanwhile: only threads that ask for the same key wait for it.
    """

    def __init__(self, kept: int) -> None:
        self._kept = kept
        self._lock = threading.Lock()
        self._values: OrderedDict[Hashable, Value] = OrderedDict()
        self._in_the_making: dict[Hashable, Future[Value]] = {}

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """The value of `key`; made where there is none (any more).

        Raises:
            Exception: what `make` raised, in every thread that waited for this value; the next call tries again.
        """
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key]
            maker = self._in_the_making.get(key)
            if maker is None:
                mine: Future[Value] = Future()
                self._in_the_making[key] = mine
        if maker is not None:
            return maker.result()
        try:
            value = make()
        except BaseException as error:
            with self._lock:
                del self._in_the_making[key]
            mine.set_exception(error)
            raise
        with self._lock:
            del self._in_the_making[key]
            self._values[key] = value
            while len(self._values) > self._kept:
                self._values.popitem(last=False)
        mine.set_result(value)
        return value

    def __contains__(self, key: Hashable) -> bool:
        return key in self._values

    def __len__(self) -> int:
        return len(self._values)


class ControlMemo(Generic[Value]):
    """Caches a value derived from the control vector (1, K) until the vector changes.

    Two threads with different controls may each compute their own; neither gets the other's.
    """

    def __init__(self, make: Callable[[Tensor], Value]) -> None:
        self._make = make
        self._kept: tuple[Tensor, Value] | None = None

    def __call__(self, controls: Tensor) -> Value:
        kept = self._kept
        if kept is None or not torch.equal(kept[0], controls):
            kept = self._kept = controls.clone(), self._make(controls)
        return kept[1]
