"""What a stream remembers between frames: fixed in size, whatever its length."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

from torch import Tensor

from ...frame import Camera
from ...models.mirage_lsd_v1 import Memory
from ..base import StreamSpec
from .look import Look


@dataclass(slots=True)
class StreamState:
    """The state of one stream of `mirage-lsd-v1`, all at the base size (h, w).

    Attributes:
        screen_noise: (1, 3, h, w), the starting noise where no geometry anchors it; constant, so that it doesn't flicker.
        memory: the trunk's features of the last frames and the tokens of the last and the first; zeros after a reset.
        context: (1, C, h / 8, w / 8), what the head was told about the last frame. depth: (1, 1, h, w), metres, 0: sky. color: (1, 3, h, w), the last input in -1..1, of frames without geometry.
        camera, look: of the last frame. frames: since the last reset.
    """

    spec: StreamSpec
    screen_noise: Tensor
    memory: Memory
    context: Tensor | None = None
    depth: Tensor | None = None
    color: Tensor | None = None
    camera: Camera | None = None
    look: Look | None = None
    frames: int = field(default=0)

    def reset(self) -> None:
        """Forgets what was seen (camera cut, other controls)."""
        self.memory = Memory(*(x.zero_() for x in self.memory))
        self.context = self.depth = self.color = self.camera = self.look = None
        self.frames = 0

    def bytes(self) -> int:
        """Size of the tensors held."""
        held = [getattr(self, f.name) for f in fields(self)]
        tensors = [*self.memory, *(x for x in held if isinstance(x, Tensor))]
        return sum(t.numel() * t.element_size() for t in tensors)
