"""What an engine would say, from pictures alone: the shipped model's flow network and geometry estimator."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from ...models.guide import FAR_M
from ...models.warp import warp
from ...models.weights_file import load_weights
from ..registry import DEFAULT_MODEL, WEIGHTS_FOLDER
from ..reprojection import inside

# How much a pixel may differ, on the scale -1..1, from what was seen where it comes from.
_COLOR_TOLERANCE = 0.24
_MULTIPLE = 16
_SKY = 0.5


class Estimates:
    """Loaded when the first stream without an engine comes."""

    def __init__(self) -> None:
        model = load_weights(WEIGHTS_FOLDER / f"{DEFAULT_MODEL}.safetensors")
        self._flow, self._estimator = model.flow, model.estimator

    @torch.no_grad()
    def motion(self, now: Tensor, before: Tensor) -> tuple[Tensor, Tensor]:
        """Pictures (1, 3, h, w) in -1..1 -> motion to the one before (1, 2, h, w), pixels, and where it can be trusted (1, 1, h, w) bool."""
        h, w = now.shape[-2:]
        found = self._flow(_padded(now), _padded(before))[..., :h, :w]
        motion = found[:, :2]
        alike = (now - warp(before, motion)).abs().amax(1, keepdim=True) < _COLOR_TOLERANCE
        return motion, inside(motion) & alike & (found[:, 2:] > 0)

    @torch.no_grad()
    def depth(self, now: Tensor) -> Tensor:
        """(1, 1, h, w), about metres, 0: sky."""
        h, w = now.shape[-2:]
        estimate = F.interpolate(self._estimator(_padded(now)), scale_factor=4.0, mode="bilinear", align_corners=False)
        inverse, sky = estimate[:, :1, :h, :w], estimate[:, 5:6, :h, :w]
        depth = (1.0 / inverse.clamp(1.0 / FAR_M, 1.0) - 1.0).clamp(min=0.05)
        return torch.where(sky > _SKY, torch.zeros_like(depth), depth)


def _padded(picture: Tensor) -> Tensor:
    """To multiples of 16, the border repeated."""
    h, w = picture.shape[-2:]
    return F.pad(picture, (0, -w % _MULTIPLE, 0, -h % _MULTIPLE), mode="replicate")
