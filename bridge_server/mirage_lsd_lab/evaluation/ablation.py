"""What each part is worth, where it is said to work: the same network with one part switched off while it runs (it was not trained without it)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
import torch
from torch import Tensor

from mirage_lsd.models.guide import FIELDS_FROM
from mirage_lsd.models.mirage_lsd_v1 import Memory
from mirage_lsd.pipelines.base import StreamSpec
from mirage_lsd.pipelines.mirage.anchor import AnchoredFrame
from mirage_lsd.pipelines.mirage.layered_shade import LayeredShading
from mirage_lsd.pipelines.mirage.motion import Flow, WarpedHistory, warp_history
from mirage_lsd.pipelines.mirage.pipeline import MiragePipeline, WarpHistory
from mirage_lsd.pipelines.mirage.shade import Shading
from mirage_lsd.pipelines.mirage.state import StreamState

from .kept_streams import KeptStream, Played, clip, play, there_and_back, walk
from .progress import Tick


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


def _without_past(frame: AnchoredFrame, state: StreamState, shading: Shading, flow: Flow) -> WarpedHistory:
    """Neither features nor tokens nor the context before; the estimate of color alone still goes with the flow."""
    past = warp_history(frame, state, shading, flow)
    return past._replace(memory=Memory(*(torch.zeros_like(x) for x in past.memory)), context=None)


def _without_noise(frame: AnchoredFrame, state: StreamState, shading: Shading, flow: Flow) -> WarpedHistory:
    """Where nothing anchors the noise; the anchored one is the shading's."""
    state.screen_noise = torch.zeros_like(state.screen_noise)
    return warp_history(frame, state, shading, flow)


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


class _Altered:
    """A shading that does one thing in another way, and all the rest as the one it stands for."""

    def __init__(self, shading: Shading) -> None:
        self._shading = shading

    def __getattr__(self, name: str) -> Any:
        return getattr(self._shading, name)


class _NoNoise(_Altered):
    def guide(self, *arguments: Any) -> tuple[Tensor, Tensor | None]:
        guide, noise = self._shading.guide(*arguments)
        return guide, None if noise is None else torch.zeros_like(noise)


class _NoContext(_Altered):
    def shade(self, inputs: Any, context: Tensor, *rest: Any) -> Any:
        return self._shading.shade(inputs, torch.zeros_like(context), *rest)


class _MeanContext(_Altered):
    def shade(self, inputs: Any, context: Tensor, *rest: Any) -> Any:
        return self._shading.shade(inputs, context.mean((1, 2), keepdim=True).expand_as(context), *rest)


class _FieldlessShading(LayeredShading):
    """Guides with the world fields at zero."""

    def _guide(self, *arguments: object) -> tuple[Tensor, ...]:
        guide, *noise = super()._guide(*arguments)  # type: ignore[arg-type]
        guide = guide.clone()
        guide[:, FIELDS_FROM:] = 0
        return (guide, *noise)


# Sampling steps beside the usual number.
OTHER_STEPS: tuple[int, ...] = (1, 2, 5)


@dataclass(frozen=True)
class Variant:
    """The network with one part switched off: `past`, what is remembered; `shading`, from the shading to the one that stands in for it."""

    name: str
    past: WarpHistory = warp_history
    shading: Callable[[MiragePipeline], Any] = lambda pipeline: pipeline.shading


# Everywhere.
VARIANTS = (
    Variant("no 3D convolution over past features", _without_convolution),
    Variant("no cross-frame memory", _without_tokens),
    Variant("no sink frame", _without_sink),
    Variant("no steadying of the head's context", _without_steadying),
    Variant("no past at all", _without_past),
    Variant("no noise", _without_noise, lambda pipeline: _NoNoise(pipeline.shading)),
    Variant("one context for the whole picture", shading=lambda pipeline: _MeanContext(pipeline.shading)),
    Variant("no context", shading=lambda pipeline: _NoContext(pipeline.shading)),
)
# Where there is depth.
VARIANTS_WITH_DEPTH = (
    *VARIANTS,
    Variant("no motion (past left in place)", _without_motion),
    Variant("FlowNet-lite for the engine's motion", _FlowForMotion()),
    Variant("no world fields", shading=lambda pipeline: _FieldlessShading(pipeline.model.head, pipeline.backend)),
)


