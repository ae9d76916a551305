"""Runs that take long, with a report: rate, latency, quality, and memory of each process.

python tests/media/long_runs.py tiny 1000000                                  so many pictures of 64x48: arrays, passthrough, a function and a file
python tests/media/long_runs.py model 7200 --size 160x96 --fps 4 --out r.jsonl    so many seconds of mirage-lsd-v1 at the governor's hand, into a file
python tests/media/long_runs.py plot r.jsonl r.png                            a picture of a run
python tests/media/long_runs.py muxers 200000                                 where the encoder's memory goes: bytes a picture that are in use, by muxer

In every ten minutes of `model`, frames take longer for three (a sleep, so that the run itself stays gentle): the governor goes down its ladder
and up again. A run that paints nothing for a minute writes every thread's stack to standard error and ends with status 1.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import faulthandler
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from mirage_lsd.engine import StreamEngine

_SILENCE_S = 60.0
_BUSY_EVERY_S, _BUSY_FROM_S, _BUSY_UNTIL_S = 600.0, 240.0, 420.0


def memory_mb() -> dict[str, float]:
    """Resident memory of this process and of each of its children, by the worker's name, MB."""
    own = psutil.Process()
    found = {"engine": own.memory_info().rss / 1e6}
    for child in own.children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            worker = next((word for word in child.cmdline() if "workers." in word), child.name())
            found[worker.rpartition(".")[2]] = child.memory_info().rss / 1e6
    return found


class Report:
    """A line a minute for people, and for `plot`."""

    def __init__(self, engine: StreamEngine, out: Path | None) -> None:
        self._engine, self._out = engine, out
        self._started = self._last = time.monotonic()
        self._frames = engine.stats.frames

    def write(self) -> None:
        stats, now = self._engine.stats, time.monotonic()
        quality = stats.quality
        line: dict[str, Any] = {
            "t_s": round(now - self._started, 1),
            "frames": stats.frames,
            "fps": round((stats.frames - self._frames) / (now - self._last), 3),
            "latency_ms": None if stats.latency_ms_p50 is None else round(stats.latency_ms_p50, 1),
            "sink_ms": [None if counts.latency_ms_p50 is None else round(counts.latency_ms_p50, 1) for *_, counts in stats.sinks],
            "dropped": [counts.dropped for *_, counts in stats.sinks],
            "quality": [quality.steps, quality.context_interval, quality.scale],
            "threads": psutil.Process().num_threads(),
            "memory_mb": {name: round(mb, 2) for name, mb in memory_mb().items()},
            "gave_up": stats.gave_up,
        }  # fmt: skip
        self._last, self._frames = now, stats.frames
        print(json.dumps(line), flush=True)
        if self._out is not None:
            with self._out.open("a") as file:
                file.write(json.dumps(line) + "\n")


def tiny(count: int, out: Path | None, every_s: float) -> None:
    """Flat memory over very many pictures."""

    def arrays() -> Iterator[np.ndarray]:
        picture = np.zeros((48, 64, 4), np.uint8)
        for number in range(count):
            picture[..., :3] = number % 251
            yield picture.copy()

    seen = 0

    def look(pixels: np.ndarray) -> None:
        nonlocal seen
        assert pixels[0, 0, 0] == seen % 251
        seen += 1

    with tempfile.TemporaryDirectory() as folder, StreamEngine("passthrough", "cpu") as engine:
        engine.start(arrays(), [look, str(Path(folder) / "out.mkv")], block=False)
        watch(engine, out, every_s)
    assert seen == count, seen
    print(f"all {count} pictures arrived in order")


def model(seconds: float, size: tuple[int, int], fps: float, out: Path | None, every_s: float) -> None:
    """No drift of rate or memory with the real model."""
    width, height = size
    with (
        tempfile.TemporaryDirectory() as folder,
        StreamEngine(resolution=(height, width), max_steps=3, fps=fps) as engine,
    ):
        engine.start("pattern", str(Path(folder) / "out.mkv"), block=False)
        # Not before: on a busy machine loading and compiling may take longer than a short run, which then ended without a word.
        started = time.monotonic()
        painter = engine._loaded()
        paint = painter.paint

        def busy_at_times(*args: Any) -> Any:
            if _BUSY_FROM_S <= (time.monotonic() - started) % _BUSY_EVERY_S < _BUSY_UNTIL_S:
                time.sleep(0.9 / fps * engine.stats.quality.work / 3)
            return paint(*args)

        painter.paint = busy_at_times  # type: ignore[method-assign]
        watch(engine, out, every_s, seconds)


