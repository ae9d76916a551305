"""Measures a model on held-out worlds: picture quality, flicker, memory of places, drift, control, color alone, and what each part is worth.

mirage-lsd evaluate                               the shipped model, 640x360, 3 steps (about an hour on two cores)
mirage-lsd evaluate --quick --json figures.json   a short run, under ten minutes, without the ablation
mirage-lsd evaluate --model runs/v1/weights.safetensors --sheet sheet.png --video walks.mp4
mirage-lsd evaluate --ablation --frames 12        what each part is worth, and nothing else
mirage-lsd evaluate --games game.lsdrec           recordings of games with depth, and nothing else
mirage-lsd evaluate --camera --judge judge.safetensors    real clips and people, and nothing else
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from mirage_lsd.commands.size import read_size

from .evaluate_ablation import print_ablation, run_ablation
from .evaluate_camera import add_clip, add_people, run_camera
from .evaluate_games import run_games

HELP = "measure a model's pictures on held-out worlds"

# What each figure means, and what is asked of the shipped model.
_MEANINGS = (
    ("psnr", "dB, against the world's own rendering in the theme", ">= 28"),
    ("ssim", "structural similarity with it", ">= 0.88"),
    ("sharpness", "high-frequency energy over the target's", "0.7 to 1.2"),
    ("warp_error", "change of a surface from frame to frame, 0..255", ""),
    ("warp_ratio", "the same over the target video's own", "<= 1.15"),
    ("revisit_error", "change of a view after 60 frames elsewhere, 0..255", ""),
    ("revisit_ratio", "the same over the warp error", "<= 1.3"),
    ("drift_db", "PSNR of the longest stream's end less its beginning", ">= -1"),
    ("control_accuracy", "theme and lighting both recognised in the output", ">= 0.95"),
    ("control_accuracy_of_targets", "the same in the targets: the classifier's own limit", ""),
)

_TEXTURED = {
    "psnr": (">= 28", "levels with finished textures, against the world in the theme"),
    "detail": ("", "correlation of the logarithmic high-pass, output with input"),
    "moving_ratio": ("<= 1.2", "change of what moves from frame to frame over the input's own"),
    "untold_moving_ratio": ("", "the same where no slot says how things move"),
    "color_only_psnr": (">= 23", "the same levels without depth and camera"),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds this command's options."""
    parser.add_argument(
        "--model", default="mirage-lsd-v1", help="a model's name or a .safetensors file (default: %(default)s)"
    )
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda (default: %(default)s)")
    parser.add_argument("--size", default="640x360", help="WIDTHxHEIGHT (default: %(default)s)")
    parser.add_argument(
        "--steps", type=int, default=3, choices=range(1, 9), help="denoising steps (default: %(default)s)"
    )
    parser.add_argument("--frames", type=int, default=60, help="frames of each roll-out (default: %(default)s)")
    parser.add_argument("--long", type=int, default=5000, help="frames of the drift's stream (default: %(default)s)")
    parser.add_argument(
        "--quick", action="store_true", help="320x180, 24 frames a roll-out, 1,000 of drift, no ablation"
    )
    parser.add_argument("--no-ablation", action="store_true", help="leave out what each part is worth")
    parser.add_argument(
        "--ablation",
        action="store_true",
        help="measure what each part is worth, and nothing else; walks of at most 24 --frames in --worlds",
    )
    parser.add_argument(
        "--worlds", type=int, default=2, choices=range(1, 5), help="worlds of --ablation (default: %(default)s)"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures")
    parser.add_argument(
        "--sheet",
        type=Path,
        metavar="FILE",
        help="write contact sheets: input, output, target (PNG); beside it textured levels and real clips",
    )
    parser.add_argument("--video", type=Path, metavar="FILE", help="write the roll-outs: input, output (MP4)")
    parser.add_argument(
        "--judge",
        type=Path,
        metavar="FILE",
        help="read the judge of themes from this file (.safetensors); train it and write it there where there is none",
    )
    parser.add_argument(
        "--camera",
        action="store_true",
        help="measure real clips, color alone, and people instead; --frames of each clip, --judge, --json, --sheet",
    )
    parser.add_argument(
        "--games",
        type=Path,
        nargs="+",
        metavar="FILE",
        help="measure these recordings of games with depth and cameras instead (mirage-lsd record, or .npz); --frames of each, --json, --sheet",
    )


def run(args: argparse.Namespace) -> int:
    """Runs the measures and prints them."""
    from mirage_lsd.pipelines.mirage.pipeline import MiragePipeline
    from mirage_lsd.pipelines.registry import load_pipeline

    from ..evaluation.evaluate import EvaluationJob, evaluate

    try:
        size = read_size(args.size)
        if args.frames < 4 or args.long < 150:
            raise ValueError("--frames takes at least 4, --long at least 150.")
        pipeline = load_pipeline(args.model, args.device)
        if not isinstance(pipeline, MiragePipeline):
            raise ValueError(f"{args.model} is no network; evaluate takes mirage-lsd-v1 or a .safetensors file.")
        if args.games:
            return run_games(pipeline, args.games, args.frames, args.json, args.sheet)
        if args.camera:
            return run_camera(pipeline, args.frames, args.judge, args.json, args.sheet)
        if args.ablation:
            return run_ablation(pipeline, args.steps, args.worlds, min(args.frames, 24), args.json)
    except (ValueError, OSError) as error:
        print(f"mirage-lsd evaluate: {error}", file=sys.stderr)
        return 1
    frames, long_path, ablation = args.frames, args.long, not args.no_ablation
    if args.quick:
        size, frames, long_path, ablation = (320, 180), min(frames, 24), min(long_path, 1000), False
    job = EvaluationJob(
        size,
        args.steps,
        frames,
        long_path,
        ablation,
        textured=3 if args.quick else 6,
        clips=6 if args.quick else 24,
        judge_levels=100 if args.quick else None,
        judge=args.judge,
        sheet=args.sheet,
        video=args.video,
    )
    console = Console()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        tasks: dict[str, TaskID] = {}

        def progress(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=total)
            bar.update(tasks[what], completed=done)

        figures = evaluate(pipeline, job, progress)
    _print(console, figures, str(pipeline.device))
    if args.json is not None:
        args.json.write_text(json.dumps(figures, indent=2) + "\n")
    return 0


def _print(console: Console, figures: dict[str, Any], device: str) -> None:
    title = f"{figures['model']}, {figures['width']}x{figures['height']}, {figures['steps']} steps, {device}"
    table = Table("measure", "value", "asked", "meaning", title=title)
    for key, meaning, asked in _MEANINGS:
        table.add_row(key, str(figures[key]), asked, meaning)
    for key, value in figures["color_only"].items():
        table.add_row(
            f"color_only.{key}",
            str(value),
            {"psnr": ">= 22", "warp_ratio": "<= 1.6"}.get(key, ""),
            "no depth, no camera",
        )
    table.add_row(
        "state_bytes", " = ".join(map(str, figures["state_bytes"])), "constant", "one stream's state, early and late"
    )
    for key, (asked, meaning) in _TEXTURED.items():
        table.add_row(f"textured.{key}", str(figures["textured"][key]), asked, meaning)
    add_people(table, figures["people"])
    for clip in figures["clips"]:
        add_clip(table, clip)
    console.print(table)
    print_ablation(console, figures["ablation"])
