"""Painted pictures averaged over the frames that saw the same surfaces: what remains of a checkpoint's flicker, in picture space.

As temporal anti-aliasing does with a renderer's samples (Karis, "High Quality Temporal Supersampling", 2014), but with what an engine knows:
where each pixel was, whether it was visible there, and how finely.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from ...frame import Camera
from ...models.warp import warp
from ..reprojection import inside
from .estimates import Estimates
from .sharp_warp import sharp_warp
from .view import View

# Where the engine's own picture differs by the first, on the scale -1..1, from what was there, history still counts in full; by the second,
# not at all: a light was switched on, something else is there.
_ALIKE, _APART = 0.06, 0.24
# Motion vectors that differ by more than this, pixels, from what the camera explains: the surface itself moves, depth can't be compared.
_MOVES = 1.5


@dataclass(frozen=True, slots=True, eq=False)
class SteadyPicture:
    """What the pictures add up to: `picture` (1, 3, H, W), `frames` (1, 1, H, W): how many are in it; and of the last one the engine's
    `color`, and `depth`, `footprint` (1, 1, H, W) and `camera`, or None."""

    picture: Tensor
    frames: Tensor
    color: Tensor
    depth: Tensor | None
    footprint: Tensor | None
    camera: Camera | None

    @property
    def bytes(self) -> int:
        """What it takes."""
        planes = (self.picture, self.frames, self.color, self.depth, self.footprint)
        return sum(plane.nbytes for plane in planes if plane is not None)


def steadied(
    picture: Tensor, color: Tensor, view: View | None, motion: Tensor | None, before: SteadyPicture | None, steadiness: float,
    estimates: Estimates | None,
) -> SteadyPicture:  # fmt: skip
    """Adds a picture to those before it.

    Args:
        picture: as painted, (1, 3, H, W) in -1..1. color: the engine's, the same size and scale.
        view: of H x W samples. motion: the engine's motion vectors (1, 2, H, W), pixels. Without both, `estimates` finds flow.
        steadiness: 0..1; the mean is over at most 1 / (1 - steadiness) frames.
    """
    frames = torch.ones_like(picture[:, :1])
    depth, footprint, camera = (None, None, None) if view is None else (view.depth, view.footprint, view.camera)
    if before is not None and before.picture.shape == picture.shape and steadiness > 0:
        found = _where_before(color, view, motion, before, estimates)
        if found is not None:
            moved, visible = found
            known = warp(before.frames, moved, "nearest") * visible
            apart = (color - warp(before.color, moved)).abs().amax(1, keepdim=True)
            known = known * ((_APART - apart) / (_APART - _ALIKE)).clamp(0.0, 1.0)
            if view is not None and before.footprint is not None:
                # Seen closer than before: so much less of what a pixel shows was in the picture before.
                coarser = warp(before.footprint, moved, "nearest") / view.footprint.clamp(min=1e-6)
                known = known / coarser.clamp(min=1.0).square()
            known = known.clamp(max=1.0 / (1.0 - min(steadiness, 0.99)) - 1.0)
            picture = torch.lerp(picture, sharp_warp(before.picture, moved), known / (known + 1.0))
            frames = known + 1.0
    return SteadyPicture(picture, frames, color, depth, footprint, camera)


def _where_before(
    color: Tensor, view: View | None, motion: Tensor | None, before: SteadyPicture, estimates: Estimates | None
) -> tuple[Tensor, Tensor] | None:
    """Motion to the frame before (1, 2, H, W), pixels, and what was visible there (1, 1, H, W), 0 or 1; None: nobody knows."""
    static = None
    if view is not None and before.depth is not None and before.camera is not None:
        static = view.samples_in_other(before.camera, before.depth)
    if motion is not None:
        visible = inside(motion)
        if static is not None:
            moves = (motion - static[0]).square().sum(1, keepdim=True) > _MOVES**2
            visible = visible & (static[1] | moves)
        return motion, visible.float()
    if static is not None:
        return static[0], static[1].float()
    if estimates is None:
        return None
    found, trusted = estimates.motion(color, before.color)
    return found, trusted.float()
