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
from pathlib import Path

from .bench_tables import MEASURES
from .size import parse_size

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
    trunk     the network's trunk, eager, as a CUDA graph and by TensorRT, in float32 and float16: milliseconds, and dB to eager float32
    stream    what a game gets from mirage-lsd-v1, and the card's memory; stream_graph, stream_tensorrt: with `serve --accel graph` and `tensorrt`; the goal at 1280x720 is 240 frames a second, p95 under 8 ms"""


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

    try:
        figures = MEASURES[args.bench](args)
        if args.json is not None:
            args.json.write_text(json.dumps(figures, indent=2) + "\n")
    # NativeLibraryError is an OSError. RuntimeError: DemoError, RendererError. ValueError: no such model, or too few frames.
    except (BenchError, DaemonStartError, LsdError, OSError, RuntimeError, ValueError) as error:
        print(f"mirage-lsd bench {args.bench}: {error}", file=sys.stderr)
        return 1
    return 0


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of frames; 1 or more.")
    return int(text)


def _duration(text: str) -> float:
    seconds = float(text)  # argparse says that a word is none
    if not 0 < seconds < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is no duration; seconds, more than 0.")
    return seconds
