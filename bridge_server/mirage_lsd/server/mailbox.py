"""A mailbox of size one: the latest wins."""

from __future__ import annotations

import threading
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Mailbox(Generic[Item]):
    """Hands items from one thread to another; an item that was not taken is replaced by the next."""

    def __init__(self) -> None:
        self._item: Item | None = None
        self._lock = threading.Lock()

    def put(self, item: Item) -> Item | None:
        """Leaves an item; returns the one it replaced, if that was not taken."""
        with self._lock:
            replaced, self._item = self._item, item
            return replaced

    @property
    def full(self) -> bool:
        """Whether an item waits."""
        return self._item is not None

    def take(self) -> Item | None:
        """Takes the item away; None if there is none."""
        with self._lock:
            item, self._item = self._item, None
            return item
