"""The way from a frame back to an earlier one, over the frames between them."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor

from ...models.warp import warp


class Trail(NamedTuple):
    """Where each cell of a frame was in an earlier one.

    Attributes:
        motion: (1, 2, h / 8, w / 8), in cells. visible: (1, 1, h / 8, w / 8), share of each cell that was visible all the way.
    """

    motion: Tensor
    visible: Tensor


def extended(trail: Trail | None, step: Trail) -> Trail:
    """`trail` ends at the frame before; `step` leads from this frame to that one. None: the frame before is where it leads."""
    if trail is None:
        return step
    # Adding up the motion, and following it once, keeps the context sharp: following it frame by frame would blur it each time.
    return Trail(step.motion + warp(trail.motion, step.motion), step.visible * warp(trail.visible, step.motion))
