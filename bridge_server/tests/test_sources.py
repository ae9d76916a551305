"""Every source against the duties of `Source`, with faults; then what is each one's own."""

from __future__ import annotations

import itertools
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest
from device_fixtures import (
    PATIENCE_S,
    STAND_INS,
    free_port,
    nothing_left_behind,
    play,
    read_all,
    wait_for,
    write_clip,
)
from PIL import Image

from mirage_lsd.device_process.ring import SlotRing
from mirage_lsd.fit import fit
from mirage_lsd.picture import DeviceError, as_pixels
from mirage_lsd.sinks.stream import StreamSink
from mirage_lsd.sources import Source, SourceState, make_source
from mirage_lsd.sources.arrays import ArraySource
from mirage_lsd.sources.camera import CameraSource
from mirage_lsd.sources.desktop import DesktopSource
from mirage_lsd.sources.engine import EngineSource
from mirage_lsd.sources.network import NetworkSource
from mirage_lsd.sources.pacing import Pacer
from mirage_lsd.sources.pattern import ImageSource, PatternSource, read_number
from mirage_lsd.sources.process import ProcessSource
from mirage_lsd.sources.video_file import VideoFileSource

SIZE = (160, 96)


@pytest.fixture
def camera_mode(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """A stand-in camera in the processes that are started now; call it to switch a fault on."""
    control = tmp_path / "camera.txt"

    def switch(mode: str) -> None:
        control.with_suffix(".new").write_text(mode)
        control.with_suffix(".new").replace(control)

    switch("normal")
    monkeypatch.setenv("CAMERA_STAND_IN", str(control))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(STAND_INS / "camera"), os.environ.get("PYTHONPATH", "")]))
    return switch


@pytest.fixture
def display(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An X server of this test's own."""
    if subprocess.run(["which", "Xvfb"], capture_output=True, check=False).returncode:
        pytest.skip("needs Xvfb")
    read_end, write_end = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write_end), "-screen", "0", "640x360x24", "-nolisten", "tcp"],
        pass_fds=[write_end], stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(write_end)
    with os.fdopen(read_end) as lines:
        number = lines.readline().strip()
    monkeypatch.setenv("DISPLAY", f":{number}")
    yield f":{number}"
    server.terminate()
    server.wait(10)


@pytest.fixture
def udp_sender() -> Iterator[str]:
    """The address of a live stream."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        url = f"udp://127.0.0.1:{free.getsockname()[1]}"
    done = threading.Event()

    def send() -> None:
        with PatternSource(size=SIZE, fps=30) as source, StreamSink(url, fps=30) as sink:
            while not done.is_set():
                picture = source.read(0.1)
                if picture is not None:
                    sink.write(picture)

    thread = threading.Thread(target=send)
    thread.start()
    yield url
    done.set()
    thread.join(10)


@pytest.fixture
def game() -> Iterator[str]:
    """The address to which an engine sends, with the native core as game engines do; it keeps trying while nobody listens."""
    address = f"tcp://127.0.0.1:{free_port()}"
    done = threading.Event()
    thread = threading.Thread(target=play, args=(address, done))
    thread.start()
    yield address
    done.set()
    thread.join(10)


@pytest.fixture(
    params=["pattern", "image", "arrays", "file", "file as fast as it goes", "camera", "screen", "network", "engine"]
)
def source(request: pytest.FixtureRequest, tmp_path: Path) -> Source:
    """One of each kind that works here, of SIZE, not opened."""
    kind = request.param
    if kind == "pattern":
        return PatternSource(size=SIZE, fps=60)
    if kind == "image":
        Image.effect_noise((200, 100), 90).save(tmp_path / "still.png")
        return ImageSource(str(tmp_path / "still.png"), size=SIZE, fps=60)
    if kind == "arrays":
        return ArraySource([np.full((50, 70, 3), n, np.uint8) for n in range(40)], size=SIZE)
    if kind.startswith("file"):
        write_clip(tmp_path / "clip.mp4")
        return VideoFileSource(tmp_path / "clip.mp4", size=SIZE, realtime=kind == "file", loop=kind == "file")
    if kind == "camera":
        request.getfixturevalue("camera_mode")
        return CameraSource(0, size=SIZE)
    if kind == "screen":
        request.getfixturevalue("display")
        return DesktopSource(size=SIZE)
    if kind == "engine":
        return EngineSource(request.getfixturevalue("game"), size=SIZE)
    return NetworkSource(request.getfixturevalue("udp_sender"), size=SIZE)


def worker_of(source: Source) -> str:
    """What only the command lines of such a source's processes have in them."""
    return source._worker if isinstance(source, ProcessSource) else "sources.workers"


