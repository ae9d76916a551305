"""What late reprojection is worth: results at a few a second, an engine at 60."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from ..client.reprojection import MOST_KEYS, FrameOfNow, KeyFrame, reproject
from ..frame import InputFrame
from ..models.mirage_lsd_v1 import base_size
from ..pipelines.mirage.sampled_depth import resample_depth
from .walks import ENGINE_FPS, WALKS, Picture, SampleEngine, Walk, controls_of, open_state, psnr

RATES = (5, 10, 15, 30)
# An older key frame counts half as much as the one after it.
_FALL_OFF = 0.5


@dataclass(frozen=True)
class ReprojectionJob:
    """`size`: width and height. `frames`: of each walk. `keys`: how many results are kept. `borrow`: see `reproject`. `sheet`: where the contact sheet goes, or None."""

    model: str = "mirage-lsd-v1"
    size: tuple[int, int] = (384, 216)
    frames: int = 180
    steps: int = 3
    keys: int = MOST_KEYS
    borrow: bool = True
    sheet: Path | None = None


@dataclass(frozen=True)
class _Walked:
    """The engine's frames and the daemon's picture of each."""

    walk: Walk
    frames: list[InputFrame]
    painted: list[Picture]


def measure_reprojection(job: ReprojectionJob, tick: Callable[[str, int, int], None]) -> list[dict[str, Any]]:
    """A row for each walk and rate.

    A result takes one interval to come, so at 15 a second the engine shows frames that are 4 to 7 frames old.

    Args:
        tick: called with what is being done, frames done, frames in all.
    """
    from ..pipelines.registry import load_pipeline

    least = max(ENGINE_FPS // rate for rate in RATES) * (job.keys + 1)
    if job.frames <= least:
        raise ValueError(f"{job.frames} frames are too few: use more than {least}.")
    pipeline = load_pipeline(job.model)
    rows: list[dict[str, Any]] = []
    sheet: list[tuple[str, list[Picture]]] = []
    try:
        with SampleEngine(job.size) as engine:
            walks = [_painted(pipeline, engine, walk, job, tick) for walk in WALKS]
        for walked in walks:
            for rate in RATES:
                tick(f"{walked.walk.name}: {rate} a second", job.frames, job.frames)
                figures, pictures = _at_rate(walked, rate, job)
                rows.append({"walk": walked.walk.name, "results_a_second": rate, **figures})
                sheet.append((f"{walked.walk.name}, {rate} results a second", pictures))
    finally:
        close = getattr(pipeline, "close", None)
        if close is not None:
            close()
    if job.sheet is not None:
        _contact_sheet(sheet, job.sheet)
    return rows


def _painted(
    pipeline: Any, engine: SampleEngine, walk: Walk, job: ReprojectionJob, tick: Callable[[str, int, int], None]
) -> _Walked:
    state, controls = open_state(pipeline, job.size, job.steps), controls_of(pipeline, walk)
    walked = _Walked(walk, [], [])
    for frame in engine.frames(walk, job.frames):
        walked.frames.append(frame)
        walked.painted.append(pipeline.process(frame, state, controls).pixels.copy())
        tick(f"{walk.name}: painting every frame", len(walked.frames), job.frames)
    return walked


def _key(walked: _Walked, i: int, weight: float) -> KeyFrame:
    frame, (width, height) = walked.frames[i], walked.painted[i].shape[1::-1]
    assert frame.depth is not None
    assert frame.camera is not None
    # The base size is what a plugin keeps.
    return KeyFrame(walked.painted[i], resample_depth(frame.depth, *base_size(height, width)), frame.camera, weight)


def _at_rate(walked: _Walked, rate: int, job: ReprojectionJob) -> tuple[dict[str, Any], list[Picture]]:
    interval = ENGINE_FPS // rate
    shown: list[tuple[float, float, float]] = []
    ages: list[int] = []
    pictures: list[Picture] = []
    # As many results as are kept must have come.
    first = interval * (job.keys + 1)
    middle = first + (len(walked.frames) - first) // 2 + interval - 1
    for i in range(first, len(walked.frames)):
        newest = (i // interval - 1) * interval
        made_for = [newest - k * interval for k in range(job.keys) if newest >= k * interval]
        keys = [_key(walked, made, _FALL_OFF**k) for k, made in enumerate(made_for)]
        frame, wanted = walked.frames[i], walked.painted[i]
        assert frame.depth is not None
        assert frame.camera is not None
        found = reproject(FrameOfNow(frame.depth, frame.color, frame.camera), keys, borrow=job.borrow, threads=2)
        last = walked.painted[newest]
        shown.append((psnr(last, wanted), psnr(found.picture, wanted), found.unseen_share))
        ages.append(i - newest)
        if i == middle // interval * interval + interval - 1:
            mask = np.repeat(found.unseen[..., None], 4, -1)
            pictures = [frame.color, wanted, last, found.picture, mask]
    without, by_reprojection, unseen = (np.array(x) for x in zip(*shown, strict=True))
    figures = {
        "frames": len(shown),
        "age_frames": [min(ages), max(ages)],
        "psnr_last_picture_db": _summary(without),
        "psnr_reprojected_db": _summary(by_reprojection),
        "gain_db": round(float(np.mean(by_reprojection) - np.mean(without)), 2),
        "unseen_percent": _summary(unseen * 100),
    }
    return figures, pictures


def _summary(values: npt.NDArray[np.float64]) -> dict[str, float]:
    return {
        "mean": round(float(values.mean()), 2), "p50": round(float(np.median(values)), 2),
        "p5": round(float(np.percentile(values, 5)), 2), "p95": round(float(np.percentile(values, 95)), 2),
    }  # fmt: skip


def _contact_sheet(rows: list[tuple[str, list[Picture]]], path: Path) -> None:
    """A row for each walk and rate: the engine's picture, the result made for it, the last result, reprojected, what none saw."""
    titles = (
        "the engine's picture",
        "made for this very frame",
        "the last picture",
        "reprojected",
        "seen by none: white",
    )
    rows = [row for row in rows if row[1]]
    height, width = rows[0][1][0].shape[:2]
    bar = 22
    sheet = Image.new("RGB", (width * len(titles), (height + bar) * len(rows)), (18, 18, 22))
    draw = ImageDraw.Draw(sheet)
    for r, (title, pictures) in enumerate(rows):
        for c, picture in enumerate(pictures):
            text = titles[c] if c else f"{title}: {titles[0]}"
            draw.text((c * width + 6, r * (height + bar) + 5), text, fill=(225, 225, 230))
            sheet.paste(Image.fromarray(picture[..., :3].copy()), (c * width, r * (height + bar) + bar))
    sheet.save(path)
