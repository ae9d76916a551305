"""One run of the trunk, in the frame's own time or beside the shading."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass
from typing import NamedTuple

from torch import Tensor

from ...models.mirage_lsd_v1 import Memory
from .trail import Trail


class FreshContext(NamedTuple):
    """What the trunk made of a frame: `context` (1, C, h / 8, w / 8) for the head, `memory` for the next run."""

    context: Tensor
    memory: Memory


@dataclass(slots=True)
class ContextJob:
    """A run of the trunk: `result`, and the `trail` from the last frame back to the one it was given (None: that is the last frame)."""

    result: Future[FreshContext]
    trail: Trail | None = None