def muxers(count: int) -> None:
    """Memory that the encoder's allocator has given out, per picture of 64x48, with an index (mkv, mp4) and without one (null).

    What grows is the index of key frames: ten times fewer of them, and it grows a tenth.
    """
    import av

    from mirage_lsd.picture import Picture
    from mirage_lsd.sinks.workers import encoder

    class Writer(encoder._Writer):
        def _set_up(self, context: Any, *arguments: Any) -> None:
            super()._set_up(context, *arguments)
            context.gop_size = gop

    av.logging.set_level(None)
    picture = np.zeros((48, 64, 4), np.uint8)
    for form, gop in (("mkv", 12), ("mkv", 120), ("mp4", 12), ("mp4", 120), ("null", 12)):
        with tempfile.TemporaryDirectory() as folder:
            target = str(Path(folder) / f"out.{'mkv' if form == 'null' else form}")
            options = {"kind": "file", "fps": 24, "lossless": True}
            writer = Writer(av, target, options, Picture(picture, 0, 0))
            if form == "null":
                writer._container = av.open("/dev/null", "w", format="null")
                writer._stream = writer._container.add_stream("libx264", rate=24)
                writer._set_up(writer._stream.codec_context, "libx264", 64, 48, Fraction(24))
            before = 0
            for number in range(count):
                if number == count // 4:
                    before = _allocated()
                picture[..., :3] = number % 251
                writer.write(Picture(picture, 0, round(number * 1e9 / 24)))
            grown = (_allocated() - before) / (0.75 * count)
            print(
                f"{form}, a key frame every {gop}: {grown:6.2f} bytes a picture, {grown * gop:6.1f} a key frame",
                flush=True,
            )


def _allocated() -> int:
    """Bytes that malloc has given out and not got back (glibc)."""

    class Info(ctypes.Structure):
        _fields_ = [
            (name, ctypes.c_size_t)
            for name in ("arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks", "fordblks", "keepcost")
        ]  # fmt: skip

    libc = ctypes.CDLL("libc.so.6")
    libc.mallinfo2.restype = Info
    info = libc.mallinfo2()
    return int(info.uordblks + info.hblkhd)


def watch(engine: StreamEngine, out: Path | None, every_s: float, seconds: float = float("inf")) -> None:
    """Reports until the stream ends, or for so long; a stream that is silent ends the run."""
    report = Report(engine, out)
    started = written = heard = time.monotonic()
    frames = -1
    while engine.running and (now := time.monotonic()) - started < seconds:
        time.sleep(0.5)
        if engine.stats.frames != frames:
            frames, heard = engine.stats.frames, now
        if now - heard > _SILENCE_S:
            faulthandler.dump_traceback(all_threads=True)
            sys.exit(f"silent since picture {frames}, {heard - started:.0f} s into the run")
        if now - written >= every_s:
            written = now
            report.write()
    report.write()
    engine.stop()
    engine.wait()


def plot(run: Path, picture: Path) -> None:
    """Rate, latency, steps and memory over a run's minutes."""
    from PIL import Image, ImageDraw

    lines = [json.loads(line) for line in run.read_text().splitlines()]
    charts: dict[str, list[float]] = {
        "pictures a second": [line["fps"] for line in lines],
        "capture to painted, ms (p50)": [line["latency_ms"] or 0.0 for line in lines],
        "steps x pixels for each context interval": [q[0] * q[2] ** 2 / q[1] for q in (line["quality"] for line in lines)],
        "threads": [line["threads"] for line in lines],
    }  # fmt: skip
    for name in lines[-1]["memory_mb"]:
        charts[f"resident memory of {name}, MB"] = [line["memory_mb"].get(name, 0.0) for line in lines]
    minutes = [line["t_s"] / 60 for line in lines]
    width, height, left = 1000, 150, 70
    image = Image.new("RGB", (width, height * len(charts) + 20), "white")
    draw = ImageDraw.Draw(image)
    for row, (title, values) in enumerate(charts.items()):
        top, bottom = row * height + 30, (row + 1) * height - 10
        highest = max(*values, 1e-9) * 1.1
        points = [
            (left + (width - left - 20) * m / minutes[-1], bottom - (bottom - top) * v / highest)
            for m, v in zip(minutes, values, strict=True)
        ]
        draw.rectangle((left, top, width - 20, bottom), outline="#bbb")
        draw.text((left, top - 16), f"{title}: {min(values):g} to {max(values):g}", "black")
        draw.text((8, top), f"{highest:.4g}", "#666")
        draw.text((8, bottom - 10), "0", "#666")
        draw.line(points, "#1060c0", 2)
    draw.text((left, image.height - 18), f"0 to {minutes[-1]:.0f} minutes", "black")
    image.save(picture)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    tiny_parser = commands.add_parser("tiny")
    tiny_parser.add_argument("count", type=int)
    model_parser = commands.add_parser("model")
    model_parser.add_argument("seconds", type=float)
    model_parser.add_argument("--size", default="320x180")
    model_parser.add_argument("--fps", type=float, default=24.0)
    for command in (tiny_parser, model_parser):
        command.add_argument("--out", type=Path, help="lines of JSON, for `plot`")
        command.add_argument(
            "--every", type=float, default=60.0, help="seconds between two lines (default: %(default)g)"
        )
    commands.add_parser("muxers").add_argument("count", type=int)
    plot_parser = commands.add_parser("plot")
    plot_parser.add_argument("run", type=Path)
    plot_parser.add_argument("picture", type=Path)
    args = parser.parse_args()
    if args.command == "tiny":
        tiny(args.count, args.out, args.every)
    elif args.command == "muxers":
        muxers(args.count)
    elif args.command == "model":
        width, height = (int(side) for side in args.size.split("x"))
        model(args.seconds, (width, height), args.fps, args.out, args.every)
    else:
        plot(args.run, args.picture)


if __name__ == "__main__":
    main()
