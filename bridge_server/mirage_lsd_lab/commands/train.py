"""Trains mirage-lsd-v1 on worlds that are rendered while training. Continues from the run's last checkpoint.

    mirage-lsd train --run runs/v1 --minutes 90
    mirage-lsd train --run runs/v2 --minutes 60 --start shipped        go on from the weights of this installation
    mirage-lsd train --run runs/v3 --minutes 30 --start shipped --parts estimator,denoiser
    mirage-lsd train --run runs/v1 --export runs/v1/weights.safetensors
    mirage-lsd train --mean-of a.safetensors b.safetensors --export mean.safetensors
    mirage-lsd evaluate --model runs/v1/weights.safetensors

Every three minutes the checkpoint and `preview.png` (held-out worlds: input, 1 step, 3 steps, color alone, target) are written to the run's folder.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

HELP = "train the model further, or export a checkpoint's weights"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds this command's options."""
    parser.add_argument(
        "--run", type=Path, default=Path("runs/v1"), dest="folder", help="the run's folder (default: %(default)s)"
    )
    parser.add_argument("--minutes", type=float, default=60.0, help="time budget of this call (default: %(default)s)")
    parser.add_argument("--batch", type=int, default=4, help="examples a step (default: %(default)s)")
    parser.add_argument(
        "--rate",
        type=float,
        default=0.02,
        help="learning rate of Muon at the start of this call; less for a trained model (default: %(default)s)",
    )
    parser.add_argument("--seed", type=int, default=0, help="of weights, worlds and noise (default: %(default)s)")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda (default: %(default)s)")
    parser.add_argument(
        "--start",
        metavar="FILE",
        help="weights that a new run begins with: a .safetensors file, or `shipped` for this installation's (default: from scratch)",
    )
    parser.add_argument(
        "--parts",
        metavar="NAMES",
        help="what to train, comma-separated: estimator, flow, encoder, denoiser, head; the rest stays as it is (default: all)",
    )
    parser.add_argument(
        "--export",
        type=Path,
        metavar="FILE",
        help="don't train: write the checkpoint's averaged weights (.safetensors)",
    )
    parser.add_argument(
        "--mean-of",
        type=Path,
        nargs="+",
        metavar="FILE",
        help="don't train: with --export, write the mean of weights that were trained one from another; it is better than each",
    )


def run(args: argparse.Namespace) -> int:
    """Trains or exports."""
    # Rendering workers share the cores with the training: OpenMP's threads shall not spin for long while they wait. Read when torch loads.
    os.environ.setdefault("GOMP_SPINCOUNT", "3000")
    from mirage_lsd.accel.select import resolve_device
    from mirage_lsd.models.mirage_lsd_v1 import MirageLSDv1
    from mirage_lsd.pipelines.registry import DEFAULT_MODEL, WEIGHTS_FOLDER

    from ..training.export import export_checkpoint, export_mean
    from ..training.options import PARTS, TrainingOptions
    from ..training.preview import preview_batch, write_preview
    from ..training.train import Progress as Step
    from ..training.train import train

    if args.mean_of is not None:
        try:
            if args.export is None:
                raise ValueError("--mean-of needs --export FILE, which says where the mean goes.")
            export_mean(args.mean_of, args.export)
        except (ValueError, OSError) as error:
            print(f"mirage-lsd train: {error}", file=sys.stderr)
            return 1
        print(
            f"{args.export}: the mean of {len(args.mean_of)}; measure it with `mirage-lsd evaluate --model {args.export}`"
        )
        return 0
    if args.export is not None:
        checkpoint = args.folder / "checkpoint.pt"
        if not checkpoint.is_file():
            print(
                f"mirage-lsd train: {checkpoint} is not there; train first with --run {args.folder}.", file=sys.stderr
            )
            return 1
        card = export_checkpoint(checkpoint, args.export)
        print(f"{args.export}: step {card['steps']}, {card['training_minutes']} minutes of training")
        return 0
    try:
        device = str(resolve_device(args.device))
        if args.minutes <= 0 or not 1 <= args.batch <= 16 or not 0 < args.rate <= 0.1:
            raise ValueError("--minutes must be positive, --batch 1 to 16 and --rate at most 0.1.")
        parts = PARTS if args.parts is None else tuple(x for x in PARTS if x in args.parts.split(","))
        if args.parts is not None and len(parts) != len(args.parts.split(",")):
            raise ValueError(f"--parts takes some of {', '.join(PARTS)}, not {args.parts}.")
        start = (
            WEIGHTS_FOLDER / f"{DEFAULT_MODEL}.safetensors"
            if args.start == "shipped"
            else args.start and Path(args.start)
        )
        if start is not None and not start.is_file():
            raise ValueError(f"--start names {start}, which is not a file.")
    except ValueError as error:
        print(f"mirage-lsd train: {error}", file=sys.stderr)
        return 1
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns) as bar:
        task = bar.add_task("rendering the first worlds", total=args.minutes * 60)
        batch = preview_batch(device)
        begin: list[float] = []

        def report(step: Step) -> None:
            begin.append(step.seconds)
            quality = "geometry estimator" if step.psnr is None else f"train PSNR {step.psnr:.1f} dB"
            bar.update(
                task,
                completed=step.seconds - begin[0],
                description=f"step {step.step}  loss {step.loss:.4f}  {quality}",
            )
            del begin[1:]

        def preview(model: MirageLSDv1, step: int) -> None:
            score = write_preview(model, batch, args.folder / "preview.png")
            bar.console.print(
                f"step {step}: held-out PSNR {score.geometry:.2f} dB, color alone {score.color_only:.2f} dB, {args.folder / 'preview.png'}"
            )

        options = TrainingOptions(
            args.folder, args.minutes, args.batch, learning_rate=args.rate, seed=args.seed, device=device, start=start,
            parts=parts,
        )  # fmt: skip
        try:
            checkpoint = train(options, report, preview)
        except (ValueError, OSError) as error:
            bar.stop()
            print(f"mirage-lsd train: {error}", file=sys.stderr)
            return 1
    print(f"{checkpoint}: export it with `mirage-lsd train --run {args.folder} --export FILE.safetensors`")
    return 0