def next_picture(source: Source, timeout_s: float = PATIENCE_S):
    """The next picture, waited for."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        picture = source.read(0.5)
        if picture is not None:
            return picture
    raise AssertionError(f"no picture: {source.state}, {source.fault}")


def test_every_source_gives_upright_rgba_of_the_asked_size_with_rising_clocks(source: Source) -> None:
    with source:
        assert source.state is SourceState.OPEN
        first = next_picture(source)
        times, media = [first.t_capture_ns], [first.media_time_ns]
        for _ in range(5):
            picture = next_picture(source)
            assert picture.pixels.shape == (SIZE[1], SIZE[0], 4)
            assert picture.pixels.dtype == np.uint8
            assert (picture.pixels[..., 3] == 255).all()
            times.append(picture.t_capture_ns)
            media.append(picture.media_time_ns)
        assert times == sorted(times)
        assert times[-1] <= time.monotonic_ns()
        if media[0] is not None:
            assert all(a < b for a, b in itertools.pairwise(media)), media


def test_a_picture_belongs_to_its_reader(source: Source) -> None:
    with source:
        first = next_picture(source)
        kept = first.pixels.copy()
        for _ in range(6):
            next_picture(source)
        assert np.array_equal(first.pixels, kept)


def test_read_returns_in_time_and_close_leaves_nothing(source: Source) -> None:
    with nothing_left_behind(worker_of(source)):
        source.open()
        next_picture(source)
        started = time.monotonic()
        source.read(0.05)
        assert time.monotonic() - started < 1.0
        started = time.monotonic()
        source.close()
        assert time.monotonic() - started < 1.5
        source.close()
        assert source.read(0.01) is None
        assert source.state is SourceState.CLOSED


def test_a_source_can_be_opened_again(source: Source) -> None:
    for _ in range(2):
        with source:
            next_picture(source)


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
@pytest.mark.parametrize("fault", [signal.SIGKILL, signal.SIGSTOP], ids=["its process dies", "it blocks for ever"])
def test_a_live_device_that_dies_or_blocks_is_lost_and_comes_back(source: Source, fault: signal.Signals) -> None:
    if not isinstance(source, ProcessSource) or not source.live:
        pytest.skip("has no process, or no time of its own")
    if isinstance(source, VideoFileSource) and fault == signal.SIGSTOP:
        pytest.skip("a clip may be paused")
    with nothing_left_behind(worker_of(source)), source:
        next_picture(source)
        child = psutil.Process().children()
        worker = next(process for process in child if worker_of(source) in " ".join(process.cmdline()))
        worker.send_signal(fault)
        wait_for(lambda: source.read(0.05) is None and source.state is SourceState.LOST)
        assert source.fault.endswith(".")
        next_picture(source)
        assert source.state is SourceState.OPEN
        assert source.fault == ""


class StandInSource(ProcessSource):
    """A source with a worker of the test's own."""

    name = help = "stand-in"

    @classmethod
    def from_text(cls, text: str, **options: object) -> None:
        return None


