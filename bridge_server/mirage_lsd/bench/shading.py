"""What an engine gets that shades by itself (shared_protocol/shading): the same picture, with contexts that are a few frames old."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from ..frame import Camera, InputFrame
from ..models.mirage_lsd_v1 import base_size
from ..models.seed import seed_offset
from ..pipelines.mirage.engine_shade import context_of_pixels, pack_constants, pack_weights, slot_table
from ..pipelines.mirage.frame_inputs import FrameInputs, frame_inputs
from ..pipelines.mirage.look import Look
from .walks import ENGINE_FPS, WALKS, Picture, SampleEngine, Walk, controls_of, open_state, psnr

AGES = (1, 3, 6, 12)
RATES = (15, 30, 60)
_HALF_BYTES = 2
_COST_ROUNDS = 12


@dataclass(frozen=True)
class ShadingJob:
    """`size`: width and height. `frames`: of each walk."""

    model: str = "mirage-lsd-v1"
    size: tuple[int, int] = (384, 216)
    frames: int = 180
    steps: int = 3


@dataclass
class _Walked:
    """The engine's frames, the daemon's picture of each, and for each rate the contexts of the frames that were sent."""

    walk: Walk
    frames: list[InputFrame] = field(default_factory=list)
    painted: list[Picture] = field(default_factory=list)
    contexts: dict[int, dict[int, Tensor]] = field(default_factory=dict)


def measure_shading(job: ShadingJob, tick: Callable[[str, int, int], None]) -> dict[str, Any]:
    """PSNR for each walk and age or rate; contexts a second; bytes.

    Args:
        tick: called with what is being done, frames done, frames in all.
    """
    from ..pipelines.mirage.pipeline import MiragePipeline
    from ..pipelines.registry import load_pipeline

    least = max(AGES) + 2 * ENGINE_FPS // min(RATES)
    if job.frames <= least:
        raise ValueError(f"{job.frames} frames are too few: use more than {least}.")
    pipeline = load_pipeline(job.model)
    if not isinstance(pipeline, MiragePipeline):
        raise ValueError(f"{job.model} has no context that an engine could shade with.")
    rows: list[dict[str, Any]] = []
    milliseconds: list[float] = []
    try:
        with SampleEngine(job.size) as engine:
            walks = [_painted(pipeline, engine, walk, job, milliseconds, tick) for walk in WALKS]
            cost = _cost(pipeline, engine, walks[-1])
        for walked in walks:
            for contexts, pairs in _schedules(walked):
                tick(f"{walked.walk.name}: {contexts}", job.frames, job.frames)
                rows.append({"walk": walked.walk.name, "contexts": contexts, **_figures(pipeline, walked, pairs)})
    finally:
        pipeline.close()
    base = base_size(job.size[1], job.size[0])
    _, channels, h, w = walked.contexts[ENGINE_FPS][0].shape
    head = pipeline.model.head.weights(_controls(pipeline, WALKS[0]))
    p50, p95 = np.percentile(milliseconds, (50, 95))
    return {
        "model": job.model,
        "size": list(job.size),
        "steps": job.steps,
        "psnr": rows,
        "context_ms": {"p50": round(float(p50), 2), "p95": round(float(p95), 2)},
        "contexts_a_second": {"p50": round(1e3 / float(p50), 1), "p95": round(1e3 / float(p95), 1)},
        "engine_pass": cost,
        # Color and depth at the base size, and the context in half precision.
        "bytes_up": base[0] * base[1] * (4 + 4),
        "bytes_down": h * w * channels * _HALF_BYTES,
        "bytes_weights": sum(x.numel() for part in head for x in part) * _HALF_BYTES,
    }


def _controls(pipeline: Any, walk: Walk) -> Tensor:
    vector: Tensor = pipeline._control_vector(Look.of(controls_of(pipeline, walk)))
    return vector


def _painted(
    pipeline: Any,
    engine: SampleEngine,
    walk: Walk,
    job: ShadingJob,
    milliseconds: list[float],
    tick: Callable[[str, int, int], None],
) -> _Walked:
    """Each rate has a stream of its own, which sees only the frames that are sent to it."""
    walked = _Walked(walk, contexts={rate: {} for rate in RATES})
    controls = controls_of(pipeline, walk)
    states = {rate: open_state(pipeline, job.size, job.steps) for rate in RATES}
    for i, frame in enumerate(engine.frames(walk, job.frames)):
        walked.frames.append(frame)
        for rate, state in states.items():
            if i % (ENGINE_FPS // rate) == 0:
                result = pipeline.process(frame, state, controls)
                walked.contexts[rate][i] = state.context.clone()
                if rate == ENGINE_FPS:
                    walked.painted.append(result.pixels.copy())
                    # The first frames warm up.
                    if i >= 5:
                        milliseconds.append(sum(v for k, v in result.timings_us.items() if k != "shade") / 1e3)
        tick(f"{walk.name}: painting every frame", i + 1, job.frames)
    return walked


def _cost(pipeline: Any, engine: SampleEngine, walked: _Walked) -> dict[str, Any]:
    """Processor time that shading adds to a frame of the engine, beside that of the kernels for CPUs, in turns."""
    frame, context = walked.frames[-1], next(reversed(walked.contexts[ENGINE_FPS].values()))
    inputs = _inputs(pipeline, walked.walk, frame)
    vector = _controls(pipeline, walked.walk)
    with torch.no_grad():
        matrices, biases = pipeline.model.head.weights(vector)
    shading = engine.shading_pass()
    try:
        shading.set_weights(pack_weights([m[0].cpu().numpy() for m in matrices], [b[0].cpu().numpy() for b in biases]))
        shading.set_slots(slot_table())
        shading.set_context(context.permute(0, 2, 3, 1)[0].contiguous().numpy())
        shading.set_constants(pack_constants(inputs, frame.color.shape[:2], (context.shape[2], context.shape[3])))
        times: dict[str, list[float]] = {"without": [], "with": [], "kernels": []}
        for _ in range(_COST_ROUNDS):
            shading.set_active(False)
            times["without"].append(_processor_ms(engine.draw))
            shading.set_active(True)
            times["with"].append(_processor_ms(engine.draw))
            times["kernels"].append(_processor_ms(lambda: _shade(pipeline, inputs, context, vector, None)))
        driver = shading.driver
    finally:
        shading.close()
    # The first rounds compile.
    p50 = {name: float(np.median(values[2:])) for name, values in times.items()}
    added = p50["with"] - p50["without"]
    return {"driver": driver, "processor_ms": round(added, 2), "kernels_processor_ms": round(p50["kernels"], 2)}


def _processor_ms(work: Callable[[], object]) -> float:
    """Of all the process's threads."""
    start = time.process_time()
    work()
    return (time.process_time() - start) * 1e3


