"""Drift: does frame 5,000 look as good as frame 50?"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import fmean

from mirage_lsd.pipelines.base import StreamSpec
from mirage_lsd.pipelines.mirage.pipeline import MiragePipeline

from ..training.worlds.sample import render
from .measures import psnr
from .progress import Tick
from .scenario import as_tensor, controls_of, input_frame, themed_world, turned

# The path is walked to its end and back, again and again, so that early and late frames show the very same views.
_VIEWS = 50
_EARLY = 50
_COMPARED = 20


@dataclass(frozen=True)
class Drift:
    """PSNR of the late frames less that of the early ones, dB (negative: worse); the state's size at both, bytes."""

    db: float
    early_bytes: int
    late_bytes: int


def measure_drift(pipeline: MiragePipeline, spec: StreamSpec, seed: int, frames: int, tick: Tick) -> Drift:
    """One uninterrupted stream of `frames` frames."""
    start = themed_world(seed, 4, spec.width / spec.height)
    worlds = [turned(start, 0.02 * i, 0.05 * i) for i in range(_VIEWS)]
    pictures = [render(world, spec.height, spec.width) for world in worlds]
    state = pipeline.create_state(spec)
    period = 2 * _VIEWS
    late = (frames - _EARLY) // period * period + _EARLY - _COMPARED
    early_scores: list[float] = []
    late_scores: list[float] = []
    sizes = []
    for i in range(late + _COMPARED):
        at = i % period
        at = at if at < _VIEWS else period - 1 - at
        frame = input_frame(i + 1, worlds[at], pictures[at])
        output = pipeline.process(frame, state, controls_of(worlds[at])).pixels
        for begin, scores in ((_EARLY - _COMPARED, early_scores), (late, late_scores)):
            if begin <= i < begin + _COMPARED:
                scores.append(psnr(as_tensor(output), pictures[at].target))
                sizes.append(state.bytes())
        if i % 20 == 0:
            tick(i + 1, late + _COMPARED)
    return Drift(fmean(late_scores) - fmean(early_scores), sizes[0], sizes[-1])
