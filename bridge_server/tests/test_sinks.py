"""Every sink against the duties of `Sink`, with faults; then what is each one's own."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from device_fixtures import PATIENCE_S, STAND_INS, nothing_left_behind, read_all, still_pattern

from mirage_lsd.backoff import Backoff
from mirage_lsd.picture import DeviceError, Picture
from mirage_lsd.sinks import Sink, SinkState, make_sink
from mirage_lsd.sinks.callback import CallbackSink
from mirage_lsd.sinks.process import ProcessSink
from mirage_lsd.sinks.stream import StreamSink
from mirage_lsd.sinks.video_file import VideoFileSink
from mirage_lsd.sinks.virtual_camera import VirtualCameraSink
from mirage_lsd.sinks.webrtc import WebRtcSink
from mirage_lsd.sinks.window import WindowSink
from mirage_lsd.sinks.workers.window import fitting_lines
from mirage_lsd.sources.pattern import draw_pattern, read_number
from mirage_lsd.sources.video_file import VideoFileSource

SIZE = (160, 96)


@pytest.fixture
def camera_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What the stand-in virtual camera was sent."""
    path = tmp_path / "camera.raw"
    monkeypatch.setenv("VIRTUAL_CAMERA_STAND_IN", str(path))
    monkeypatch.setenv(
        "PYTHONPATH", os.pathsep.join([str(STAND_INS / "virtual_camera"), os.environ.get("PYTHONPATH", "")])
    )
    return path


@pytest.fixture(params=["file", "push", "window", "virtual camera", "webrtc", "callback"])
def sink(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sink]:
    """One of each kind that works here, not opened."""
    kind = request.param
    with contextlib.ExitStack() as stack:
        if kind == "file":
            yield VideoFileSink(tmp_path / "out.mp4")
        elif kind == "push":
            # UDP without a reader: the system keeps what comes, as a receiver would.
            receiver = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            receiver.bind(("127.0.0.1", 0))
            yield StreamSink(f"udp://127.0.0.1:{receiver.getsockname()[1]}")
        elif kind == "window":
            monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
            yield WindowSink()
        elif kind == "virtual camera":
            pytest.importorskip("pyvirtualcam.camera")
            request.getfixturevalue("camera_file")
            yield VirtualCameraSink(backend="stand-in", fps=30)
        elif kind == "webrtc":
            pytest.importorskip("aiortc")
            yield WebRtcSink(port=0)
        else:
            yield CallbackSink(lambda pixels: None)


class Feed:
    """Numbered pictures of the test pattern."""

    def __init__(self, size: tuple[int, int] = SIZE) -> None:
        self._still, self.number = still_pattern(size), 0

    def __call__(self) -> Picture:
        self.number += 1
        return Picture(draw_pattern(self._still, self.number), time.monotonic_ns())


def feed_until(sink: Sink, what: Callable[[], object], timeout_s: float = PATIENCE_S) -> float:
    """Writes 60 pictures a second until `what()`; returns the longest time that a `write` took, seconds."""
    feed, longest, deadline = Feed(), 0.0, time.monotonic() + timeout_s
    while not what():
        assert time.monotonic() < deadline, f"it did not come: {sink.state}, {sink.fault}, {sink.stats}"
        picture = feed()
        started = time.monotonic()
        sink.write(picture)
        longest = max(longest, time.monotonic() - started)
        time.sleep(1 / 60)
    return longest


def test_pictures_arrive_and_their_age_is_known(sink: Sink) -> None:
    with sink:
        assert sink.state is SinkState.OPEN
        feed_until(sink, lambda: sink.stats.arrived >= 10)
        stats = sink.stats
        assert stats.latency_ms_p50 is not None
        assert 0.0 < stats.latency_ms_p50 < 5_000.0
        assert stats.given >= stats.arrived + stats.dropped


def test_close_leaves_nothing_and_may_come_twice(sink: Sink) -> None:
    with nothing_left_behind("sinks.workers"):
        sink.open()
        feed_until(sink, lambda: sink.stats.arrived >= 3)
        started = time.monotonic()
        sink.close()
        assert time.monotonic() - started < 2.0
        sink.close()
        assert sink.state is SinkState.CLOSED
        assert sink.write(Feed()()) is False


