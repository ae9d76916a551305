"""Runs each bench with a progress bar and prints its figures as a table; every function returns what goes into the JSON file."""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

_SHOW_EVERY_S = 0.1  # a progress bar for each frame would be part of what is measured


def _reprojection(args: argparse.Namespace) -> list[dict[str, Any]]:
    from ..bench.reprojection import ReprojectionJob, measure_reprojection

    console = Console()
    job = ReprojectionJob(args.model, args.size, args.frames, args.steps, borrow=not args.fill, sheet=args.sheet)
    with Progress(console=console, transient=True, refresh_per_second=2) as bar:
        task = bar.add_task("loading", total=None)
        rows = measure_reprojection(
            job, lambda what, done, total: bar.update(task, description=what, completed=done, total=total)
        )
    title = "{}, {}x{}, the engine at 60: PSNR in dB, mean (p5)".format(args.model, *args.size)
    table = Table("walk", "results/s", "age, frames", "last picture", "reprojected", "gain", "unseen %", title=title)
    for row in rows:
        last, found, unseen = row["psnr_last_picture_db"], row["psnr_reprojected_db"], row["unseen_percent"]
        table.add_row(
            row["walk"], str(row["results_a_second"]), "{} to {}".format(*row["age_frames"]), f"{last['mean']} ({last['p5']})",
            f"{found['mean']} ({found['p5']})", f"{row['gain_db']:+.1f}", f"{unseen['mean']} (p95 {unseen['p95']})",
        )  # fmt: skip
    console.print(table)
    return rows


def _shading(args: argparse.Namespace) -> dict[str, Any]:
    from ..bench.shading import ShadingJob, measure_shading

    console = Console()
    job = ShadingJob(args.model, args.size, args.frames, args.steps)
    with Progress(console=console, transient=True, refresh_per_second=2) as bar:
        task = bar.add_task("loading", total=None)
        figures = measure_shading(
            job, lambda what, done, total: bar.update(task, description=what, completed=done, total=total)
        )
    title = "{}, {}x{}: PSNR against the fresh context, dB, mean (p5)".format(args.model, *args.size)
    table = Table("walk", "contexts", "looked up in its frame", "at the pixel itself", title=title)
    for row in figures["psnr"]:
        cells = [f"{row[key]['mean']} ({row[key]['p5']})" for key in ("looked_up_db", "as_it_is_db")]
        table.add_row(row["walk"], row["contexts"], *cells)
    table.caption = (
        "{contexts_a_second[p50]} contexts a second (p50; p95 of a context {context_ms[p95]} ms); of each "
        "{bytes_up} bytes up, {bytes_down} down; {bytes_weights} down when the controls change. Shading a frame takes "
        "{engine_pass[processor_ms]} ms of processor time in OpenGL ({engine_pass[driver]}), "
        "{engine_pass[kernels_processor_ms]} in the kernels for CPUs."
    ).format(**figures)
    console.print(table)
    return figures


def _shaders(args: argparse.Namespace) -> dict[str, Any]:
    from ..bench.shaders import measure_shaders

    console = Console()
    with console.status("shading"):
        figures = measure_shaders(args.size, args.frames)
    title = "shading {}x{}".format(*args.size)
    table = Table("--shade-on", "by", "ms p50", "ms p95", "mean difference", "largest", title=title)
    for place, why in figures["skipped"].items():
        table.add_row(place, f"skipped: {why}")
    for place in ("cpu", "cuda", "vulkan"):
        if row := figures.get(place):
            cells = (row["name"], row["ms"]["p50"], row["ms"]["p95"], row["mean"], row["largest"])
            table.add_row(place, *map(str, cells))
    console.print(table)
    return figures


