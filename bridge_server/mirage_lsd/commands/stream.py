"""Paints a camera, a screen, a clip or a network stream, and shows, records or sends what comes out.

    mirage-lsd stream --source 0 --sink window --scene forest            your camera, in a window
    mirage-lsd stream --source clip.mp4 --sink out.mp4 --scene snow/overcast
    mirage-lsd stream --source screen --sink rtmp://127.0.0.1/live/key --osc 9000
    mirage-lsd stream --source 0 --sink window --sink virtual-camera --keys --gestures --voice
    mirage-lsd stream --source engine --sink window --sink out.mp4       what Unity, Unreal or another game engine sends

Sources: a camera's number; screen, screen:2, window:TITLE; a file or image; rtsp://, rtmp://, srt://, http://; webrtc; ndi, spout,
syphon; engine (a game that sends its frames here in place of a daemon); pattern. Sinks: window; a file (.mp4, .mov, .mkv); rtmp://,
srt://, udp://; virtual-camera; webrtc; ndi, spout, syphon. Give --sink as often as you like.
`mirage-lsd devices` lists what is there and how to install what is not.

A live source is painted at --fps: when this machine can't hold it, steps, then the rate of contexts, then size are given up, and that
is told (docs/camera/quality.md). A clip that goes into a file is painted picture by picture, as fast as it goes, and nothing is given up.
--scene, --lighting and --prompt say how it begins; SCENE/LIGHTING is short for both. --set NAME=VALUE turns any other control:
--set background=world puts whoever is in front of the camera into another place (docs/camera/people.md; once before: mirage-lsd get people).
While it runs: in the window Tab shows rate and latency, F11 fills the screen, Esc ends; with --keys, digits choose scenes; Ctrl-C ends.
With --gestures hands turn the knobs: a swipe to the right or left chooses the next or previous scene, a pointing finger the next
lighting, pinch and open sets the strength, a palm held up shows the camera's picture, thumb down and up turn the model off and on.
"""

from __future__ import annotations

import argparse
import sys
import time
from typing import Any

from .size import parse_size

HELP = "paint a camera, a screen or a clip, and show, record or send it"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds this command's options."""
    parser.add_argument("--source", default="0", help="where pictures come from (default: camera 0)")
    parser.add_argument(
        "--sink", action="append", metavar="SINK", help="where they go; may be given again (default: window)"
    )
    parser.add_argument("--model", default="mirage-lsd-v1", help="(default: %(default)s)")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda (default: %(default)s)")
    parser.add_argument(
        "--endpoint", help="a running daemon that paints, or `auto`: one of this machine, where it runs"
    )
    parser.add_argument(
        "--size",
        type=parse_size,
        help="WIDTHxHEIGHT of the painted pictures (default: the source's, live at most 1280x720)",
    )
    parser.add_argument(
        "--fit",
        default="cover",
        choices=("cover", "contain", "stretch"),
        help="how other proportions come to --size (default: %(default)s)",
    )
    parser.add_argument(
        "--fps", type=float, default=24.0, help="the rate to hold, for example 24, 30, 60 (default: %(default)g)"
    )
    parser.add_argument(
        "--steps",
        type=int,
        default=3,
        choices=range(1, 9),
        metavar="1..8",
        help="most denoising steps (default: %(default)s)",
    )
    parser.add_argument(
        "--fixed-quality", action="store_true", help="never give up steps, contexts or size; the rate falls instead"
    )
    parser.add_argument("--loop", action="store_true", help="a clip begins anew at its end")
    parser.add_argument("--realtime", action="store_true", help="a clip is played at its own speed, into a file too")
    parser.add_argument("--mirror", action="store_true", help="left and right exchanged, as in a mirror")
    parser.add_argument("--seconds", type=float, help="end after so long")
    look = parser.add_argument_group("how it looks")
    look.add_argument("--scene", help="for example forest, or snow/overcast for scene and lighting")
    look.add_argument("--lighting", help="for example night")
    look.add_argument("--prompt", help="in words")
    look.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="any control, for example strength=0.7; may be given again",
    )
    look.add_argument(
        "--transition",
        type=float,
        default=1.0,
        metavar="SECONDS",
        help="how long a change by key, hand or voice takes (default: %(default)g)",
    )
    knobs = parser.add_argument_group("who turns the knobs")
    knobs.add_argument(
        "--keys",
        nargs="?",
        const="",
        metavar="FILE",
        help="keys of the window and the terminal; FILE holds prompts by key (docs/camera/keys.md)",
    )
    knobs.add_argument("--osc", type=int, metavar="PORT", help="OSC messages at this UDP port (docs/camera/osc.md)")
    knobs.add_argument(
        "--osc-host",
        default="127.0.0.1",
        metavar="ADDRESS",
        help="where OSC listens; 0.0.0.0 for other machines (default: %(default)s)",
    )
    knobs.add_argument(
        "--midi", nargs="?", const="", metavar="NAME", help="a MIDI device, by a part of its name (docs/camera/midi.md)"
    )
    knobs.add_argument(
        "--gestures",
        action="store_true",
        help="hands: swipe, point, palm, pinch, thumb (docs/camera/gestures.md; once before: mirage-lsd get people)",
    )
    knobs.add_argument("--voice", action="store_true", help='spoken commands: "mirage, forest" (docs/camera/voice.md)')


