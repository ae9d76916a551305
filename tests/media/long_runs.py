"""Runs that take long, with a report: memory and rate over time.

python tests/media/long_runs.py tiny 1000000      so many pictures of 64x48: arrays, passthrough, a function and a file
python tests/media/long_runs.py model 7200        so many seconds of mirage-lsd-v1 at the governor's hand
"""

from __future__ import annotations

import contextlib
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil

from mirage_lsd.engine import StreamEngine


def memory_mb() -> tuple[float, float]:
    """Resident memory of this process, and of its children, MB."""
    own = psutil.Process()
    children = 0
    for child in own.children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            children += child.memory_info().rss
    return own.memory_info().rss / 1e6, children / 1e6


def report(what: str, engine: StreamEngine, started: float) -> None:
    own, children = memory_mb()
    stats = engine.stats
    print(
        f"{time.monotonic() - started:8.0f} s {what} {stats.frames:8d} frames {stats.fps:7.1f} fps  memory {own:7.1f} + {children:7.1f} MB  "
        f"{stats.gave_up}",
        flush=True,
    )


def tiny(count: int) -> None:
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

    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, StreamEngine("passthrough", "cpu") as engine:
        engine.start(arrays(), [look, str(Path(folder) / "out.mkv")], block=False)
        while engine.running:
            time.sleep(10)
            report("tiny", engine, started)
        engine.wait()
    assert seen == count, seen
    print(f"all {count} pictures arrived in order")


def model(seconds: float) -> None:
    """No drift of rate or memory with the real model."""
    with StreamEngine(resolution=(180, 320), max_steps=3) as engine:
        engine.start("pattern", lambda pixels: None, block=False)
        # Not before: on a busy machine loading and compiling may take longer than a short run, which then ended without a word.
        started = time.monotonic()
        while engine.running and time.monotonic() - started < seconds:
            time.sleep(30)
            report("model", engine, started)
        engine.stop()
        engine.wait()


if __name__ == "__main__":
    {"tiny": lambda n: tiny(int(n)), "model": lambda n: model(float(n))}[sys.argv[1]](sys.argv[2])
