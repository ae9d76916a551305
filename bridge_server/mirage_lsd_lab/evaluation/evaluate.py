"""`mirage-lsd evaluate`: the shipped pipeline on held-out worlds (seeds below 1,000; training uses those from 1,000,000)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import imageio_ffmpeg
import torch
from PIL import Image
from torch import Tensor

from mirage_lsd.pipelines.base import StreamSpec
from mirage_lsd.pipelines.mirage.pipeline import MiragePipeline

from ..training.worlds.sample import render
from .ablation import measure_ablation
from .clips import find_clips, measure_clip
from .held_out import measure_held_out
from .long_path import measure_drift
from .people.measure import measure_people
from .roll_outs import measure_revisit, measure_roll_outs
from .scenario import themed_world
from .textured_levels import measure_textured_levels
from .theme_classifier import accuracy, read_or_train

HELD_OUT_SEEDS = tuple(range(200, 224))
ROLL_OUT_SEEDS = (300, 301, 302, 303)
LONG_SEED = 310
TEXTURED_SEEDS = (320, 321, 322, 323, 324, 325)
# Four worlds of each theme: with half as many, one picture moved the accuracy by a hundredth.
CLASSIFIER_SEEDS = tuple(range(400, 592))
# What needs many frames is measured at this size.
SMALL_SIZE = (320, 180)


@dataclass(frozen=True)
class EvaluationJob:
    """What to measure.

    Attributes:
        size: width, height in pixels. roll_out: frames of each roll-out. long_path: frames of the drift's one stream.
        textured: frames in each textured level. ablation: also measure what each part is worth (minutes).
        clips: frames of each real clip in each theme, 0: none. judge_levels: that the judge of themes learns from, None: its own number.
        judge: a file that it is read from, or written to where there is none.
        sheet, video: where to write a contact sheet (PNG) and the roll-outs (MP4).
    """

    size: tuple[int, int] = (640, 360)
    steps: int = 3
    roll_out: int = 60
    long_path: int = 5000
    ablation: bool = True
    textured: int = 6
    clips: int = 24
    judge_levels: int | None = None
    judge: Path | None = None
    sheet: Path | None = None
    video: Path | None = None


def evaluate(
    pipeline: MiragePipeline,
    job: EvaluationJob,
    progress: Callable[[str, int, int], None] = lambda what, done, total: None,
) -> dict[str, object]:
    """Runs every measure; `progress` is called with what is being done, and how much of it is.

    Returns:
        `psnr` (dB), `ssim`, `sharpness`, `warp_error`, `warp_ratio` (to the target video's own), `revisit_error`, `revisit_ratio` (to the output's
        frame-to-frame error), `drift_db`, `control_accuracy` (and of the classifier on targets), `color_only` {psnr, ssim, sharpness, warp_ratio},
        `textured`, `people` (empty without their networks), `ablation`, `clips`, `state_bytes`, `seeds`, `model`, `steps`, `width`, `height`.
    """
    width, height = job.size

    def tick(what: str) -> Callable[[int, int], None]:
        return lambda done, total: progress(what, done, total)

    spec = StreamSpec(width, height, width, height, job.steps, planes=("color", "depth"))
    blind_spec = StreamSpec(width, height, width, height, job.steps)
    held = measure_held_out(pipeline, spec, HELD_OUT_SEEDS, tick("held-out worlds"))
    streams = measure_roll_outs(pipeline, spec, ROLL_OUT_SEEDS, job.roll_out, tick("roll-outs"))
    revisit = measure_revisit(pipeline, spec, ROLL_OUT_SEEDS, tick("revisits"))
    small = StreamSpec(*SMALL_SIZE, *SMALL_SIZE, job.steps, planes=("color", "depth"))
    drift = measure_drift(pipeline, small, LONG_SEED, job.long_path, tick(f"drift over {job.long_path} frames"))
    blind = measure_held_out(pipeline, blind_spec, HELD_OUT_SEEDS, tick("color alone"), color_only=True)
    blind_streams = measure_roll_outs(
        pipeline, blind_spec, ROLL_OUT_SEEDS[:2], job.roll_out, tick("color alone, roll-outs"), color_only=True
    )
    classifier = read_or_train(job.judge, tick("classifier"), job.judge_levels)
    judged = measure_held_out(pipeline, small, CLASSIFIER_SEEDS, tick("theme recognised"))
    worlds = [themed_world(seed, i, small.width / small.height) for i, seed in enumerate(CLASSIFIER_SEEDS)]
    ceiling = [(render(world, small.height, small.width).target, world.scene, world.lighting) for world in worlds]
    textured = measure_textured_levels(pipeline, spec, TEXTURED_SEEDS, job.textured, tick("textured levels"))
    people = measure_people(pipeline, classifier, tick("people"))
    paths = find_clips() if job.clips else []
    clips = [measure_clip(pipeline, p, job.clips, classifier, tick(f"clip {p.stem}")) for p in paths]
    figures: dict[str, object] = {
        "model": pipeline.name, "steps": job.steps, "width": width, "height": height,
        "psnr": round(held.psnr, 2), "ssim": round(held.ssim, 3), "sharpness": round(held.sharpness, 3),
        "warp_error": round(streams.output_error, 2),
        "warp_ratio": round(streams.output_error / streams.target_error, 3),
        "revisit_error": round(revisit, 3),
        "revisit_ratio": round(revisit / streams.output_error, 3),
        "drift_db": round(drift.db, 2), "drift_frames": job.long_path,
        "control_accuracy": round(accuracy(classifier, judged.outputs), 3),
        "control_accuracy_of_targets": round(accuracy(classifier, ceiling), 3),
        "color_only": {
            "psnr": round(blind.psnr, 2), "ssim": round(blind.ssim, 3), "sharpness": round(blind.sharpness, 3),
            "warp_ratio": round(blind_streams.output_error / blind_streams.target_error, 3),
        },
        "state_bytes": [drift.early_bytes, drift.late_bytes],
        "textured": {
            "psnr": round(textured.psnr, 2), "detail": round(textured.detail, 3),
            "color_only_psnr": round(textured.color_only_psnr, 2), "moving_ratio": round(textured.moving_ratio, 3),
            "untold_moving_ratio": round(textured.untold_moving_ratio, 3),
        },
        "people": people,
        "clips": [figures for figures, _ in clips],
        "ablation": [],
        "seeds": {
            "held_out": list(HELD_OUT_SEEDS), "roll_out": list(ROLL_OUT_SEEDS), "drift": LONG_SEED,
            "classifier": list(CLASSIFIER_SEEDS),
        },
    }  # fmt: skip
    if job.ablation:
        figures["ablation"] = measure_ablation(
            pipeline, small, ROLL_OUT_SEEDS[:2], min(job.roll_out, 24), paths, tick("ablation")
        )
    if job.sheet is not None:
        _write_sheet(held.rows, job.sheet)
        write_rows(textured.rows, job.sheet.with_stem(job.sheet.stem + "-textured"))
        for path, (_, pictures) in zip(paths, clips, strict=True):
            write_clip(pictures, path, job.sheet)
    if job.video is not None:
        h, w, _ = streams.frames[0].shape
        writer = imageio_ffmpeg.write_frames(str(job.video), (w, h), fps=24, macro_block_size=1, quality=7)
        writer.send(None)
        for frame in streams.frames:
            writer.send(frame.tobytes())
        writer.close()
    return figures


def write_rows(rows: list[Tensor], path: Path) -> None:
    """Writes pictures of one width, (3, H, W) in 0..1, one below the other (PNG)."""
    array = (torch.cat(rows, 1).clamp(0, 1) * 255).to(torch.uint8).permute(1, 2, 0).numpy()
    Image.fromarray(array).save(path)


def write_clip(pictures: list[Tensor], clip: Path, sheet: Path) -> None:
    """Writes what `measure_clip` showed, three pictures in a row, beside `sheet`."""
    rows = [torch.cat(pictures[i : i + 3], 2) for i in range(0, len(pictures), 3)]
    write_rows(rows, sheet.with_stem(f"{sheet.stem}-{clip.stem}"))


def _write_sheet(rows: list[Tensor], path: Path) -> None:
    half = len(rows) // 2
    columns = [torch.cat(rows[:half], 1), torch.cat(rows[half : 2 * half], 1)]
    array = (torch.cat(columns, 2).clamp(0, 1) * 255).to(torch.uint8).permute(1, 2, 0).numpy()
    Image.fromarray(array).resize((array.shape[1] // 2, array.shape[0] // 2), Image.Resampling.LANCZOS).save(path)
