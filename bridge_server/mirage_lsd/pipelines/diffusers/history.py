"""What was painted before, brought to where the current frame sees it."""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from ...models.warp import warp
from ..reprojection import inside
from .estimates import Estimates
from .places import Known
from .sharp_warp import sharp_warp
from .state import LastFrame, StreamState
from .view import FINE, Seen, View, pooled

# Motion that differs by more than this from what the camera explains, fine samples: the surface itself moves.
_MOVES = 1.0
# A cell whose color differs by more, on the scale -1..1, from where it comes from shows something else now.
_COLOR_TOLERANCE = 0.3
# How far a surface seen all along is pulled towards its key frame with each picture: what repeated warping blurs is made good.
_PULL = 0.25


class Prior(NamedTuple):
    """`latent` (1, C, h, w): what stands where; `share` (1, 1, h, w), 0..1: how much of each cell is known; `motion` (1, 2, h, w), cells, to
    the frame before, None: nothing is known of it; `known`: what the key frames say."""

    latent: Tensor
    share: Tensor
    motion: Seen | None
    known: Known | None


def last_seen(
    color: Tensor, view: View | None, motion: Tensor | None, last: LastFrame, estimates: Estimates | None
) -> Seen | None:
    """Where each cell was in the frame before: by the engine's motion vectors, by depth and both cameras, or by flow; None: nobody knows.

    Args:
        color: (1, 3, H, W) in -1..1. motion: the engine's, fine samples.
    """
    seen: Seen | None = None
    static = None
    if view is not None and last.depth is not None and last.camera is not None and last.depth.shape == view.depth.shape:
        static = view.in_other(last.camera, last.depth)
        seen = static
    if motion is not None:
        by_engine = pooled(motion, inside(motion))
        if static is not None:
            moving = moves(by_engine, static)
            share = torch.maximum(static.share, moving) * by_engine.share
            by_engine = Seen(by_engine.motion, share)
        seen = by_engine
    if seen is None and estimates is not None and last.color.shape == color.shape:
        seen = _by_flow(color, last, estimates)
    if seen is None:
        return None
    stride = color.shape[-1] // seen.share.shape[-1]
    now, before = F.avg_pool2d(color, stride), F.avg_pool2d(last.color, stride)
    alike = (now - warp(before, seen.motion)).abs().amax(1, keepdim=True) < _COLOR_TOLERANCE
    return Seen(seen.motion, seen.share * alike)


def moves(by_engine: Seen, static: Seen) -> Tensor:
    """(1, 1, h, w), 1 where the surface itself moves."""
    known = (static.share > 0).float()
    apart = (by_engine.motion - static.motion).square().sum(1, keepdim=True).sqrt()
    return (apart * FINE > _MOVES).float() * known


def known_of(state: StreamState, view: View | None, color: Tensor, estimates: Estimates | None) -> Known | None:
    """What the key frames show: by depth and camera, without them by likeness and flow."""
    if view is not None:
        return state.places.recall(view)
    return None if estimates is None else state.pictures.recall(color, estimates)


def prior_of(state: StreamState, seen: Seen | None, moving: Tensor | None, known: Known | None) -> Prior | None:
    """Last picture and key frames together; None where neither shows anything."""
    if known is not None and moving is not None:
        known = Known(known.latent, known.share * (1 - moving))
    last = state.last
    if seen is None or last is None:
        return None if known is None else Prior(known.latent, known.share, None, known)
    latent, share = sharp_warp(last.latent, seen.motion), seen.share
    if known is not None:
        pulled = latent + (known.latent - latent) * _PULL * known.share
        latent = pulled * share + known.latent * (1 - share)
        share = torch.maximum(share, known.share)
    return Prior(latent, share, seen, known)


def _by_flow(color: Tensor, last: LastFrame, estimates: Estimates) -> Seen:
    motion, trusted = estimates.motion(color, last.color)
    h, w = last.latent.shape[-2] * FINE, last.latent.shape[-1] * FINE
    scale = torch.tensor([w / color.shape[-1], h / color.shape[-2]]).view(1, 2, 1, 1)
    fine = F.interpolate(motion, (h, w), mode="bilinear", align_corners=False) * scale
    return pooled(fine, F.interpolate(trusted.float(), (h, w), mode="nearest") > 0.5)