def run(args: argparse.Namespace) -> int:
    """Runs the stream; one sentence and status 1 when it can't."""
    from rich.console import Console

    from ..engine import StreamEngine
    from ..picture import DeviceError

    console = Console(stderr=True)
    try:
        engine = StreamEngine(
            args.model, args.device, max_steps=args.steps, resolution=args.size[::-1] if args.size else None, fps=args.fps,
            adapt=not args.fixed_quality, endpoint=args.endpoint, fit=args.fit,
            on_notice=lambda text: console.print(f"mirage-lsd stream: {text}", markup=False, highlight=False),
        )  # fmt: skip
        with engine:
            look = _look(args, engine)
            if look:
                engine.set(transition_s=0.0, **look)
            _stream(args, engine, console)
        _summary(engine, console)
    except (DeviceError, ValueError, RuntimeError) as error:
        print(f"mirage-lsd stream: {error}", file=sys.stderr)
        return 1
    return 0


def _look(args: argparse.Namespace, engine: Any) -> dict[str, Any]:
    """The controls that the command line names, each as its kind."""
    wanted: dict[str, str] = {}
    if args.scene:
        scene, _, lighting = args.scene.partition("/")
        wanted["scene"] = scene
        if lighting:
            wanted["lighting"] = lighting
    for name in ("lighting", "prompt"):
        if getattr(args, name):
            wanted[name] = getattr(args, name)
    for pair in args.set:
        name, equals, value = pair.partition("=")
        if not equals:
            raise ValueError(f"--set takes NAME=VALUE, for example strength=0.7, not {pair!r}.")
        wanted[name] = value
    if not wanted:
        return {}
    from ..controllers.values import read_value

    controls = {control.name: control for control in engine.controls}
    unknown = [name for name in wanted if name not in controls]
    if unknown:
        raise ValueError(f"The model has no control {unknown[0]!r}; it has {', '.join(controls)}.")
    return {name: read_value(controls[name], text) for name, text in wanted.items()}


def _controllers(args: argparse.Namespace) -> list[Any]:
    from ..controllers.registry import make_controller

    chosen: list[Any] = []
    if args.keys is not None:
        chosen.append(make_controller("keys", file=args.keys or None, transition_s=args.transition))
    if args.osc is not None:
        chosen.append(make_controller("osc", port=args.osc, host=args.osc_host, transition_s=args.transition))
    if args.midi is not None:
        chosen.append(make_controller("midi", device=args.midi, transition_s=args.transition))
    if args.voice:
        chosen.append(make_controller("voice", transition_s=args.transition))
    if args.gestures:
        chosen.append(make_controller("gestures", transition_s=args.transition, mirrored=args.mirror))
    return chosen


def _stream(args: argparse.Namespace, engine: Any, console: Any) -> None:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("getting the model ready", total=None)

        def progress(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total or None)

        engine.start(
            args.source, args.sink or ["window"], block=False, controllers=_controllers(args), loop=args.loop,
            realtime=True if args.realtime else None, mirror=args.mirror or None, progress=progress,
        )  # fmt: skip
        end = None if args.seconds is None else time.monotonic() + args.seconds
        try:
            while engine.running and (end is None or time.monotonic() < end):
                time.sleep(0.2)
                bar.update(task, description=_status(engine.stats))
        except KeyboardInterrupt:
            console.print("mirage-lsd stream: stopping")
        if engine.running:
            engine.stop()
        engine.wait()


def _status(stats: Any) -> str:
    latency = "" if stats.latency_ms_p50 is None else f", {stats.latency_ms_p50:.0f} ms"
    return f"{stats.fps:.1f} fps{latency}" if stats.frames else "getting the model ready"


def _summary(engine: Any, console: Any) -> None:
    stats = engine.stats
    latency = "" if stats.latency_ms_p50 is None else f", {stats.latency_ms_p50:.0f} ms from capture to painted (p50)"
    console.print(f"{stats.frames} pictures painted{latency}", highlight=False)
    for name, _, fault, counts in stats.sinks:
        arrived = "" if counts.latency_ms_p50 is None else f", {counts.latency_ms_p50:.0f} ms from capture"
        console.print(
            f"  {name}: {counts.arrived} arrived, {counts.dropped} dropped{arrived}{f': {fault}' if fault else ''}",
            markup=False,
            highlight=False,
        )