@pytest.fixture
def source_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], StandInSource]:
    """Makes a source of the code with which its worker's `run(port)` begins; `life` is 0 in the first process, 1 in the next."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")]))

    def make(code: str) -> StandInSource:
        lines = [
            "import os, time, numpy as np",
            "def run(port):",
            "    life = port.options['restarts']",
            *code.splitlines(),
        ]
        lines += ["    port.tell('open')", "    while not port.closing.wait(0.4):"]
        lines += ["        port.put(np.zeros((8, 8, 4), np.uint8), time.monotonic_ns())"]
        (tmp_path / "stand_in_device.py").write_text("\n".join(lines))
        return StandInSource("stand_in_device", {}, "The stand-in", silence_s=2.0)

    return make


def test_a_device_that_starts_slowly_is_not_lost(source_of: Callable[[str], StandInSource]) -> None:
    """It opens later than it may be silent, and its first picture comes a moment after that."""
    with source_of("    time.sleep(2.3)") as source:
        next_picture(source)
        assert (source.state, source.restarts) == (SourceState.OPEN, 0)


def test_a_device_that_comes_back_slowly_gets_more_time_with_each_try(
    monkeypatch: pytest.MonkeyPatch, source_of: Callable[[str], StandInSource]
) -> None:
    """After a fault it takes seven times the limit to open, each time; the same patience for ever would end it for ever."""
    with source_of("    life and time.sleep(2.1)") as source:
        next_picture(source)
        monkeypatch.setattr("mirage_lsd.sources.process._OPEN_TIMEOUT_S", 0.3)
        assert source._process is not None
        source._process._process.kill()
        wait_for(lambda: source.read(0.05) is None and source.state is SourceState.LOST)
        next_picture(source)
        assert source.state is SourceState.OPEN
        assert source.restarts >= 2


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
def test_a_device_that_stalls_and_then_dies_without_a_word_comes_back(
    source_of: Callable[[str], StandInSource],
) -> None:
    with source_of("    life == 1 and os._exit(3)") as source:
        next_picture(source)
        assert source._process is not None
        os.kill(source._process.pid, signal.SIGSTOP)
        wait_for(lambda: source.read(0.05) is None and source.restarts >= 2)
        next_picture(source)
        assert source.state is SourceState.OPEN


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
def test_close_ends_a_device_that_blocks(source: Source) -> None:
    if not isinstance(source, ProcessSource):
        pytest.skip("has no process")
    with nothing_left_behind(worker_of(source)):
        source.open()
        next_picture(source)
        assert source._process is not None
        os.kill(source._process.pid, signal.SIGSTOP)
        started = time.monotonic()
        source.close()
        assert time.monotonic() - started < 1.5


# The camera


@pytest.mark.parametrize("mode", ["block", "repeat", "end"])
def test_a_camera_that_fails_is_lost_and_comes_back(camera_mode: Callable[[str], None], mode: str) -> None:
    with CameraSource(0) as source:
        next_picture(source)
        camera_mode(mode)
        # A still picture is accepted after the camera was opened again, so it is lost for a moment only.
        states = set()
        deadline = time.monotonic() + 8.0
        while SourceState.LOST not in states and time.monotonic() < deadline:
            source.read(0.02)
            states.add(source.state)
        assert SourceState.LOST in states
        camera_mode("normal")
        next_picture(source)
        assert source.state is SourceState.OPEN


def test_a_camera_that_is_not_there_is_one_sentence(camera_mode: Callable[[str], None]) -> None:
    camera_mode("absent")
    with pytest.raises(DeviceError, match=r"Camera 3 can't be opened: .*mirage-lsd devices"):
        CameraSource(3).open()


def test_a_camera_gives_rgb_and_says_what_it_was_negotiated_to(camera_mode: Callable[[str], None]) -> None:
    with CameraSource(0) as source:
        picture = next_picture(source)
        # The stand-in knows no 1280x720, so it gives its own size.
        assert (picture.width, picture.height) == (640, 480)
        assert (source.facts["width"], source.facts["fps"]) == (640, 30.0)
        assert picture.pixels[0, -1, 1:3].tolist() == [100, 200]  # green, blue
    with CameraSource(0, mirror=True) as source:
        assert next_picture(source).pixels[0, 0, 1:3].tolist() == [100, 200]


def test_without_its_package_a_source_says_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for package in ("cv2", "av", "mss", "aiortc", "cyndilib"):
        (tmp_path / f"{package}.py").write_text("raise ImportError('not installed')")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")]))
    monkeypatch.setenv("DISPLAY", ":77777")
    for text in ("0", "clip.mp4", "screen", "webrtc:0", "spout", "syphon", "ndi"):
        with pytest.raises(DeviceError, match="pip install"):
            make_source(text).open()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="X11 and Wayland are Linux's")
@pytest.mark.parametrize(
    ("session", "sentence"), [("wayland-0", "Wayland gives no program"), ("", "there is no X display")]
)
def test_a_desktop_that_can_not_be_captured_is_one_sentence(
    session: str, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.setenv("WAYLAND_DISPLAY", session)
    with pytest.raises(DeviceError, match=f"{sentence}.*set DISPLAY"):
        make_source("screen").open()


def test_no_sentence_names_the_password_of_a_camera(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither what its process says nor what is said of a process that says nothing."""
    monkeypatch.setattr("mirage_lsd.sources.process._OPEN_TIMEOUT_S", 0.0)
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen()
        url = f"rtsp://admin:secret@127.0.0.1:{deaf.getsockname()[1]}/x?key=hidden"
        with pytest.raises(DeviceError, match=r"^rtsp://127.0.0.1:\d+/x did not open") as silent:
            make_source(url).open()
        monkeypatch.undo()
        deaf.close()
        with pytest.raises(DeviceError, match=r"^rtsp://127.0.0.1:\d+/x can't be reached") as refused:
            make_source(url).open()
    for said in (silent, refused):
        assert "secret" not in str(said.value)
        assert "hidden" not in str(said.value)


