"""What a stream remembers between frames: fixed in size, whatever its length."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from .base import StreamSpec
from .frame import Camera, Controls


@dataclass(slots=True)
class StreamState:
    """The state of one stream of `mirage-lsd-v1`, all at the base size (h, w).

    Attributes:
        picture: (1, 3, h, w), the last output in -1..1. depth: (1, 1, h, w), metres, 0: sky. color: (1, 3, h, w), the last input in 0..1.
        camera, controls: of the last frame. frames: since the last reset.
        screen_noise: (1, 3, h, w), the starting noise where no geometry anchors it; constant, so that it doesn't flicker.
    """

    spec: StreamSpec
    screen_noise: Tensor
    picture: Tensor | None = None
    depth: Tensor | None = None
    color: Tensor | None = None
    camera: Camera | None = None
    controls: Controls | None = None
    frames: int = 0

    def reset(self) -> None:
        """Forgets the history (camera cut)."""
        self.picture = self.depth = self.color = self.camera = self.controls = None
        self.frames = 0

    def bytes(self) -> int:
        """Size of the tensors held."""
        tensors = (self.screen_noise, self.picture, self.depth, self.color)
        return sum(t.numel() * t.element_size() for t in tensors if t is not None)