def _gpu(args: argparse.Namespace) -> dict[str, Any]:
    from ..bench.gpu import GpuJob, measure_gpu

    console = Console()
    job = GpuJob(tuple(args.sizes), args.frames, args.seconds, args.steps, args.card)
    report = measure_gpu(job, lambda part: console.print(f"measuring: {part}", markup=False))
    table = Table("", "p50", "p95", "", title="{name}, {memory_mb} MiB; CUDA IPC: {ipc}".format(**report["card"]))
    if "golden" in report:
        golden = report["golden"]
        table.add_row("golden", "", "", f"worst frame {golden['psnr_db']} dB, largest difference {golden['largest']}")
    for hop in report.get("hop", ()):
        size = "{width}x{height}".format(**hop)
        for key, name in (("hop_ms", "hop"), ("round_trip_ms", "there and back")):
            table.add_row(f"{name} ms, {size}", str(hop[key]["p50"]), str(hop[key]["p95"]), hop["transport"])
    for trunk in report.get("trunk", ()):
        for way, figures in trunk["ways"].items():
            db = "" if figures["db"] is None else f"{figures['db']} dB"
            base = "{}x{}".format(*trunk["base"])
            table.add_row(f"trunk ms, {base}, {way}", str(figures["ms"]["p50"]), str(figures["ms"]["p95"]), db)
        for way, why in trunk["skipped"].items():
            table.add_row(f"trunk, {way}", "", "", f"skipped: {why}")
    for way in ("stream", "stream_graph", "stream_tensorrt", "stream_on_card"):
        for stream in report.get(way, ()):
            p50, p95 = (str(stream["latency_ms"][key]) for key in ("p50", "p95"))
            grown = stream["card_mb"]["grown_in_second_half"]
            fps = f"{stream['fps']} frames a second by {stream['transport']}, {stream['card_mb']['taken']} MiB of the card, {grown} more at the end"
            table.add_row(f"{way} ms, " + "{width}x{height}".format(**stream), p50, p95, fps)
    for part, why in report["skipped"].items():
        table.add_row(part, "", "", f"skipped: {why}")
    console.print(table)
    return report


def _transport(args: argparse.Namespace) -> list[dict[str, Any]]:
    from ..bench.imagezmq_hop import HOW_TO_INSTALL, imagezmq_installed
    from ..bench.transport import TransportFigures, measure_transports
    from ..client.local_daemon import DaemonProcess

    compare = imagezmq_installed()
    console = Console()
    if not compare:
        console.print(HOW_TO_INSTALL, markup=False)
    rows: list[TransportFigures] = []
    with DaemonProcess("passthrough") as daemon, Progress(console=console, transient=True) as bar:
        for size in args.sizes:
            task = bar.add_task(f"{size[0]}x{size[1]}", total=args.frames)
            rows += measure_transports(daemon.endpoint, size, args.frames, compare, partial(bar.advance, task))
    table = Table(title=f"One hop, engine to daemon, RGBA, {args.frames} frames")
    table.caption = "fps: there and back, one frame in flight; memcpy, imagezmq: p50 in ms"
    for name in ("transport", "size", "p50 ms", "p95 ms", "fps", "memcpy", "imagezmq"):
        table.add_column(name, justify="left" if name == "transport" else "right", no_wrap=True)
    for row in rows:
        rival = "-" if row.imagezmq_p50_ms is None else f"{row.imagezmq_p50_ms:.3f}"
        size_text, numbers = f"{row.width}x{row.height}", (row.p50_ms, row.p95_ms)
        table.add_row(
            row.transport, size_text, *(f"{n:.3f}" for n in numbers), f"{row.fps:.1f}", f"{row.memcpy_ms:.3f}", rival
        )
    console.print(table)
    return [asdict(row) for row in rows]


