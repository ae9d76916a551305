"""Measures the bridge on this machine.

    mirage-lsd bench transport                 one hop to the daemon, beside a plain copy and the package imagezmq
    mirage-lsd bench stream                    what a game gets: frames a second, latency, memory, with the default model
    mirage-lsd bench stream --size 1280x720 --steps 2 --json stream.json
    mirage-lsd bench stream --size 1280x720 --contexts     for a client that shades itself: contexts a second
    mirage-lsd bench stream --model passthrough --size 64x64 --frames 100000     does the memory grow?
    mirage-lsd bench opening                   what a running stream feels while another is opened in a new size
    mirage-lsd bench reprojection --sheet sheet.png    what late reprojection is worth, on two walks of the sample
    mirage-lsd bench shading                   what an engine that shades by itself gets, and what it costs
    mirage-lsd bench shaders                   shading a frame on the CPU and on each GPU that is here
    mirage-lsd bench gpu --json gpu.json       everything about an NVIDIA card (docs/GPU.md)

The first three start a daemon of their own, and stop it. `bench COMMAND --help` explains the figures.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from .size import parse_size

_SHOW_EVERY_S = 0.1  # a progress bar for each frame would be part of what is measured

HELP = "measure transports and streams on this machine"

_TRANSPORT_TEXT = """Measures one hop: from the entry of `submit` to the frame in the daemon's memory (p50, p95), and round
trips a second with one frame in flight, with the model passthrough. Beside it: a plain copy of the same bytes
(numpy.copyto) and one hop of the package imagezmq (REQ/REP over loopback TCP to a second process). All take turns, frame
by frame, in one run."""

_STREAM_TEXT = """Streams grey-box frames with depth and camera through the native core, one frame in flight, and measures:

    fps          results over wall time
    latency_ms   from the engine's picture to its acquired result
    stages_ms    the daemon's stages, over the last 512 results
    submit_us, acquire_us    how long the calls take that an engine makes in its frame
    rss_mb       resident memory after warm-up and at the end, MiB
    dropped      frames whose result did not come within 5 s

The first 10 frames warm the daemon up and don't count; the very first may take two minutes."""

_OPENING_TEXT = """Streams grey-box frames, one in flight, and opens streams of other sizes beside it, one after the other, for which the daemon (with
an empty cache folder) has nothing converted or compiled:

    gap_alone_ms, gap_opening_ms    time between two results of the running stream: before, and from the other one's opening to its first result
    longest_beyond_usual_ms         the longest of them, less the usual one (p50 alone): how long the running stream stood still
    openings                        the same for each size, and how many seconds its opening took

On a machine that does something else too, `alone` is what that costs, and only what `opening` has more belongs to the opening."""

_REPROJECTION_TEXT = """Two walks through the grey-box sample (Panda3D, off screen), every frame of which the model paints; then results are held
back as if the daemon made only 5, 10, 15 or 30 a second, each coming one interval late, and the engine showed 60 frames a second:

    last picture    PSNR of showing the newest result as it is, against the result made for that very frame
    reprojected     the same with the last results reprojected into the frame
    unseen          share of the pixels that no result saw; they borrow the color of a place nearby that is as far away"""

_SHADING_TEXT = """Two walks through the grey-box sample (Panda3D, off screen). The engine shades every frame by itself with a context that is 1 to 12
frames (of 60 a second) old, looked up where its own frame saw each point, or at the pixel itself; PSNR against the picture with the
fresh context. Then with contexts that are made 15, 30 and 60 times a second and come one interval late. Also: contexts a second on this
machine with nothing else to do, and the bytes that go over the wire. The shading runs in the kernels for CPUs: it stands in for a GPU."""


_SHADERS_TEXT = """Shades one frame again and again with everything that `serve --shade-on` knows and that is here: the kernels for CPUs, an NVIDIA
card's kernel, and any GPU through wgpu. Planes come from host memory and the picture goes back there. Of each: milliseconds (p50, p95, max), and the
mean and largest difference of a byte to the CPU's picture, which differs a little where the CPU computes in bfloat16."""

