"""A disk that really is full: a small file system in memory, which only root may mount."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from device_fixtures import nothing_left_behind, read_all, wait_for

from mirage_lsd.engine import StreamEngine
from mirage_lsd.sinks import SinkState
from mirage_lsd.sources.pattern import PatternSource, read_number
from mirage_lsd.sources.video_file import VideoFileSource


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder with room for 200 kB, and a filler of 800."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("needs the right to mount a file system: run as root")
    try:
        (folder / "filler").write_bytes(bytes(800_000))
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False)


@pytest.mark.parametrize("ending", [".mp4", ".mkv"])
def test_a_full_disk_changes_no_rate_and_recording_goes_on_when_there_is_room(small_disk: Path, ending: str) -> None:
    notices: list[str] = []
    times: list[float] = []
    clip = small_disk / f"clip{ending}"
    with (
        nothing_left_behind("mirage_lsd.device_process"),
        StreamEngine("passthrough", "cpu", resolution=(360, 640), fps=30, on_notice=notices.append) as engine,
    ):
        watch = lambda pixels: times.append(time.monotonic())  # noqa: E731
        engine.start(PatternSource(size=(640, 360), fps=30), [str(clip), watch], block=False)
        wait_for(lambda: engine.stats.sinks[0][1] is SinkState.LOST)
        full_at = len(times)
        wait_for(lambda: len(times) > full_at + 30)
        (small_disk / "filler").unlink()
        arrived = engine.stats.sinks[0][3].arrived
        wait_for(lambda: engine.stats.sinks[0][3].arrived > arrived + 30)
        assert engine.stats.sinks[0][1] is SinkState.OPEN
        started = time.monotonic()
        engine.stop()
        stopped = time.monotonic() - started
    assert stopped < 2.0
    assert [n for n in notices if "is full: what was written plays" in n], notices
    assert any("file: back again" in n for n in notices)
    # The rate before the disk was full and the one meanwhile; a busy machine slows both.
    assert np.median(np.diff(times[full_at:])) < 2 * np.median(np.diff(times[:full_at]))
    played = {path.name: numbers(path) for path in sorted(small_disk.glob(f"*{ending}")) if path.stat().st_size}
    assert len(played[clip.name]) > 15
    assert played[clip.name] == sorted(set(played[clip.name]))
    assert max(len(found) for name, found in played.items() if name != clip.name) > 15


def numbers(path: Path) -> list[int]:
    """The numbers of the pictures that can be played; none where the disk was full before the first."""
    from mirage_lsd.picture import DeviceError

    try:
        with VideoFileSource(path, realtime=False) as source:
            return [read_number(picture.pixels) for picture in read_all(source)]
    except DeviceError:
        return []


def test_what_is_full_from_the_start_is_one_sentence(small_disk: Path) -> None:
    """The file can be begun, and nothing can be written into it."""
    with contextlib.suppress(OSError):  # as much as there is room for
        (small_disk / "more").write_bytes(bytes(1_000_000))
    assert shutil.disk_usage(small_disk).free == 0
    notices: list[str] = []
    with StreamEngine("passthrough", "cpu", resolution=(96, 160), fps=30, on_notice=notices.append) as engine:
        engine.start(PatternSource(size=(160, 96), fps=30), str(small_disk / "clip.mp4"), block=False)
        wait_for(lambda: any("is full" in text for text in notices))
        assert engine.running
        engine.stop()