def test_a_picture_of_another_size_in_between_is_taken(sink: Sink) -> None:
    other = Feed((96, 128))
    with sink:
        feed_until(sink, lambda: sink.stats.arrived >= 3)
        for _ in range(20):
            sink.write(other())
            time.sleep(0.02)
        arrived = sink.stats.arrived
        feed_until(sink, lambda: sink.stats.arrived > arrived + 5)
        assert sink.state is SinkState.OPEN, sink.fault


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
@pytest.mark.parametrize("fault", [signal.SIGKILL, signal.SIGSTOP], ids=["its process dies", "it stalls"])
def test_a_sink_that_dies_or_stalls_costs_no_time_and_comes_back(sink: Sink, fault: signal.Signals) -> None:
    if not isinstance(sink, ProcessSink):
        pytest.skip("has no process")
    with nothing_left_behind("sinks.workers"), sink:
        feed_until(sink, lambda: sink.stats.arrived >= 3)
        assert sink._process is not None
        os.kill(sink._process.pid, fault)
        longest = feed_until(sink, lambda: sink.state is SinkState.LOST)
        assert sink.fault.endswith(".")
        arrived = sink.stats.arrived
        longest = max(longest, feed_until(sink, lambda: sink.stats.arrived > arrived + 5))
        assert sink.state is SinkState.OPEN
        assert sink.fault == ""
        assert sink.stats.restarts >= 1
        # Waiting for it would have taken seconds.
        assert longest < 0.5


class StandInSink(ProcessSink):
    """A sink with a worker of the test's own."""

    name = help = "stand-in"

    @classmethod
    def from_text(cls, text: str, **options: object) -> None:
        return None


