"""Trains a small checkpoint in diffusers format on the worlds: text and depth in, a picture out, at most 12 MB.

mirage-lsd train-checkpoint --run runs/tiny --minutes 40          goes on where the run stopped
mirage-lsd train-checkpoint --run runs/tiny --export tiny-worlds  writes the folder
mirage-lsd serve --model ./tiny-worlds

It is small on purpose: something that paints, for tests and for trying the machinery on a CPU.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

HELP = "train a small checkpoint in diffusers format on the worlds"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds this command's options."""
    parser.add_argument(
        "--run", type=Path, default=Path("runs/tiny"), dest="folder", help="the run's folder (default: %(default)s)"
    )
    parser.add_argument(
        "--minutes", type=float, default=40.0, help="of computing, for the UNet, in this call (default: %(default)s)"
    )
    parser.add_argument(
        "--vae-minutes", type=float, default=12.0, help="of the autoencoder, over all calls (default: %(default)s)"
    )
    parser.add_argument("--worlds", type=int, default=2_000, help="pictures to render once (default: %(default)s)")
    parser.add_argument("--rate", type=float, default=1e-3, help="learning rate (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="of weights, worlds and noise (default: %(default)s)")
    parser.add_argument(
        "--export", type=Path, metavar="FOLDER", help="don't train: write the averaged weights as a folder"
    )


def run(args: argparse.Namespace) -> int:
    """Trains or exports."""
    try:
        from ..training.checkpoint.networks import write_folder
        from ..training.checkpoint.train import CheckpointTraining, load_parts, train_checkpoint
    except ImportError as error:
        print(
            f"mirage-lsd train-checkpoint: {error.name} is missing: pip install 'mirage-lsd[diffusers]'.",
            file=sys.stderr,
        )
        return 1
    if args.export is not None:
        try:
            parts = load_parts(args.folder)
        except FileNotFoundError as error:
            print(
                f"mirage-lsd train-checkpoint: {error.filename} is not there; train first with --run {args.folder}.",
                file=sys.stderr,
            )
            return 1
        write_folder(parts, args.export)
        print(f"{args.export}: try it with `mirage-lsd serve --model {args.export}`")
        return 0
    if args.minutes <= 0 or args.vae_minutes <= 0 or args.worlds < 16 or not 0 < args.rate <= 0.1:
        print(
            "mirage-lsd train-checkpoint: minutes must be positive, --worlds at least 16, --rate at most 0.1.",
            file=sys.stderr,
        )
        return 1
    with Progress(TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn()) as bar:
        tasks: dict[str, TaskID] = {}

        def report(what: str, done: float, total: float) -> None:
            stage = what.split(",")[0]
            if stage not in tasks:
                tasks[stage] = bar.add_task(what, total=total)
            bar.update(tasks[stage], completed=done, total=total, description=what)

        options = CheckpointTraining(args.folder, args.worlds, args.vae_minutes, args.minutes, args.rate, args.seed)
        train_checkpoint(options, report)
    print(f"{args.folder}: write it with `mirage-lsd train-checkpoint --run {args.folder} --export FOLDER`")
    return 0
