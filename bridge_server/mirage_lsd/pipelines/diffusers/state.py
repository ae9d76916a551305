"""What the worker remembers of one stream; bounded."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from torch import Tensor

from ...frame import Camera
from ..base import StreamSpec
from .attention import FrameMemory
from .conditions import DepthRange
from .known_pictures import KnownPictures
from .places import Places
from .steadying import SteadyPicture


@dataclass
class LastFrame:
    """The frame before: its `latent` (1, C, h, w), as it was painted; `color` (1, 3, H, W) in -1..1 at the model's size; `depth` fine, or None."""

    latent: Tensor
    color: Tensor
    depth: Tensor | None
    camera: Camera | None


@dataclass
class StreamState:
    """`look`: what the pictures depend on besides the frame; `ripening`: latents of a stream batch, the least finished first;
    `steady`: the mean of the pictures so far; `given`: the last result and what it was made of, to see that nothing changed."""

    spec: StreamSpec
    memory: FrameMemory = field(default_factory=FrameMemory)
    places: Places = field(default_factory=Places)
    pictures: KnownPictures = field(default_factory=KnownPictures)
    range: DepthRange = field(default_factory=DepthRange)
    last: LastFrame | None = None
    steady: SteadyPicture | None = None
    look: Any = None
    ripening: list[Tensor] = field(default_factory=list)
    given: tuple[Any, npt.NDArray[np.uint8]] | None = None
    frames: int = 0

    def forget(self) -> None:
        """A cut: nothing of the frame before is in this one. Places are kept."""
        self.last, self.ripening, self.given, self.steady = None, [], None, None
        self.memory = FrameMemory()
        self.range.forget()

    @property
    def bytes(self) -> int:
        """What it holds on to."""
        held: list[Tensor] = [*self.ripening]
        if self.last is not None:
            held += [self.last.latent, self.last.color] + ([] if self.last.depth is None else [self.last.depth])
        picture = 0 if self.given is None else 2 * self.given[1].nbytes
        steady = 0 if self.steady is None else self.steady.bytes
        return (
            self.memory.bytes + self.places.bytes + self.pictures.bytes + sum(x.nbytes for x in held) + picture + steady
        )
