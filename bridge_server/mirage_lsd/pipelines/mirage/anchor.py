"""Stage `anchor`: from the engine's planes to what the trunk needs to place a frame, at the base size."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ...frame import InputFrame
from ..resample import resample
from .frame_inputs import FrameInputs
from .sampled_depth import resample_depth


@dataclass(slots=True)
class AnchoredFrame:
    """A frame at the base size h x w; its tensors are its own. Of planes on a card depth is an array there, (h, w), and motion the plane itself.

    Attributes:
        inputs: the planes and the camera, for the head and the guide. base: h, w.
        depth: (1, 1, h, w), metres, 0: sky or unknown. motion: (1, 2, h, w) in base pixels, or None.
    """

    inputs: FrameInputs
    base: tuple[int, int]
    depth: Any
    motion: Any
    _color: Tensor | None = field(default=None, init=False)

    @property
    def color(self) -> Tensor:
        """(1, 3, h, w), -1..1. Worked out when it is first asked for: frames with geometry don't need it."""
        if self._color is None:
            picture = np.ascontiguousarray(resample(self.inputs.color, *self.base)[..., :3].transpose(2, 0, 1))
            self._color = torch.from_numpy(picture)[None].float() * (2.0 / 255.0) - 1.0
        return self._color


def anchor(frame: InputFrame, inputs: FrameInputs, base: tuple[int, int]) -> AnchoredFrame:
    """Prepares a frame for base pictures of `base` (height, width)."""
    depth = torch.zeros(1, 1, *base)
    if inputs.depth is not None:
        depth = torch.from_numpy(resample_depth(inputs.depth, *base))[None, None]
    return AnchoredFrame(inputs, base, depth, _motion(frame, base))


def _motion(frame: InputFrame, base: tuple[int, int]) -> Tensor | None:
    if frame.motion is None:
        return None
    h, w = frame.motion.shape[:2]
    motion = np.nan_to_num(np.asarray(resample(frame.motion, *base), np.float32), posinf=0.0, neginf=0.0)
    scale = torch.tensor([base[1] / w, base[0] / h]).view(1, 2, 1, 1)
    return torch.from_numpy(motion).permute(2, 0, 1)[None] * scale
