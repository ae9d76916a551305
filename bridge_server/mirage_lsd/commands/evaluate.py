"""Measures a model on held-out worlds: PSNR, SSIM, sharpness, warp error and drift, with a contact sheet.

mirage-lsd evaluate                               the shipped model, 640x360, 3 steps
mirage-lsd evaluate --quick --json figures.json   a short run
mirage-lsd evaluate --model runs/v1/weights.safetensors --sheet sheet.png
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from rich.console import Console
from rich.progress import Progress, TaskID
from rich.table import Table

from .size import read_size

HELP = "measure a model's pictures on held-out worlds"


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
    parser.add_argument("--quick", action="store_true", help="320x180 and 24 frames a roll-out")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures")
    parser.add_argument("--sheet", type=Path, metavar="FILE", help="write a contact sheet: input, output, target (PNG)")


def run(args: argparse.Namespace) -> int:
    """Runs the measures and prints them."""
    from ..models.registry import load_pipeline
    from ..pipeline.mirage import MiragePipeline
    from ..training.evaluate import evaluate

    try:
        width, height = read_size(args.size)
        if args.quick:
            width, height, args.frames = 320, 180, min(args.frames, 24)
        if args.frames < 4:
            raise ValueError("--frames takes at least 4.")
        pipeline = load_pipeline(args.model, args.device)
        if not isinstance(pipeline, MiragePipeline):
            raise ValueError(f"{args.model} is no network; evaluate takes mirage-lsd-v1 or a .safetensors file.")
    except ValueError as error:
        print(f"mirage-lsd evaluate: {error}", file=sys.stderr)
        return 1
    console = Console()
    with Progress(console=console, transient=True) as bar:
        tasks: dict[str, TaskID] = {}

        def progress(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=total)
            bar.update(tasks[what], completed=done)

        figures = evaluate(pipeline, (width, height), args.steps, args.frames, args.sheet, progress)
    table = Table("measure", "value", title=f"{pipeline.name}, {width}x{height}, {args.steps} steps, {pipeline.device}")
    for key in ("psnr", "ssim", "sharpness", "warp_error", "warp_ratio", "drift_db"):
        table.add_row(key, str(figures[key]))
    table.add_row("color_only.psnr", str(figures["color_only"]["psnr"]))  # type: ignore[index]
    console.print(table)
    if args.json is not None:
        args.json.write_text(json.dumps(figures, indent=2) + "\n")
    return 0