@contextmanager
def _altered(pipeline: MiragePipeline, variant: Variant) -> Iterator[None]:
    whole = pipeline.shading
    pipeline.warp_history, pipeline.shading = variant.past, variant.shading(pipeline)
    try:
        yield
    finally:
        pipeline.warp_history, pipeline.shading = warp_history, whole


@dataclass(frozen=True)
class Place:
    """Where parts are said to work: `streams` are rendered when they are asked for."""

    name: str
    streams: Callable[[], list[KeptStream]]
    variants: tuple[Variant, ...]


def places(spec: StreamSpec, seeds: tuple[int, ...], length: int, clips: list[Path]) -> list[Place]:
    """Walks of `length` frames in the worlds of `seeds`, with depth and as color alone, on grey boxes and on textured levels; ways there and back; clips."""

    def walks(**how: bool) -> Callable[[], list[KeptStream]]:
        return lambda: [walk(spec, seed, 3 * k + 1, length, **how) for k, seed in enumerate(seeds)]

    def returns(**how: bool) -> Callable[[], list[KeptStream]]:
        return lambda: [there_and_back(spec, seed, 3 * k + 1, length, **how) for k, seed in enumerate(seeds)]

    found = [
        Place("depth", walks(), VARIANTS_WITH_DEPTH),
        Place("depth, there and back", returns(), VARIANTS),
        Place("color alone, grey boxes", walks(color_only=True), VARIANTS),
        Place("color alone, grey boxes, there and back", returns(color_only=True), VARIANTS),
        Place("color alone, textured levels", walks(color_only=True, textured=True), VARIANTS),
    ]
    if clips:
        themes = (("forest", "day"), ("city", "night"))
        frames = min(length, 12)

        def shown() -> list[KeptStream]:
            return [clip(path, spec.width, theme, frames) for path, theme in zip(clips, themes, strict=False)]

        found.append(Place("real clips", shown, VARIANTS))
    return found


def _all_parts(steps: int) -> str:
    return f"all parts, {steps} step{'s' if steps > 1 else ''}"


def _row(place: str, variant: str, played: Played, whole: Played) -> dict[str, object]:
    def rounded(x: float | None, digits: int) -> float | None:
        return None if x is None else round(x, digits)

    difference = fmean(
        float(np.abs(a.astype(np.int16) - b).mean()) for a, b in zip(played.pictures, whole.pictures, strict=True)
    )
    return {
        "place": place, "variant": variant, "psnr": rounded(played.psnr, 2), "uncovered": rounded(played.uncovered, 2),
        "flicker": rounded(played.flicker, 3), "revisit": rounded(played.revisit, 2), "difference": round(difference, 2),
    }  # fmt: skip


def measure_ablation(
    pipeline: MiragePipeline, spec: StreamSpec, seeds: tuple[int, ...], length: int, clips: list[Path], tick: Tick
) -> list[dict[str, object]]:
    """At each of `places` a row for the whole model, for every part that is switched off, for every number of steps.

    `psnr`, `uncovered`, `flicker`, `revisit`: see `Played`. `difference`: mean distance from the whole model's pictures, 0..255.
    """
    rows: list[dict[str, object]] = []
    found = places(spec, seeds, length, clips)
    other_steps = [steps for steps in OTHER_STEPS if steps != spec.steps]
    total = sum(1 + len(place.variants) + len(other_steps) for place in found)
    for place in found:
        streams = place.streams()
        whole = play(pipeline, streams, spec.steps)

        def add(variant: str, played: Played, name: str = place.name, best: Played = whole) -> None:
            rows.append(_row(name, variant, played, best))
            tick(len(rows), total)

        add(_all_parts(spec.steps), whole)
        for variant in place.variants:
            with _altered(pipeline, variant):
                add(variant.name, play(pipeline, streams, spec.steps))
        for steps in other_steps:
            add(_all_parts(steps), play(pipeline, streams, steps))
    return rows