@pytest.fixture
def sink_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], StandInSink]:
    """Makes a sink of the code of its worker's `run(port)`; `life` is 0 in the first process, 1 in the next."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")]))

    def make(code: str) -> StandInSink:
        lines = ["import os, time", "def run(port):", "    life = port.options['restarts']", *code.splitlines()]
        lines += [
            "    while not port.closing.is_set():",
            "        picture = port.take(0.1)",
            "        picture and port.shown(picture)",
        ]
        (tmp_path / "stand_in_device.py").write_text("\n".join(lines))
        return StandInSink("stand_in_device", {}, "The stand-in", waits_for_open=False)

    return make


def test_a_sink_whose_process_starts_slowly_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sink_of: Callable[[str], StandInSink]
) -> None:
    """Python itself needs seconds, as on a busy machine: longer than a running sink may leave its first pictures waiting."""
    sink = sink_of("")
    monkeypatch.setattr("mirage_lsd.sinks.process._FIRST_STALL_S", 0.5)
    (tmp_path / "sitecustomize.py").write_text("import time; time.sleep(2)")
    with sink:
        feed_until(sink, lambda: sink.stats.arrived >= 5)
        assert sink.stats.restarts == 0


def test_a_sink_that_is_slower_than_its_limit_gets_more_time_with_each_try(
    monkeypatch: pytest.MonkeyPatch, sink_of: Callable[[str], StandInSink]
) -> None:
    """Its first picture takes seven times the limit, each time; the same patience for ever would end it for ever."""
    monkeypatch.setattr("mirage_lsd.sinks.process._FIRST_STALL_S", 0.3)
    with sink_of("    time.sleep(2.1)") as sink:
        feed_until(sink, lambda: sink.stats.arrived >= 5)
        assert sink.state is SinkState.OPEN
        assert sink.stats.restarts >= 1


def test_a_sink_that_stalls_and_then_dies_without_a_word_comes_back(
    monkeypatch: pytest.MonkeyPatch, sink_of: Callable[[str], StandInSink]
) -> None:
    monkeypatch.setattr("mirage_lsd.sinks.process._FIRST_STALL_S", 0.5)
    with sink_of("    life == 0 and time.sleep(60)\n    life == 1 and os._exit(3)") as sink:
        feed_until(sink, lambda: sink.stats.arrived >= 5)
        assert sink.state is SinkState.OPEN
        assert sink.stats.restarts >= 2


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
def test_close_ends_a_sink_that_stalls(sink: Sink) -> None:
    if not isinstance(sink, ProcessSink):
        pytest.skip("has no process")
    with nothing_left_behind("sinks.workers"):
        sink.open()
        feed_until(sink, lambda: sink.stats.arrived >= 3)
        assert sink._process is not None
        os.kill(sink._process.pid, signal.SIGSTOP)
        started = time.monotonic()
        sink.close()
        assert time.monotonic() - started < 2.0


def test_without_its_package_a_sink_says_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for package in ("av", "pygame", "pyvirtualcam", "aiortc", "cyndilib"):
        (tmp_path / f"{package}.py").write_text("raise ImportError('not installed')")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")]))
    for text in (str(tmp_path / "out.mp4"), "window", "virtual-camera", "webrtc:0", "spout", "syphon", "ndi"):
        with pytest.raises(DeviceError, match="pip install"):
            make_sink(text).open()


# Files


def written(path: Path) -> list[int]:
    """The numbers of the pictures in a clip."""
    with VideoFileSource(path, realtime=False) as source:
        return [read_number(picture.pixels) for picture in read_all(source)]


@pytest.mark.parametrize("ending", [".mp4", ".mkv", ".mov"])
def test_a_lossless_file_has_every_picture_at_its_time(tmp_path: Path, ending: str) -> None:
    feed = Feed((161, 97))
    path = tmp_path / f"out{ending}"
    with VideoFileSink(path, lossless=True) as sink:
        for n in range(30):
            assert sink.write(Picture(feed().pixels, time.monotonic_ns(), n * 100_000_000))
        sink.close(30.0)
    with VideoFileSource(path, realtime=False) as source:
        pictures = read_all(source)
    assert [read_number(picture.pixels) for picture in pictures] == list(range(1, 31))
    assert [round((picture.media_time_ns or 0) / 1e8) for picture in pictures] == list(range(30))
    assert (pictures[0].width, pictures[0].height) == (162, 98)
    # Colors survive: the bars are what the pattern drew.
    middle = pictures[-1].pixels[60, 8::20, :3].astype(int)
    assert np.abs(middle - still_pattern((161, 97))[60, 8:161:20, :3][: len(middle)]).mean() < 12


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
def test_what_was_written_before_a_crash_plays_and_is_not_written_over(tmp_path: Path) -> None:
    path = tmp_path / "out.mp4"
    with VideoFileSink(path, fps=30) as sink:
        feed_until(sink, lambda: sink.stats.arrived >= 90)
        assert sink._process is not None
        os.kill(sink._process.pid, signal.SIGKILL)
        arrived = sink.stats.arrived
        feed_until(sink, lambda: sink.stats.arrived > arrived + 5)
    assert len(written(path)) >= 30
    assert len(written(tmp_path / "out-2.mp4")) >= 5


def test_a_full_disk_is_a_sentence_and_recording_goes_on_when_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A limit on the size of files stands in for the full disk: the system then refuses to write, in this process's children only.
    limit = tmp_path / "limit.txt"
    limit.write_text("40000")
    (tmp_path / "sitecustomize.py").write_text(
        "import os, sys\n"
        "if any('device_process' in w for w in sys.orig_argv):\n"
        "    import resource, signal\n"
        "    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        f"    size = int(open({str(limit)!r}).read())\n"
        "    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)) if size else None\n"
    )
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")]))
    out = tmp_path / "out"
    out.mkdir()
    with VideoFileSink(out / "clip.mp4", fps=30) as sink:
        feed_until(sink, lambda: sink.state is SinkState.LOST)
        assert "what was written plays" in sink.fault
        limit.write_text("0")
        arrived = sink.stats.arrived
        feed_until(sink, lambda: sink.stats.arrived > arrived + 30)
        assert sink.state is SinkState.OPEN
    clips = sorted(out.glob("*.mp4"))
    assert len(clips) >= 2
    assert len(written(out / "clip.mp4")) >= 1
    assert len(written(clips[-2] if clips[-1].name == "clip.mp4" else clips[-1])) >= 30


@pytest.mark.parametrize(
    ("target", "sentence"),
    [("none/out.mp4", "folder .* is not there"), (".", "ends in .mp4"), ("folder.mp4", "can't be written")],
)
def test_a_file_that_can_never_be_written_is_one_sentence(tmp_path: Path, target: str, sentence: str) -> None:
    (tmp_path / "folder.mp4").mkdir()
    with pytest.raises(DeviceError, match=sentence):
        VideoFileSink(tmp_path / target).open()


# The others


def test_a_push_to_nobody_goes_on_trying(tmp_path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    with StreamSink(f"rtmp://127.0.0.1:{port}/live/secret-key") as sink:
        feed_until(sink, lambda: sink.stats.restarts >= 2)
        assert sink.state is SinkState.LOST
        assert "until the receiver is back" in sink.fault
        assert "secret-key" not in sink.fault


def test_a_peer_that_accepts_and_then_says_nothing_is_given_up(tmp_path: Path) -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen()
        with StreamSink(f"rtmp://127.0.0.1:{deaf.getsockname()[1]}/live/key") as sink:
            longest = feed_until(sink, lambda: sink.state is SinkState.LOST)
            assert longest < 0.5
            assert sink.stats.dropped > 0


def test_the_virtual_camera_shows_the_pictures_with_bars_where_they_are_of_other_proportions(camera_file: Path) -> None:
    pytest.importorskip("pyvirtualcam.camera")
    with VirtualCameraSink(backend="stand-in", size=(160, 120), fps=60) as sink:
        feed_until(sink, lambda: sink.stats.arrived >= 5)
    data = camera_file.read_bytes()
    frame = np.frombuffer(data[8 : 8 + 160 * 120 * 3], np.uint8).reshape(120, 160, 3)
    assert (int.from_bytes(data[:4], "little"), int.from_bytes(data[4:8], "little")) == (160, 120)
    assert frame[:10].max() == 0
    assert 1 <= read_number(np.dstack([frame[12:108], np.full((96, 160), 255, np.uint8)])) < 100


def test_a_virtual_camera_whose_driver_goes_comes_back(camera_file: Path) -> None:
    pytest.importorskip("pyvirtualcam.camera")
    unplugged = Path(f"{camera_file}.unplugged")
    with VirtualCameraSink(backend="stand-in", fps=60) as sink:
        feed_until(sink, lambda: sink.stats.arrived >= 3)
        unplugged.touch()
        feed_until(sink, lambda: sink.state is SinkState.LOST)
        unplugged.unlink()
        arrived = sink.stats.arrived
        feed_until(sink, lambda: sink.stats.arrived > arrived)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere there always is one")
def test_a_window_without_a_screen_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """SDL would draw into memory, and everything would seem to work."""
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"):
        monkeypatch.delenv(name, raising=False)
    assert "set DISPLAY" in (WindowSink.available() or "")
    with pytest.raises(DeviceError, match="There is no display for a window"):
        WindowSink().open()


@pytest.mark.parametrize("url", ["srt://", "srt://host", "rtmp://", "rtmp://host", "udp://:x", "tcp://host"])
def test_an_address_without_a_place_is_one_sentence(url: str) -> None:
    with pytest.raises(DeviceError, match="leads nowhere: give rtmp://HOST/APP/KEY"):
        make_sink(url)
    make_sink("srt://:9000?mode=listener")
    make_sink("rtmp://host/live/key")


def test_a_function_that_raises_is_a_fault_of_its_own() -> None:
    def broken(pixels: object) -> None:
        raise ZeroDivisionError("mine")

    with CallbackSink(broken) as sink:
        assert sink.write(Feed()()) is False
        assert sink.state is SinkState.ENDED
        assert "on_frame raised ZeroDivisionError: mine" in sink.fault


def test_a_sentence_is_broken_to_fit_a_small_window() -> None:
    assert fitting_lines("Runs with 1 of 3 steps", lambda line: len(line) <= 11) == ["Runs with 1", "of 3 steps"]
    assert fitting_lines("supercalifragilistic is", lambda line: len(line) <= 5) == ["supercalifragilistic", "is"]
    assert fitting_lines("", lambda line: True) == []


def test_pauses_grow_on_a_virtual_clock() -> None:
    now = 0.0
    backoff = Backoff(lambda: now, first_s=0.25, longest_s=1.0)
    assert backoff.due
    for pause in (0.25, 0.5, 1.0, 1.0):
        backoff.failed()
        now += pause - 0.01
        assert not backoff.due
        now += 0.02
        assert backoff.due
    backoff.reset()
    backoff.failed()
    now += 0.26
    assert backoff.due


def test_what_no_sink_knows_is_one_sentence() -> None:
    for what in ("out.avi", 7):
        with pytest.raises(DeviceError, match="is no sink"):
            make_sink(what)
