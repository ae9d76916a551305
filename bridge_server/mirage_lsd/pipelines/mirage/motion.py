"""Stage `motion`: brings what the stream remembers to the current frame.

In this order: the engine's motion vectors; the motion that the camera explains, from depth and both cameras; for color alone, FlowNet-lite.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from ...models.mirage_lsd_v1 import FEATURE_STRIDE, Memory
from ...models.warp import warp
from ..reprojection import PreviousFrame, Reprojected, by_motion, inside
from .anchor import AnchoredFrame
from .shade import Shading
from .state import StreamState
from .trail import Trail, extended

# (picture now, picture before), (1, 3, h, w) in -1..1 -> (1, 3, h, w), see `models.flow.FlowNetLite`.
Flow = Callable[[Tensor, Tensor], Tensor]

# Color alone: how much a pixel may differ, on the scale -1..1, from what was seen where it comes from.
_COLOR_TOLERANCE = 0.24
# What motion must explain better than rest, on the same scale, to be believed.
_WORTH_MOVING = 0.01
# How much of the context before goes into the next where its surface was visible.
CONTEXT_KEPT = 0.75
# Less of the picture than this was there a frame ago: a cut, whatever the engine says.
_CUT_BELOW = 0.1


class WarpedHistory(NamedTuple):
    """What the stream remembers, where the current frame sees it.

    Attributes:
        memory: the trunk's. context: (1, C, h / 8, w / 8), what the head was told, None: nothing. visible: (1, 1, h / 8, w / 8), share of each cell that
        was visible from the frame that the context is of until now.
        step: the way to the frame before. trail: the way to the frame that the context is of. None where nothing is remembered.
    """

    memory: Memory
    context: Tensor | None = None
    visible: Tensor | None = None
    step: Trail | None = None
    trail: Trail | None = None


def warp_history(frame: AnchoredFrame, state: StreamState, shading: Shading, flow: Flow) -> WarpedHistory:
    """Aligns what `state` remembers with the frame.

    Detects camera cuts and resets `state` then. `flow`: the compiled flow network, for streams without geometry.
    """
    if state.frames == 0:
        return WarpedHistory(state.memory)
    found = _reprojected(frame, state, shading, flow)
    if found.visible_fraction < _CUT_BELOW:
        state.reset()
        return WarpedHistory(state.memory)
    way = found.flow_at_eighth.to(state.memory.past.device)
    step = Trail(way[:, :2] / FEATURE_STRIDE, way[:, 2:].clone())
    trail = extended(state.trail, step)
    past = warp(state.memory.past.flatten(1, 2), trail.motion) * trail.visible
    context = None if state.context is None else warp(state.context, trail.motion)
    memory = Memory(past.view_as(state.memory.past), state.memory.tokens)
    return WarpedHistory(memory, context, trail.visible, step, trail)


def temporal_accumulate(context: Tensor, past: WarpedHistory) -> Tensor:
    """The head's context (1, C, h / 8, w / 8), averaged over the frames that saw the same surfaces: what remains of the trunk's flicker."""
    if past.context is None or past.visible is None:
        return context
    return torch.lerp(context, past.context, CONTEXT_KEPT * past.visible)


def _reprojected(frame: AnchoredFrame, state: StreamState, shading: Shading, flow: Flow) -> Reprojected:
    geometry = frame.inputs.depth is not None and state.camera is not None and state.depth is not None
    if frame.motion is not None or geometry:
        return shading.reproject(frame.inputs, frame.depth, PreviousFrame(state.camera, state.depth), frame.motion)
    if state.color is None:
        # A stream that just lost its camera: what it saw can't be found again.
        return by_motion(torch.zeros_like(frame.color[:, :2]), torch.zeros_like(frame.color[:, :1]))
    found = flow(frame.color.contiguous(), state.color)
    # On textures the flow network sees motion where there is none.
    still = _still(frame.color, state.color, found[:, :2])
    motion = torch.where(still, torch.zeros_like(found[:, :2]), found[:, :2])
    alike = (frame.color - warp(state.color, motion)).abs().amax(1, keepdim=True) < _COLOR_TOLERANCE
    return by_motion(motion, inside(motion) & alike & (still | (found[:, 2:] > 0)))


def _still(now: Tensor, before: Tensor, motion: Tensor) -> Tensor:
    """(1, 1, h, w) bool: cells that staying in place explains as well as `motion` does."""
    gain = (now - before).abs().mean(1, keepdim=True) - (now - warp(before, motion)).abs().mean(1, keepdim=True)
    cells = F.avg_pool2d(gain, FEATURE_STRIDE) < _WORTH_MOVING
    return F.interpolate(cells.float(), scale_factor=float(FEATURE_STRIDE), mode="nearest") > 0.5