def _stream(args: argparse.Namespace) -> dict[str, Any]:
    from ..bench.stream import StreamJob, measure_stream
    from ..client.local_daemon import DaemonProcess

    width, height = args.size
    console = Console()
    common = {
        "width": width,
        "height": height,
        "model": Path(args.model).stem if args.model.endswith(".safetensors") else args.model,
        "steps": args.steps,
        "transport": args.transport,
        "seconds": args.seconds,
        "frames": args.frames,
        "contexts": args.contexts,
    }
    # Drawing takes milliseconds, and the cores are the daemon's.
    with Progress(console=console, transient=True, refresh_per_second=2) as bar:
        task = bar.add_task("starting", total=args.frames or args.seconds)

        shown_s = 0.0

        def tick(frames: int, elapsed_s: float) -> None:
            nonlocal shown_s
            if frames and elapsed_s - shown_s < _SHOW_EVERY_S:
                return
            shown_s = elapsed_s
            if frames == 0:
                bar.update(task, description="warming up")
            else:
                bar.update(task, description="streaming", completed=frames if args.frames else elapsed_s)

        if args.endpoint is not None:
            figures = measure_stream(StreamJob(args.endpoint, device=args.device, **common), tick)
        else:
            with DaemonProcess(args.model, args.device) as daemon:
                job = StreamJob(daemon.endpoint, device=daemon.device, daemon_pid=daemon.pid, **common)
                figures = measure_stream(job, tick)
    console.print(_stream_table(figures))
    return figures


def _opening(args: argparse.Namespace) -> dict[str, Any]:
    from ..bench.opening import OpeningJob, measure_opening
    from ..client.local_daemon import DaemonProcess

    console = Console()
    with (
        tempfile.TemporaryDirectory() as cold,
        DaemonProcess(args.model, environment={"MIRAGE_LSD_CACHE": cold}) as daemon,
        Progress(console=console, transient=True, refresh_per_second=2) as bar,
    ):
        task = bar.add_task("starting", total=None)
        job = OpeningJob(daemon.endpoint, args.model, args.steps, args.size, tuple(args.opened), args.seconds)
        figures = measure_opening(job, lambda what: bar.update(task, description=what))
    title = "{}, {}x{}, {} steps: time between two results, ms".format(args.model, *args.size, args.steps)
    table = Table("", "p50", "p95", "max", "", title=title)
    for row in figures["openings"]:
        size = "{}x{}".format(*row["opened"])
        table.add_row(f"before {size}", *(f"{row['gap_alone_ms'][key]:.1f}" for key in ("p50", "p95", "max")))
        gaps = (f"{row['gap_opening_ms'][key]:.1f}" for key in ("p50", "p95", "max"))
        table.add_row(f"opening {size}", *gaps, f"{row['seconds']:.1f} s")
    table.caption = "Longest beyond the usual: alone {alone} ms, while another is opened {opening} ms".format(
        **figures["longest_beyond_usual_ms"]
    )
    console.print(table)
    return figures


def _stream_table(figures: dict[str, Any]) -> Table:
    title = "{model} on {device}, {width}x{height}, {steps} steps, {transport}".format(**figures)
    title += ", contexts" if figures["contexts"] else ""
    table = Table("", "p50", "p95", "max", title=title)
    table.add_row("latency ms", *(f"{figures['latency_ms'][key]:.2f}" for key in ("p50", "p95", "max")))
    for name, stage in figures["stages_ms"].items():
        table.add_row(f"  {name} ms", f"{stage['p50']:.2f}", f"{stage['p95']:.2f}")
    for name in ("submit_us", "acquire_us"):
        table.add_row(name.replace("_", " "), *(f"{figures[name][key]:.0f}" for key in ("p50", "p95", "max")))
    for name, (start, end) in figures["rss_mb"].items():
        if start is not None:
            table.add_row(f"memory of the {name}, MiB", f"{start:.1f} at first", f"{end:.1f} at last")
    table.caption = "{fps} frames a second; {frames} frames, {dropped} dropped".format(**figures)
    return table


# By the name of the bench.
MEASURES = {
    "transport": _transport,
    "stream": _stream,
    "opening": _opening,
    "reprojection": _reprojection,
    "shading": _shading,
    "shaders": _shaders,
    "gpu": _gpu,
}
