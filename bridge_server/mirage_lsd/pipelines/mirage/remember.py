"""What a stream keeps of a frame, and which context it goes on with."""

from __future__ import annotations

import torch
from torch import Tensor

from ...frame import InputFrame
from ...models.mirage_lsd_v1 import Memory
from .anchor import AnchoredFrame
from .context_job import ContextJob, FreshContext
from .look import Look
from .motion import WarpedHistory
from .state import StreamState
from .trail import extended


def next_memory(memory: Memory, features: Tensor, tokens: Tensor, first: bool) -> Memory:
    """The trunk's memory after a run; `first`: there was none before, so this frame's tokens are the sink."""
    sink = tokens if first else memory.tokens[:, tokens.shape[1] :]
    past = torch.cat([features[:, None].float(), memory.past[:, :-1]], 1)
    return Memory(past, torch.cat([tokens.float(), sink], 1))


def _adopt(state: StreamState, fresh: FreshContext, job: ContextJob | None = None) -> None:
    state.memory, state.context = fresh.memory, fresh.context
    state.trail = job.trail if job is not None else None
    state.contexts += 1


def adopt_finished(state: StreamState) -> None:
    """Takes over the context that the trunk has finished since the last frame. Raises what the trunk raised; the next frame starts it anew."""
    job = state.pending
    if job is not None and job.result.done():
        state.pending = None
        _adopt(state, job.result.result(), job)


def remember(
    state: StreamState, anchored: AnchoredFrame, frame: InputFrame, look: Look, past: WarpedHistory,
    fresh: FreshContext | None, job: ContextJob | None,
) -> None:  # fmt: skip
    """Keeps what the next frame needs; `fresh`: made for this frame, `job`: the trunk is working on this frame."""
    state.trail = past.trail
    if state.pending is not None and past.step is not None:
        state.pending.trail = extended(state.pending.trail, past.step)
    if fresh is not None:
        if state.pending is not None:
            state.pending.result.cancel()
        _adopt(state, fresh)
        state.pending = None
    if job is not None:
        state.pending = job
    state.frames_since_job = 0 if fresh is not None or job is not None else state.frames_since_job + 1
    state.depth = anchored.depth if anchored.inputs.depth is not None else None
    # Only the flow network looks at it.
    state.color = anchored.color if anchored.inputs.depth is None else None
    state.camera, state.look = frame.camera, look
    state.frames += 1
