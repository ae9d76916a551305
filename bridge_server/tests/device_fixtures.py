"""What the tests of sources and sinks share: clips, stand-ins, and looking for what was left behind."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import psutil

from mirage_lsd.client import Client
from mirage_lsd.picture import Picture, Pixels
from mirage_lsd.sinks.video_file import VideoFileSink
from mirage_lsd.sources.base import Source
from mirage_lsd.sources.pattern import PatternSource, draw_pattern

# What a busy machine may take for anything. Nothing is proven by how long a test waited.
PATIENCE_S = 120.0
STAND_INS = Path(__file__).parents[2] / "tests" / "media" / "stand_ins"


def write_clip(path: Path, count: int = 48, size: tuple[int, int] = (320, 180), fps: float = 24.0) -> None:
    """A clip of the test pattern, pictures 0 .. count - 1."""
    still = still_pattern(size)
    with VideoFileSink(path, fps=fps, lossless=True) as sink:
        for number in range(count):
            pixels = draw_pattern(still, number)
            assert sink.write(Picture(pixels, time.monotonic_ns(), round(number * 1e9 / fps))), sink.fault
        sink.close(30.0)


def still_pattern(size: tuple[int, int]) -> Pixels:
    """The pattern without its moving parts."""
    with PatternSource(size=size, fps=1000.0) as source:
        picture = source.read(1.0)
    assert picture is not None
    return np.array(picture.pixels)


def free_port() -> int:
    """A TCP port of this machine that nobody has."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def play(address: str, done: threading.Event, size: tuple[int, int] = (320, 180)) -> None:
    """A game: sends the numbered test pattern through the native core until `done`, with an alpha that is none of a picture."""
    still, number = still_pattern(size), 0
    with Client(address, engine="test") as client, client.open_stream(*size, planes=("color",)) as stream:
        while not done.wait(0.02):
            pixels = np.array(draw_pattern(still, number))
            pixels[..., 3] = 64
            stream.submit(pixels)
            stream.acquire()
            number += 1


def read_all(source: Source, timeout_s: float = PATIENCE_S) -> list[Picture]:
    """Every picture of a source that ends."""
    pictures: list[Picture] = []
    deadline = time.monotonic() + timeout_s
    while source.state.value in ("open", "lost"):
        picture = source.read(1.0)
        if picture is not None:
            pictures.append(picture)
        assert time.monotonic() < deadline, (source.state, source.fault)
    return pictures


def wait_for(what: Callable[[], object]) -> None:
    """Waits until `what()` is true."""
    deadline = time.monotonic() + PATIENCE_S
    while not what():
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.01)


@contextmanager
def nothing_left_behind(worker: str) -> Iterator[None]:
    """After the block there are no more processes of `worker` (a part of their command line) and no more shared memory than before."""
    before = set(children(worker)), set(shared_files())
    yield
    wait_for(lambda: not set(children(worker)) - before[0])
    wait_for(lambda: not set(shared_files()) - before[1])


def children(worker: str) -> list[int]:
    """The processes of this one's whose command line has `worker` in it."""
    found = []
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            if process.status() != psutil.STATUS_ZOMBIE and worker in " ".join(process.cmdline()):
                found.append(process.pid)
    return found


def shared_files() -> list[str]:
    folder = Path("/dev/shm")
    return [name for name in os.listdir(folder) if name.startswith("mirage-lsd-")] if folder.is_dir() else []