def _inputs(pipeline: Any, walk: Walk, frame: InputFrame) -> FrameInputs:
    look = Look.of(controls_of(pipeline, walk))
    assert frame.sun is not None
    return frame_inputs(frame, look, frame.sun.direction, seed_offset(look.seed).numpy())


def _schedules(walked: _Walked) -> Iterator[tuple[str, list[tuple[int, int, Tensor]]]]:
    """What is compared: a name, and for each frame its number, the number of the frame that its context is of, and the context."""
    count, first = len(walked.frames), max(AGES)
    fresh = walked.contexts[ENGINE_FPS]
    for age in AGES:
        yield f"{age} frame{'s' * (age > 1)} old", [(i, i - age, fresh[i - age]) for i in range(first, count)]
    for rate in RATES:
        interval = ENGINE_FPS // rate
        made = [(i, (i // interval - 1) * interval) for i in range(max(first, 2 * interval), count)]
        ages = f"{interval} to {2 * interval - 1} frames" if interval > 1 else "1 frame"
        name = f"{rate} a second, {ages} old"
        yield name, [(i, j, walked.contexts[rate][j]) for i, j in made]


def _figures(pipeline: Any, walked: _Walked, pairs: list[tuple[int, int, Tensor]]) -> dict[str, Any]:
    looked_up, as_it_is = [], []
    vector = _controls(pipeline, walked.walk)
    for i, made_for, context in pairs:
        inputs = _inputs(pipeline, walked.walk, walked.frames[i])
        camera = walked.frames[made_for].camera
        assert camera is not None
        looked_up.append(psnr(_shade(pipeline, inputs, context, vector, camera), walked.painted[i]))
        as_it_is.append(psnr(_shade(pipeline, inputs, context, vector, None), walked.painted[i]))
    return {"frames": len(pairs), "looked_up_db": _summary(looked_up), "as_it_is_db": _summary(as_it_is)}


def _shade(pipeline: Any, inputs: FrameInputs, context: Tensor, vector: Tensor, camera: Camera | None) -> Picture:
    if camera is not None:
        context = context_of_pixels(context, inputs, camera)
    height, width = inputs.color.shape[:2]
    cells = context.permute(0, 2, 3, 1).contiguous()
    picture: Picture = pipeline.shading.shade(inputs, cells, vector, (height, width))
    return picture


def _summary(values: list[float]) -> dict[str, float]:
    array: npt.NDArray[np.float64] = np.array(values)
    return {
        "mean": round(float(array.mean()), 2),
        "p50": round(float(np.median(array)), 2),
        "p5": round(float(np.percentile(array, 5)), 2),
    }
