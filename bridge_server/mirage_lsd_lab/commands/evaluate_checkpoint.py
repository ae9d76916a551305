"""Measures what the engine's knowledge is worth with a Stable Diffusion checkpoint: flicker, memory of places, drift, part after part.

mirage-lsd evaluate-checkpoint --model ./sd-turbo --prompt "a village of gingerbread" --sheet sheet.png
mirage-lsd evaluate-checkpoint --model ./tiny-worlds --size 160x96 --frames 24 --long 400 --json figures.json

The rows are cumulative: plain img2img per frame, + anchored noise, + warped latents, + sink attention, + key frames,
+ steadying; then all of it without depth and camera; and, where a checkpoint is told depth, with estimated depth and with none.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from mirage_lsd.commands.size import read_size

HELP = "measure what each part of the temporal pipeline is worth with a checkpoint"

_COLUMNS = (
    ("variant", "part"), ("warp_ratio", "flicker: change of a surface from picture to picture over the input's own"),
    ("revisit_ratio", "change of a view after a look elsewhere over plain img2img's flicker"),
    ("drift_db", "last round against the second, less the third against the second"), ("sharpness", "over plain img2img's"),
    ("late_sharpness", "the same at the drift's end"), ("ms", "median time of a picture here"),
)  # fmt: skip


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds this command's options."""
    parser.add_argument("--model", type=Path, required=True, metavar="FOLDER", help="a checkpoint in diffusers format")
    parser.add_argument(
        "--controlnet", action="append", default=[], metavar="[KIND=]FOLDER", help="as for `mirage-lsd serve`"
    )
    parser.add_argument("--vae", type=Path, metavar="FOLDER", help="as for `mirage-lsd serve`")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda (default: %(default)s)")
    parser.add_argument(
        "--accel", choices=("eager", "auto", "tensorrt"), default="eager", help="as for `mirage-lsd serve`"
    )
    parser.add_argument("--prompt", default="a snowy village at night", help="default: %(default)s")
    parser.add_argument("--size", default="512x288", help="WIDTHxHEIGHT (default: %(default)s)")
    parser.add_argument("--frames", type=int, default=40, help="of each of two walks (default: %(default)s)")
    parser.add_argument("--long", type=int, default=2_000, help="frames of the drift's stream (default: %(default)s)")
    parser.add_argument("--denoise", type=float, default=0.65, help="0.05 to 1 (default: %(default)s)")
    parser.add_argument("--steps", type=int, help="default: the checkpoint's")
    parser.add_argument("--steadiness", type=float, default=0.8, help="0 to 0.95 (default: %(default)s)")
    parser.add_argument("--guidance", type=float, default=1.0, help="default: %(default)s")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures, after each part")
    parser.add_argument(
        "--sheet", type=Path, metavar="FILE", help="write a contact sheet: the input, then a row a variant (PNG)"
    )


def run(args: argparse.Namespace) -> int:
    """Runs the measures and prints them."""
    try:
        import torch

        from mirage_lsd.accel.select import resolve_device
        from mirage_lsd.pipelines.diffusers.files import CheckpointFiles, control_of
        from mirage_lsd.pipelines.diffusers.loading import load_checkpoint
        from mirage_lsd.pipelines.diffusers.select_graphs import compiled_by

        from ..evaluation.checkpoint import CheckpointJob, evaluate_checkpoint

        size = read_size(args.size)
        if args.frames < 4 or args.long < 80:
            raise ValueError("--frames takes at least 4, --long at least 80.")
        files = CheckpointFiles(
            args.model, controlnets=tuple(control_of(text) for text in args.controlnet), vae=args.vae
        )
        checkpoint = load_checkpoint(files, resolve_device(args.device))
        checkpoint.compiled = compiled_by(args.accel, checkpoint)
    except ImportError as error:
        print(
            f"mirage-lsd evaluate-checkpoint: {error.name} is missing: pip install 'mirage-lsd[diffusers]'.",
            file=sys.stderr,
        )
        return 1
    except ValueError as error:
        print(f"mirage-lsd evaluate-checkpoint: {error}", file=sys.stderr)
        return 1
    controls = {
        "denoise": args.denoise,
        "guidance": args.guidance,
        "steps": float(args.steps or checkpoint.steps),
        "steadiness": args.steadiness,
    }
    job = CheckpointJob(size, args.frames, args.long, args.prompt, controls, args.sheet)
    about = {"model": files.name, "size": args.size, "controls": controls, "prompt": args.prompt}
    about |= {"frames": args.frames, "long": args.long}
    console = Console()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with torch.no_grad(), Progress(*columns, console=console, transient=True) as bar:
        tasks: dict[str, TaskID] = {}

        def tick(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=total)
            bar.update(tasks[what], completed=done)

        rows = []
        for row in evaluate_checkpoint(checkpoint, job, tick):
            rows.append(row)
            if args.json is not None:
                args.json.write_text(json.dumps({**about, "rows": rows}, indent=2) + "\n", encoding="utf-8")
    table = Table(
        *(key for key, _ in _COLUMNS),
        title=f"{files.name}, {args.size}, {int(controls['steps'])} steps, {checkpoint.device}",
    )
    for row in rows:
        table.add_row(*(str(row[key]) for key, _ in _COLUMNS))
    console.print(table)
    for key, meaning in _COLUMNS[1:]:
        console.print(f"{key}: {meaning}")
    return 0
