"""Station `anchor`: from the engine's planes to what the encoder sees, anchored in the world where depth and camera are there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from ...frame import InputFrame
from ...models.estimator import GeometryEstimator, estimated_guide
from ..resample import resample
from .frame_inputs import FrameInputs
from .shade import Shading

# (picture (1, 3, h, w) in -1..1) -> the trunk's guide (1, h, w, GUIDE_CHANNELS).
Estimate = Callable[[Tensor], Tensor]


class EstimatedGuide(nn.Module):
    """The trunk's guide from a picture alone; see `Estimate`."""

    def __init__(self, estimator: GeometryEstimator) -> None:
        super().__init__()
        self.estimator = estimator

    def forward(self, picture: Tensor) -> Tensor:
        return estimated_guide(picture, self.estimator(picture)).permute(0, 2, 3, 1)


@dataclass(slots=True)
class AnchoredFrame:
    """A frame ready for the encoder; all at the base size h x w, valid until the next frame is anchored.

    Attributes:
        inputs: the planes and the camera, for the head.
        guide: (1, h, w, GUIDE_CHANNELS). noise: (1, 3, h, w), None: use the stream's screen noise.
        color: (1, 3, h, w), -1..1, part of the guide. depth: (1, 1, h, w), metres, 0: sky or unknown. motion: (1, 2, h, w) in base pixels, or None.
    """

    inputs: FrameInputs
    guide: Tensor
    noise: Tensor | None
    color: Tensor
    depth: Tensor
    motion: Tensor | None


def anchor(
    frame: InputFrame, inputs: FrameInputs, base: tuple[int, int], shading: Shading, estimate: Estimate
) -> AnchoredFrame:
    """Prepares a frame for base pictures of `base` (height, width). `estimate`: stands in for the engine where a frame has no geometry."""
    guide, noise, depth = shading.guide(inputs, base)
    color = guide[..., :3].permute(0, 3, 1, 2).cpu()
    if inputs.depth is None:
        guide = estimate(color.contiguous())
    return AnchoredFrame(inputs, guide, noise, color, depth, _motion(frame, base))


def _motion(frame: InputFrame, base: tuple[int, int]) -> Tensor | None:
    if frame.motion is None:
        return None
    h, w = frame.motion.shape[:2]
    motion = np.nan_to_num(np.asarray(resample(frame.motion, *base), np.float32), posinf=0.0, neginf=0.0)
    scale = torch.tensor([base[1] / w, base[0] / h]).view(1, 2, 1, 1)
    return torch.from_numpy(motion).permute(2, 0, 1)[None] * scale