# Clips


def test_a_clip_read_as_fast_as_it_goes_loses_nothing(tmp_path: Path) -> None:
    write_clip(tmp_path / "clip.mp4", count=40)
    with VideoFileSource(tmp_path / "clip.mp4", realtime=False) as source:
        pictures = read_all(source)
    assert [read_number(picture.pixels) for picture in pictures] == list(range(40))
    assert [round((p.media_time_ns or 0) / 1e6) for p in pictures[:4]] == [0, 42, 83, 125]


def test_a_loop_goes_on_with_rising_time_stamps(tmp_path: Path) -> None:
    write_clip(tmp_path / "clip.mp4", count=5)
    with VideoFileSource(tmp_path / "clip.mp4", realtime=False, loop=True) as source:
        pictures = [next_picture(source) for _ in range(17)]
    assert [read_number(picture.pixels) for picture in pictures] == [n % 5 for n in range(17)]
    stamps = [picture.media_time_ns for picture in pictures]
    assert all(b - a == pytest.approx(1e9 / 24, rel=0.02) for a, b in itertools.pairwise(stamps))


@pytest.mark.parametrize("name", ["100%d.mp4", "a#b.mp4", "Straße ü.mp4", "a b:c.mp4", "%(x)s.mp4"])
def test_any_file_name_works(tmp_path: Path, name: str) -> None:
    write_clip(tmp_path / name, count=3)
    with VideoFileSource(tmp_path / name, realtime=False) as source:
        assert len(read_all(source)) == 3


