"""What a stream remembers between frames: fixed in size, whatever its length."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from ...frame import Camera
from ...models.mirage_lsd_v1 import Memory
from ..base import StreamSpec
from ..context import ShadingWeights
from .context_job import ContextJob
from .estimated_geometry import VirtualView
from .look import Look
from .people.stage import PeopleState
from .trail import Trail

# Share of the way to what a frame says, for what must not jump.
_SLOWLY = 0.1
# Above and below these, of what was seen for about ten frames, a stream without geometry is taken for the other kind.
_SURELY_FINISHED, _SURELY_GREYBOX = 0.75, 0.25


@dataclass(slots=True)
class StreamState:
    """The state of one stream of `mirage-lsd-v1`, all at the base size (h, w).

    Attributes:
        screen_noise: (1, 3, h, w), the starting noise where no geometry anchors it; constant, so that it doesn't flicker.
        steps: most sampling steps of the next contexts. context_every: a new context at most every so many frames. Both are what
            `MiragePipeline.set_limits` changes.
        steps_now: those of the newest context; the control `steps` may ask for fewer. next_trunk: the trunk that is being compiled for
            another number.
        memory: the trunk's features of the last frames it saw and the tokens of the last and the first; zeros after a reset.
        context: (1, C, h / 8, w / 8), what the head was told about the last frame that the trunk saw.
        trail: the way from the last frame back to that one; None: it is the last frame.
        pending: the context that the trunk is working on.
        contexts: since the last reset.
        depth: (1, 1, h, w), metres, 0: sky; of planes on a card (h, w), there. color: (1, 3, h, w), the last input in -1..1, of frames without geometry.
        view: what was estimated of the last frame, if it had no geometry.
        exposure, textured: of finished pictures (`picture_layers`), slow; None: none was seen since the last reset.
        crispness: of what is painted without geometry (`picture_layers`), slow; None: nothing was.
        film: the last frame without geometry, at the output's size, less its grain; None: there was none, or it showed a grey box.
        greybox: without geometry, what its frames are taken for; None: not known yet.
        camera, look: of the last frame. weights: a look's and its tint's, kept until there is another. frames: since the last reset.
        people: in front of a camera, and what is behind them.
        frames_since_job: frames since the trunk was last given one.
    """

    spec: StreamSpec
    screen_noise: Tensor
    memory: Memory
    steps: int
    context_every: int = 1
    steps_now: int = 0
    next_trunk: Future[Any] | None = None
    context: Tensor | None = None
    trail: Trail | None = None
    pending: ContextJob | None = None
    contexts: int = 0
    depth: Any = None
    color: Tensor | None = None
    view: VirtualView | None = None
    exposure: float | None = None
    textured: float | None = None
    crispness: float | None = None
    film: npt.NDArray[np.uint8] | None = None
    greybox: bool | None = None
    camera: Camera | None = None
    look: Look | None = None
    weights: tuple[Look, tuple[float, ...] | None, ShadingWeights] | None = None
    people: PeopleState = field(default_factory=PeopleState)
    frames: int = field(default=0)
    frames_since_job: int = 0

    def reset(self) -> None:
        """Forgets what was seen (camera cut, other controls). The trunk may still be reading the old memory, so that is replaced, not cleared."""
        if self.pending is not None:
            self.pending.result.cancel()
        self.memory = Memory(*(torch.zeros_like(x) for x in self.memory))
        self.context = self.trail = self.pending = self.depth = self.color = self.camera = self.look = self.view = None
        self.exposure = self.textured = self.crispness = self.film = self.greybox = None
        self.frames = self.contexts = self.frames_since_job = 0

    def exposure_of(self, median: float) -> float:
        """The exposure of a frame with this median."""
        self.exposure = median if self.exposure is None else self.exposure + _SLOWLY * (median - self.exposure)
        return self.exposure

    def textured_of(self, found: float) -> float:
        """How much the stream's frames are finished pictures; a grey box never is."""
        self.textured = found if self.textured is None else self.textured + _SLOWLY * (found - self.textured)
        if found == 0.0 and self.textured < 0.02:
            self.textured = 0.0
        return self.textured

    def crispness_of(self, found: float) -> float:
        """How crisp the frame is painted, where this is how crisp it may be by itself."""
        self.crispness = found if self.crispness is None else self.crispness + _SLOWLY * (found - self.crispness)
        return self.crispness

    def greybox_of(self, found: float) -> bool:
        """Whether a stream without geometry shows an editor's grey box. `found`: 0..1, how much the frame is a finished picture.

        The two are painted in different ways, so that it changes only when the last frames say so clearly.
        """
        share = self.textured_of(found)
        if self.greybox is None:
            self.greybox = found < 0.5
        elif share > _SURELY_FINISHED or share < _SURELY_GREYBOX:
            self.greybox = share < _SURELY_GREYBOX
        return self.greybox

    def bytes(self) -> int:
        """Size of the tensors and pictures held."""
        held = [getattr(self, f.name) for f in fields(self)]
        if self.view is not None:
            held += [self.view.estimate, self.view.upsampled]
        tensors = [*self.memory, *(x for x in held if isinstance(x, Tensor))]
        pictures = [x for x in held if isinstance(x, np.ndarray)]
        return sum(t.numel() * t.element_size() for t in tensors) + sum(x.nbytes for x in pictures)
