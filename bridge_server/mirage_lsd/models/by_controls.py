"""What depends on the controls alone: worked out when they change, not for every frame."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

import torch
from torch import Tensor

T = TypeVar("T")


class ByControls(Generic[T]):
    """Calls `make` with a control vector (1, K) and keeps what it gives until another vector comes."""

    def __init__(self, make: Callable[[Tensor], T]) -> None:
        self._make = make
        self._kept: tuple[Tensor, T] | None = None

    def __call__(self, controls: Tensor) -> T:
        if self._kept is None or not torch.equal(self._kept[0], controls):
            self._kept = controls.clone(), self._make(controls)
        return self._kept[1]