def test_a_clip_that_ends_before_anybody_looked_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its process has nothing more to do when this one, on a busy machine, opens the memory with the pictures."""
    write_clip(tmp_path / "clip.mp4", count=3)
    attach = SlotRing.attach

    def late(*where: object) -> SlotRing:
        time.sleep(1.5)
        return attach(*where)  # type: ignore[arg-type]

    monkeypatch.setattr(SlotRing, "attach", late)
    with VideoFileSource(tmp_path / "clip.mp4", realtime=False) as source:
        assert [read_number(picture.pixels) for picture in read_all(source)] == [0, 1, 2]


def test_broken_clips_are_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "empty.mp4").write_bytes(b"")
    (tmp_path / "noise.mp4").write_bytes(os.urandom(20_000))
    for name in ("empty.mp4", "noise.mp4"):
        with pytest.raises(DeviceError, match=f"{name} .*(empty|broken)"):
            VideoFileSource(tmp_path / name).open()
    with pytest.raises(DeviceError, match="is not there; check the path"):
        VideoFileSource(tmp_path / "none.mp4").open()
    with pytest.raises(DeviceError, match="can't be read"):
        VideoFileSource(tmp_path).open()


def test_a_clip_that_was_cut_off_plays_as_far_as_it_goes(tmp_path: Path) -> None:
    write_clip(tmp_path / "whole.mp4", count=96)
    data = (tmp_path / "whole.mp4").read_bytes()
    (tmp_path / "half.mp4").write_bytes(data[: len(data) // 2])
    with VideoFileSource(tmp_path / "half.mp4", realtime=False) as source:
        numbers = [read_number(picture.pixels) for picture in read_all(source)]
    assert 20 < len(numbers) < 96
    assert numbers == list(range(len(numbers)))


def test_a_live_clip_gives_the_newest_picture_to_a_slow_reader(tmp_path: Path) -> None:
    write_clip(tmp_path / "clip.mp4", count=48)
    with VideoFileSource(tmp_path / "clip.mp4") as source:
        numbers = []
        while (picture := source.read(1.0)) is not None:
            numbers.append(read_number(picture.pixels))
            time.sleep(0.2)
    assert numbers == sorted(numbers)
    assert len(numbers) < 24
    assert source.dropped > 0


# Pieces


def test_the_pacer_on_a_virtual_clock() -> None:
    pacer = Pacer()
    ms = 1_000_000
    assert pacer.wait_ns(0, 1_000 * ms) == 0
    assert pacer.wait_ns(40 * ms, 1_001 * ms) == 39 * ms
    assert pacer.wait_ns(80 * ms, 1_100 * ms) == 0, "late, but within the slack: catches up"
    assert pacer.wait_ns(120 * ms, 1_100 * ms) == 20 * ms
    assert pacer.wait_ns(160 * ms, 9_000 * ms) == 0, "the machine slept"
    assert pacer.wait_ns(200 * ms, 9_000 * ms) == 40 * ms, "its zero has moved"
    assert pacer.wait_ns(0, 9_050 * ms) == 0, "a loop"
    assert pacer.wait_ns(40 * ms, 9_050 * ms) == 40 * ms
    assert pacer.wait_ns(3_600_000 * ms, 9_090 * ms) == 0, "a broken time stamp"


def test_fit_covers_contains_and_stretches() -> None:
    wide = np.zeros((10, 40, 4), np.uint8)
    wide[..., 3] = 255
    wide[:, 15:25, 0] = 255
    assert (fit(wide, 10, 10, "cover")[..., 0] > 200).mean() > 0.9, "the middle fills it"
    contained = fit(wide, 40, 40, "contain")
    assert contained[:14].max(axis=(0, 1)).tolist() == [0, 0, 0, 255]
    assert contained[20, 20, 0] == 255
    assert fit(wide, 20, 20, "stretch")[10, 10, 0] == 255


@pytest.mark.parametrize("shape", [(4, 5), (4, 5, 3), (4, 5, 4)])
def test_arrays_of_every_form_become_rgba(shape: tuple[int, ...]) -> None:
    assert as_pixels(np.ones(shape, np.float32)).shape == (4, 5, 4)
    assert as_pixels(np.full(shape, 7, np.uint8))[0, 0, 0] == 7


def test_arrays_of_no_form_end_the_source_with_a_sentence() -> None:
    with ArraySource([np.zeros((4, 4, 2), np.uint8)]) as source:
        assert source.read(1.0) is None
        assert source.state is SourceState.ENDED
        assert "H x W" in source.fault


def test_what_no_source_knows_is_one_sentence() -> None:
    with pytest.raises(DeviceError, match="is no source"):
        make_source(object())
    with pytest.raises(DeviceError, match="is no source"):
        make_source("gopher://x")