_GPU_TEXT = """Measures an NVIDIA card part by part; docs/GPU.md says how to read it. A part that can't be had is skipped with a sentence.

    golden    the same frames on the CPU and on the card: PSNR of the worst, the largest difference
    hop       a frame that stays on the card, to a second process and back (CUDA IPC; the extra cuda)
    shaders   as `bench shaders`
    trunk     the network's trunk, eager and as a CUDA graph, in float32 and float16: milliseconds, and dB to eager float32
    stream    what a game gets from mirage-lsd-v1, and the card's memory; stream_graph: with `serve --accel graph`; the goal at 1280x720 is 240 frames a second, p95 under 8 ms"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """A subcommand for each thing that can be measured."""
    kinds = parser.add_subparsers(dest="bench", required=True, metavar="COMMAND")
    plain = argparse.RawDescriptionHelpFormatter
    transport = kinds.add_parser(
        "transport", help="one hop to the daemon", description=_TRANSPORT_TEXT, formatter_class=plain
    )
    transport.add_argument("--frames", type=_count, default=200, metavar="N", help="of each size; default: %(default)s")
    transport.add_argument(
        "--sizes",
        type=parse_size,
        nargs="+",
        default=[(640, 360), (1280, 720), (1920, 1080)],
        metavar="WIDTHxHEIGHT",
        help="default: 640x360 1280x720 1920x1080",
    )
    transport.add_argument("--json", type=Path, metavar="FILE", help="write the figures")

    stream = kinds.add_parser("stream", help="what a game gets", description=_STREAM_TEXT, formatter_class=plain)
    stream.add_argument("--size", type=parse_size, default=(640, 360), metavar="WIDTHxHEIGHT", help="default: 640x360")
    length = stream.add_mutually_exclusive_group()
    length.add_argument("--seconds", type=_duration, default=20.0, metavar="S", help="default: %(default)s")
    length.add_argument("--frames", type=_count, metavar="N", help="this many instead of --seconds")
    stream.add_argument(
        "--steps", type=int, default=3, choices=range(1, 9), help="denoising steps a frame; default: %(default)s"
    )
    stream.add_argument(
        "--contexts", action="store_true", help="for a client that shades itself: contexts, not pictures of --size"
    )
    stream.add_argument("--model", default="mirage-lsd-v1", metavar="NAME", help="default: %(default)s")
    stream.add_argument("--device", default="auto", help="auto, cpu, cuda, ...; default: %(default)s")
    stream.add_argument(
        "--transport", default="auto", choices=("auto", "inline", "shared_memory"), help="default: %(default)s"
    )
    stream.add_argument(
        "--endpoint", metavar="ENDPOINT", help="measure a daemon that runs already (its memory stays unknown)"
    )
    stream.add_argument("--json", type=Path, metavar="FILE", help="write the figures")

    opening = kinds.add_parser(
        "opening", help="a stream while another is opened", description=_OPENING_TEXT, formatter_class=plain
    )
    opening.add_argument(
        "--size", type=parse_size, default=(640, 360), metavar="WIDTHxHEIGHT", help="that runs; default: 640x360"
    )
    opening.add_argument(
        "--opened",
        type=parse_size,
        nargs="+",
        default=[(480, 480), (640, 480), (360, 640), (640, 256)],
        metavar="WIDTHxHEIGHT",
        help="each of another shape, as the network works at sizes of its own; default: 480x480 640x480 360x640 640x256",
    )
    opening.add_argument(
        "--seconds", type=_duration, default=10.0, metavar="S", help="alone before each; default: %(default)s"
    )
    opening.add_argument(
        "--steps", type=int, default=3, choices=range(1, 9), help="denoising steps; default: %(default)s"
    )
    opening.add_argument("--model", default="mirage-lsd-v1", metavar="NAME", help="default: %(default)s")
    opening.add_argument("--json", type=Path, metavar="FILE", help="write the figures")

    reprojection = kinds.add_parser(
        "reprojection", help="what late reprojection is worth", description=_REPROJECTION_TEXT, formatter_class=plain
    )
    reprojection.add_argument(
        "--fill", action="store_true", help="show the engine's own picture where no result saw the point"
    )
    reprojection.add_argument("--sheet", type=Path, metavar="FILE", help="write a contact sheet (.png)")
    gpu = kinds.add_parser("gpu", help="an NVIDIA card", description=_GPU_TEXT, formatter_class=plain)
    gpu.add_argument(
        "--sizes",
        type=parse_size,
        nargs="+",
        default=[(1280, 720), (1920, 1080)],
        metavar="WIDTHxHEIGHT",
        help="default: 1280x720 1920x1080",
    )
    gpu.add_argument(
        "--frames", type=_count, default=500, metavar="N", help="of each hop and trunk; default: %(default)s"
    )
    gpu.add_argument(
        "--seconds", type=_duration, default=30.0, metavar="S", help="of each stream; default: %(default)s"
    )
    gpu.add_argument("--steps", type=int, default=3, choices=range(1, 9), help="denoising steps; default: %(default)s")
    gpu.add_argument("--card", type=int, default=0, metavar="N", help="its number; default: %(default)s")
    gpu.add_argument("--json", type=Path, metavar="FILE", help="write the figures")
    shaders = kinds.add_parser(
        "shaders", help="shading on the CPU and on GPUs", description=_SHADERS_TEXT, formatter_class=plain
    )
    shaders.add_argument(
        "--size", type=parse_size, default=(1280, 720), metavar="WIDTHxHEIGHT", help="default: 1280x720"
    )
    shaders.add_argument("--frames", type=_count, default=50, metavar="N", help="with each; default: %(default)s")
    shaders.add_argument("--json", type=Path, metavar="FILE", help="write the figures")
    shading = kinds.add_parser(
        "shading", help="shading in the engine", description=_SHADING_TEXT, formatter_class=plain
    )
    for parser in (reprojection, shading):
        parser.add_argument(
            "--size", type=parse_size, default=(384, 216), metavar="WIDTHxHEIGHT", help="default: 384x216"
        )
        parser.add_argument(
            "--frames", type=_count, default=180, metavar="N", help="of each walk; default: %(default)s"
        )
        parser.add_argument(
            "--steps", type=int, default=3, choices=range(1, 9), help="denoising steps; default: %(default)s"
        )
        parser.add_argument("--model", default="mirage-lsd-v1", metavar="NAME", help="default: %(default)s")
        parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures")


def run(args: argparse.Namespace) -> int:
    """Measures and prints; 1 if something is missing or fails."""
    from ..bench.errors import BenchError
    from ..client import LsdError
    from ..client.local_daemon import DaemonStartError

    kinds = {
        "transport": _transport,
        "stream": _stream,
        "opening": _opening,
        "reprojection": _reprojection,
        "shading": _shading,
        "shaders": _shaders,
        "gpu": _gpu,
    }
    try:
        figures = kinds[args.bench](args)
        if args.json is not None:
            args.json.write_text(json.dumps(figures, indent=2) + "\n")
    # NativeLibraryError is an OSError. RuntimeError: DemoError, RendererError. ValueError: no such model, or too few frames.
    except (BenchError, DaemonStartError, LsdError, OSError, RuntimeError, ValueError) as error:
        print(f"mirage-lsd bench {args.bench}: {error}", file=sys.stderr)
        return 1
    return 0


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
    for way in ("stream", "stream_graph"):
        for stream in report.get(way, ()):
            p50, p95 = (str(stream["latency_ms"][key]) for key in ("p50", "p95"))
            fps = f"{stream['fps']} frames a second"
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


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of frames; 1 or more.")
    return int(text)


def _duration(text: str) -> float:
    seconds = float(text)  # argparse says that a word is none
    if not 0 < seconds < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is no duration; seconds, more than 0.")
    return seconds
