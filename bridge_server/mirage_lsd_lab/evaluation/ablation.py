"""What each part is worth: the same network with one part switched off while it runs (it was not trained without it)."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from mirage_lsd.models.guide import FIELDS_FROM
from mirage_lsd.pipelines.base import StreamSpec
from mirage_lsd.pipelines.mirage.anchor import AnchoredFrame
from mirage_lsd.pipelines.mirage.layered_shade import LayeredShading
from mirage_lsd.pipelines.mirage.motion import Flow, WarpedHistory, warp_history
from mirage_lsd.pipelines.mirage.pipeline import MiragePipeline, WarpHistory
from mirage_lsd.pipelines.mirage.shade import Shading
from mirage_lsd.pipelines.mirage.state import StreamState

from .held_out import measure_held_out
from .progress import Tick
from .roll_outs import measure_roll_outs


def _without_convolution(frame: AnchoredFrame, state: StreamState, shading: Shading, flow: Flow) -> WarpedHistory:
    past = warp_history(frame, state, shading, flow)
    return past._replace(memory=past.memory._replace(past=torch.zeros_like(past.memory.past)))


def _without_tokens(frame: AnchoredFrame, state: StreamState, shading: Shading, flow: Flow) -> WarpedHistory:
    past = warp_history(frame, state, shading, flow)
    return past._replace(memory=past.memory._replace(tokens=torch.zeros_like(past.memory.tokens)))


def _without_sink(frame: AnchoredFrame, state: StreamState, shading: Shading, flow: Flow) -> WarpedHistory:
    past = warp_history(frame, state, shading, flow)
    last = past.memory.tokens[:, : past.memory.tokens.shape[1] // 2]
    return past._replace(memory=past.memory._replace(tokens=torch.cat([last, last], 1)))


def _without_steadying(frame: AnchoredFrame, state: StreamState, shading: Shading, flow: Flow) -> WarpedHistory:
    return warp_history(frame, state, shading, flow)._replace(context=None)


def _without_motion(frame: AnchoredFrame, state: StreamState, shading: Shading, flow: Flow) -> WarpedHistory:
    """The past as it lies on the screen, as if nothing had moved."""
    return warp_history(replace(frame, motion=torch.zeros_like(frame.color[:, :2])), state, shading, flow)


class _FlowForMotion:
    """As if the engine sent neither motion vectors nor a camera that explains them."""

    def __init__(self) -> None:
        self._before: Tensor | None = None

    def __call__(self, frame: AnchoredFrame, state: StreamState, shading: Shading, flow: Flow) -> WarpedHistory:
        now, before = frame.color.clone(), self._before if state.frames else None
        self._before = now
        if before is None:
            return warp_history(frame, state, shading, flow)
        return warp_history(replace(frame, motion=flow(now, before)[:, :2]), state, shading, flow)


# Sampling steps beside the usual number.
OTHER_STEPS: tuple[int, ...] = (1, 2, 5)
PARTS: dict[str, WarpHistory] = {
    "no 3D convolution over past features": _without_convolution,
    "no cross-frame memory": _without_tokens,
    "no sink frame": _without_sink,
    "FlowNet-lite for the engine's motion": _FlowForMotion(),
    "no motion (past left in place)": _without_motion,
    "no steadying of the head's context": _without_steadying,
}


class _FieldlessShading(LayeredShading):
    """Guides with the world fields at zero."""

    def _guide(self, *arguments: object) -> tuple[Tensor, ...]:
        guide, *noise = super()._guide(*arguments)  # type: ignore[arg-type]
        guide = guide.clone()
        guide[:, FIELDS_FROM:] = 0
        return (guide, *noise)


def measure_ablation(
    pipeline: MiragePipeline,
    spec: StreamSpec,
    held_out: tuple[int, ...],
    roll_out: tuple[int, ...],
    length: int,
    tick: Tick,
) -> list[dict[str, object]]:
    """A row for the whole model, one for every part that is switched off, one for every number of steps."""
    rows: list[dict[str, object]] = []
    variants = 2 + len(PARTS) + len(OTHER_STEPS)

    def measure(name: str, with_spec: StreamSpec) -> None:
        single = measure_held_out(pipeline, with_spec, held_out, lambda done, total: None)
        stream = measure_roll_outs(pipeline, with_spec, roll_out, length, lambda done, total: None)
        rows.append({
            "variant": name, "psnr": round(single.psnr, 2), "sharpness": round(single.sharpness, 3),
            "warp_ratio": round(stream.output_error / stream.target_error, 3),
        })  # fmt: skip
        tick(len(rows), variants)

    measure(f"all parts, {spec.steps} steps", spec)
    whole = pipeline.shading
    try:
        pipeline.shading = _FieldlessShading(pipeline.model.head, pipeline.backend)
        measure("no world fields", spec)
    finally:
        pipeline.shading = whole
    for name, past in PARTS.items():
        try:
            pipeline.warp_history = past
            measure(name, spec)
        finally:
            pipeline.warp_history = warp_history
    for steps in OTHER_STEPS:
        measure(f"all parts, {steps} step{'s' if steps > 1 else ''}", replace(spec, steps=steps))
    return rows
