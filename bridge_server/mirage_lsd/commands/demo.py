"""Walks through a grey-box level in a real engine (Panda3D) while the daemon paints it; needs no GPU and no display.

    mirage-lsd demo                     24 s of walk at 640x360, recorded to demo_out/
    mirage-lsd demo --window            the same, live in a window
    mirage-lsd demo --size 1280x720 --seconds 20 --steps 2

It starts a daemon of its own (or takes the one at --endpoint), goes through every theme during the walk and writes
demo.mp4 (grey-box, the daemon's result and what the engine paints by itself from a context every third frame), contact_sheet.png and report.json. Each frame waits for its result, so that the
video has no gaps; an engine never waits. The video plays at 24 frames a second, whatever the speed of the stream was.
"""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from .serve import served_name
from .size import read_size

HELP = "walk through a grey-box level and see it re-rendered"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds this command's options."""
    parser.add_argument(
        "--out", type=Path, default=Path("demo_out"), help="folder for video, sheet and report (default: %(default)s)"
    )
    parser.add_argument("--size", default="640x360", help="WIDTHxHEIGHT (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=24.0, help="length of the walk (default: %(default)s)")
    parser.add_argument(
        "--steps", type=int, default=3, choices=range(1, 9), help="denoising steps (default: %(default)s)"
    )
    parser.add_argument(
        "--model", default="mirage-lsd-v1", help="a model, or the folder of a checkpoint (default: %(default)s)"
    )
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda (default: %(default)s)")
    parser.add_argument("--endpoint", help="a running daemon's address, instead of one of the demo's own")
    parser.add_argument(
        "--exact",
        action="store_true",
        help="its own daemon gives the same pictures each time, which is slower on a CPU",
    )
    parser.add_argument(
        "--no-engine-shading", action="store_true", help="two columns: without what the engine paints by itself"
    )
    parser.add_argument("--window", action="store_true", help="show the results live in a window")


def run(args: argparse.Namespace) -> int:
    """Runs the demo; one sentence and status 1 when it can't."""
    from ..accel.select import split_device
    from ..client import LsdError
    from ..client.library import NativeLibraryError
    from ..client.local_daemon import DaemonProcess, DaemonStartError
    from ..demo.sample import DemoError, load_sample
    from ..demo.walk import Report, WalkOptions, walk

    console = Console()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    try:
        width, height = read_size(args.size)
        if not 0.1 <= args.seconds <= 600:
            raise ValueError("--seconds takes 0.1 to 600.")
        device = str(split_device(args.device, "auto")[0])
        sample = load_sample()
        args.out.mkdir(parents=True, exist_ok=True)
        model = served_name(args.model) if args.endpoint is None else args.model
        options = WalkOptions(
            width, height, args.seconds, args.steps, model, args.out, args.window, not args.no_engine_shading
        )
        with Progress(*columns, console=console, transient=True) as bar:
            task = bar.add_task("starting the daemon", total=None)

            def progress(what: str, done: int, total: int) -> None:
                bar.update(task, description=what, completed=done, total=total or None)

            extra = ("--exact",) if args.exact else ()
            own = DaemonProcess(args.model, args.device, extra=extra) if args.endpoint is None else None
            with own or nullcontext():

                def alive() -> str | None:
                    if own is None or own.alive:
                        return None
                    return f"The daemon died; its last words: {own.log.strip().splitlines()[-1:] or 'none'}"

                endpoint = own.endpoint if own is not None else args.endpoint
                report: Report = walk(sample, endpoint, options, alive, progress)
        report.device = own.device if own is not None else device
        (args.out / "report.json").write_text(json.dumps(asdict(report), indent=2) + "\n")
    except (DemoError, DaemonStartError, LsdError, NativeLibraryError, ValueError, RuntimeError) as error:
        print(f"mirage-lsd demo: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(
            f"mirage-lsd demo: {args.out} can't be written ({error.strerror or error}); make room or choose --out.",
            file=sys.stderr,
        )
        return 1
    _print(console, report, args.out)
    return 0


def _print(console: Console, report: object, out: Path) -> None:
    from ..demo.walk import Report

    assert isinstance(report, Report)
    table = Table(
        title=f"{report.model} on {report.device}, {report.width}x{report.height}, {report.steps} steps, {report.transport}"
    )
    for column in ("", "p50 ms", "p95 ms", "max ms"):
        table.add_column(column, justify="left" if not column else "right")
    latency = report.latency_ms
    table.add_row(
        "latency, capture to acquired", f"{latency['p50']:.1f}", f"{latency['p95']:.1f}", f"{latency['max']:.1f}"
    )
    for name, stage in report.stages_ms.items():
        table.add_row(f"  {name}", f"{stage['p50']:.1f}", f"{stage['p95']:.1f}", "")
    console.print(table)
    console.print(
        f"{report.frames_sent} frames sent, {report.frames_returned} returned, {report.frames_dropped} dropped; "
        f"{report.fps:.1f} frames a second with rendering and recording"
    )
    if shading := report.engine_shading:
        console.print(
            f"painted in the engine ({shading['by']}), a context every {shading['context_every_frames']} frames: "
            f"{shading['psnr_mean_db']} dB against the daemon's pictures"
        )
    for name in ("demo.mp4", "contact_sheet.png", "report.json"):
        console.print(f"  {out / name}")
