"""`StreamEngine` with the passthrough model: from every end, with faults in the middle of a stream."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from device_fixtures import STAND_INS, nothing_left_behind, read_all, still_pattern, wait_for, write_clip

from mirage_lsd.client.local_daemon import DaemonProcess
from mirage_lsd.engine import StreamEngine
from mirage_lsd.picture import DeviceError
from mirage_lsd.sinks import SinkState
from mirage_lsd.sinks.callback import CallbackSink
from mirage_lsd.sources import SourceState
from mirage_lsd.sources.pattern import PatternSource, draw_pattern, read_number
from mirage_lsd.sources.video_file import VideoFileSource


@pytest.fixture
def notices() -> list[str]:
    return []


@pytest.fixture
def make(notices: list[str]) -> Callable[..., StreamEngine]:
    """An engine whose sentences go to `notices`."""

    def build(**options: object) -> StreamEngine:
        return StreamEngine("passthrough", on_notice=notices.append, **{"device": "cpu", **options})  # type: ignore[arg-type]

    return build


def test_a_clip_becomes_a_file_with_every_picture(make: Callable[..., StreamEngine], tmp_path: Path) -> None:
    write_clip(tmp_path / "clip.mp4", count=50)
    seen: list[tuple[int, int]] = []
    with make() as engine:
        engine.start(
            tmp_path / "clip.mp4", str(tmp_path / "out.mp4"), progress=lambda done, total: seen.append((done, total))
        )
    with VideoFileSource(tmp_path / "out.mp4", realtime=False) as source:
        assert [read_number(picture.pixels) for picture in read_all(source)] == list(range(50))
    assert [done for done, _ in seen] == list(range(1, 51))


def test_arrays_go_to_a_function_in_order(make: Callable[..., StreamEngine]) -> None:
    got: list[int] = []
    with make(resolution=(24, 32)) as engine:
        engine.start(
            [np.full((24, 32, 3), n, np.uint8) for n in range(30)], lambda pixels: got.append(int(pixels[0, 0, 0]))
        )
        stats = engine.stats
    assert got == list(range(30))
    assert stats.frames == 30
    assert stats.latency_ms_p50 is not None


def test_a_live_stream_is_held_to_the_asked_rate_and_size(make: Callable[..., StreamEngine]) -> None:
    shapes: set[tuple[int, ...]] = set()
    with make(resolution=(90, 160), fps=20) as engine:
        engine.start(PatternSource(size=(320, 180), fps=60), lambda pixels: shapes.add(pixels.shape), block=False)
        wait_for(lambda: engine.stats.frames >= 40)
        stats = engine.stats
    assert shapes == {(90, 160, 4)}
    assert 15 < stats.fps < 25
    assert stats.skipped > 0


def test_controls_reach_the_picture_and_wrong_ones_are_a_sentence(make: Callable[..., StreamEngine]) -> None:
    with make() as engine:
        assert {"strength", "bypass"} <= {control.name for control in engine.controls}
        engine.set(strength=0.25, transition_s=0.0)
        with pytest.raises(ValueError, match="strength"):
            engine.set(strength=7)
        with pytest.raises(ValueError, match="no control 'sceen'"):
            engine.set(sceen="forest")
        engine.set(bypass=True)
        array = np.random.default_rng(0).integers(0, 255, (32, 48, 3), np.uint8)
        assert np.array_equal(engine.process(array)[..., :3], array)


def test_what_is_set_before_the_start_is_how_it_begins(make: Callable[..., StreamEngine]) -> None:
    engine = make()
    engine.set(strength=0.5, transition_s=9.0)
    with engine:
        engine.process(np.zeros((16, 16, 3), np.uint8))
        assert engine._panel.current["strength"] == 0.5


def test_pictures_can_be_awaited(make: Callable[..., StreamEngine]) -> None:
    async def watch(engine: StreamEngine) -> list[int]:
        numbers = []
        async for pixels in engine:
            numbers.append(read_number(pixels))
            if len(numbers) == 5:
                break
        return numbers

    with make(fps=60) as engine:
        engine.start(PatternSource(size=(320, 180), fps=60), block=False)
        numbers = asyncio.run(watch(engine))
    assert numbers == sorted(set(numbers))


def test_what_can_not_begin_is_raised_and_nothing_is_left(make: Callable[..., StreamEngine], tmp_path: Path) -> None:
    with nothing_left_behind("mirage_lsd.device_process"), make() as engine:
        with pytest.raises(DeviceError, match="is not there"):
            engine.start(tmp_path / "none.mp4", str(tmp_path / "out.mp4"))
        with pytest.raises(DeviceError, match="folder"):
            engine.start("pattern", str(tmp_path / "none" / "out.mp4"))
        with pytest.raises(ValueError, match="no model"):
            StreamEngine("nonsense").start("pattern")
        assert not engine.running


def test_cuda_that_is_not_there_is_one_sentence_and_it_goes_on(
    make: Callable[..., StreamEngine], notices: list[str]
) -> None:
    torch = pytest.importorskip("torch")
    if torch.cuda.is_available():
        pytest.skip("has CUDA")
    with make(device="cuda", fp16=True, max_steps=5, resolution=(720, 1280)) as engine:
        assert [n for n in notices if "no CUDA device" in n and "auto" in n] == notices
        assert engine.process(np.zeros((720, 1280, 3), np.uint8)).shape == (720, 1280, 4)


@pytest.mark.parametrize(
    "options", [{"max_steps": 0}, {"max_steps": 9}, {"fps": 0}, {"resolution": (8, 640)}, {"resolution": (720, 9000)}]
)
def test_options_out_of_range_are_one_sentence(make: Callable[..., StreamEngine], options: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(options))):
        make(**options)


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
def test_faults_at_both_ends_do_not_change_the_rate_and_are_told(
    make: Callable[..., StreamEngine], notices: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A push whose peer is deaf, a file whose process is killed, beside a sink that works: that one gets every picture in time."""
    times: list[float] = []
    with socket.socket() as deaf, make(fps=30, resolution=(96, 160)) as engine:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen()
        push = f"rtmp://127.0.0.1:{deaf.getsockname()[1]}/live/key"
        watch = CallbackSink(lambda pixels: times.append(time.monotonic()))
        engine.start(PatternSource(size=(160, 96), fps=30), [push, str(tmp_path / "out.mp4"), watch], block=False)
        wait_for(lambda: len(times) > 60)
        quiet = len(times)
        file_sink = engine._sinks[1]
        os.kill(file_sink._process.pid, signal.SIGKILL)  # type: ignore[attr-defined]
        wait_for(lambda: engine._sinks[0].state is SinkState.LOST)
        wait_for(lambda: file_sink.state is SinkState.OPEN and file_sink.stats.restarts == 1)
        wait_for(lambda: any("rtmp" in n for n in notices))
        started = time.monotonic()
        engine.stop()
        stopped = time.monotonic() - started
    # As before the faults; a busy machine slows both.
    assert np.median(np.diff(times[quiet:])) < 2 * np.median(np.diff(times[:quiet]))
    assert stopped < 2.5
    assert any("rtmp" in n or "stream to" in n for n in notices), notices
    with VideoFileSource(tmp_path / "out.mp4", realtime=False) as source:
        assert len(read_all(source)) > 5


def test_a_camera_that_is_pulled_out_is_told_and_comes_back(
    make: Callable[..., StreamEngine], notices: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    control = tmp_path / "camera.txt"
    control.write_text("normal")
    monkeypatch.setenv("CAMERA_STAND_IN", str(control))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(STAND_INS / "camera"), os.environ.get("PYTHONPATH", "")]))
    with nothing_left_behind("mirage_lsd.device_process"), make(resolution=(48, 64)) as engine:
        engine.start(0, lambda pixels: None, block=False)
        wait_for(lambda: engine.stats.frames > 5)
        control.write_text("end")
        wait_for(lambda: engine.stats.source_state is SourceState.LOST)
        control.write_text("normal")
        frames = engine.stats.frames
        wait_for(lambda: engine.stats.frames > frames + 5)
        engine.stop()
    assert any("pulled out" in n for n in notices)
    assert any("back again" in n for n in notices)


def test_a_monitor_that_is_unplugged_is_told_and_comes_back(
    make: Callable[..., StreamEngine], notices: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plugged = tmp_path / "monitors.txt"
    inside, beside = "inside 0 0 64 48\n", "beside -96 -20 96 60\n"
    plugged.write_text(inside + beside)
    monkeypatch.setenv("DESKTOP_STAND_IN", str(plugged))
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(STAND_INS / "desktop"), os.environ.get("PYTHONPATH", "")]))
    shapes: list[tuple[int, ...]] = []
    with nothing_left_behind("mirage_lsd.device_process"), make(fps=30) as engine:
        engine.start("screen:beside", lambda pixels: shapes.append((*pixels.shape, int(pixels[0, 0, 0]))), block=False)
        wait_for(lambda: len(shapes) > 5)
        plugged.write_text(inside)
        wait_for(lambda: engine.stats.source_state is SourceState.LOST)
        # Its place on the desktop may be another one afterwards.
        plugged.write_text(inside + "beside 64 0 96 60\n")
        frames = len(shapes)
        wait_for(lambda: len(shapes) > frames + 5)
        started = time.monotonic()
        engine.stop()
        assert time.monotonic() - started < 2.0
    assert set(shapes) == {(60, 96, 4, 120)}, "never the other monitor"
    assert any("no picture any more" in n or "no monitor 'beside' now; there are 1 (inside" in n for n in notices), (
        notices
    )
    assert any("back again" in n for n in notices)


def test_stop_from_another_thread_and_twice(make: Callable[..., StreamEngine]) -> None:
    engine = make()
    threading.Timer(0.5, engine.stop).start()
    engine.start(PatternSource(size=(64, 48)), lambda pixels: None)
    engine.stop()
    assert not engine.running
    engine.close()


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
def test_ctrl_c_in_the_moment_when_the_thread_starts_ends_it() -> None:
    code = (
        "import threading\n"
        "from mirage_lsd.engine import StreamEngine\n"
        "start = threading.Thread.start\n"
        "def interrupted(thread):\n"
        "    start(thread)\n"
        "    if thread.name == 'mirage-lsd engine': raise KeyboardInterrupt\n"
        "threading.Thread.start = interrupted\n"
        "StreamEngine('passthrough', 'cpu', resolution=(48, 64)).start('pattern', lambda pixels: None)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode != 0
    assert done.stderr.strip().endswith("KeyboardInterrupt")


def test_ctrl_c_while_the_model_is_loaded_ends_it() -> None:
    code = (
        "import os, signal, time\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # a shell that runs this in the background ignores it
        "from mirage_lsd.engine import StreamEngine\n"
        "from mirage_lsd.painters.in_process import InProcessPainter\n"
        "def prepare(*a): os.kill(os.getpid(), signal.SIGINT); time.sleep(1.0)\n"
        "InProcessPainter.prepare = prepare\n"
        "StreamEngine('passthrough', 'cpu', resolution=(48, 64)).start('pattern', lambda pixels: None)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode != 0
    assert done.stderr.strip().endswith("KeyboardInterrupt")


def test_the_window_is_the_engine_s_own_and_its_keys_reach_the_controllers(
    make: Callable[..., StreamEngine], monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("pygame")
    from mirage_lsd.controllers.keyboard import KeyController

    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    with make(resolution=(48, 64)) as engine:
        keys = KeyController(terminal=False)
        engine.start(PatternSource(size=(64, 48)), engine.render, block=False, controllers=[keys])
        wait_for(lambda: engine.stats.sinks[0][3].arrived > 3)
        engine._window_event({"what": "key", "key": "-", "shift": False})
        assert engine._panel.current["strength"] == pytest.approx(0.9)
        # What whoever sits at the window does: it ends the stream.
        engine._sinks[0]._take(engine._sinks[0]._process, {"kind": "user_closed"})  # type: ignore[attr-defined]
        engine._sinks[0]._process.kill()  # type: ignore[attr-defined]
        wait_for(lambda: not engine.running)


def test_import_of_the_package_is_light() -> None:
    code = "import mirage_lsd.engine, sys; print([m for m in ('torch', 'av', 'cv2', 'pygame', 'pyvirtualcam', 'openvino') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_no_copyleft_library_comes_into_this_process(make: Callable[..., StreamEngine], tmp_path: Path) -> None:
    """PyAV's wheels bring libx264 and libx265; pyvirtualcam is GPL: they are loaded by the devices' own processes only."""
    code = (
        "from mirage_lsd.engine import StreamEngine\n"
        f"StreamEngine('passthrough', 'cpu').start({str(tmp_path / 'clip.mp4')!r}, {str(tmp_path / 'out.mp4')!r})\n"
        "print(sorted({l.split()[-1] for l in open('/proc/self/maps') if 'x264' in l or 'x265' in l or 'pyvirtualcam' in l}))"
    )
    if not Path("/proc/self/maps").exists():
        pytest.skip("needs Linux")
    write_clip(tmp_path / "clip.mp4", count=3)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_no_copyleft_file_comes_with_the_package() -> None:
    """What the wheel installs is its own; GPL code comes with PyAV's wheels, and with pyvirtualcam where somebody asks for it."""
    from importlib import metadata

    names = [path.name.lower() for path in metadata.files("mirage-lsd") or []]
    assert names
    assert not [name for name in names if any(part in name for part in ("x264", "x265", "avcodec", "pyvirtualcam"))]
    needed = [text for text in metadata.requires("mirage-lsd") or [] if "extra ==" not in text]
    assert not [text for text in needed if text.startswith("pyvirtualcam")]


def test_a_picture_keeps_its_number_from_source_to_sink(make: Callable[..., StreamEngine]) -> None:
    still = still_pattern((320, 180))
    got: list[int] = []
    with make() as engine:
        engine.start([draw_pattern(still, n * n) for n in range(20)], lambda pixels: got.append(read_number(pixels)))
    assert got == [n * n for n in range(20)]


# A daemon as the painter


def test_a_daemon_paints_the_same_and_its_death_is_told_and_outlived(
    make: Callable[..., StreamEngine], notices: list[str]
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    got: list[int] = []
    still = still_pattern((320, 180))
    with DaemonProcess("passthrough", "cpu", port) as daemon, make(endpoint=daemon.endpoint) as engine:
        assert "strength" in [control.name for control in engine.controls]
        engine.start([draw_pattern(still, n) for n in range(30)], lambda pixels: got.append(read_number(pixels)))
        assert got == list(range(30))
        with pytest.raises(ValueError, match="strength"):
            engine.set(strength="loud")
        engine.start(PatternSource(size=(320, 180), fps=30), lambda pixels: None, block=False)
        wait_for(lambda: engine.stats.frames > 10)
        daemon.stop()
        wait_for(lambda: any("5757" in n or "daemon" in n.casefold() for n in notices))
        with DaemonProcess("passthrough", "cpu", port):
            frames = engine.stats.frames
            wait_for(lambda: engine.stats.frames > frames + 10)
            engine.stop()
    assert not engine.running


def test_a_daemon_that_is_not_there_is_one_sentence(
    make: Callable[..., StreamEngine], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mirage_lsd.painters.daemon._OPEN_TIMEOUT_S", 0.5)
    with (
        make(endpoint="tcp://127.0.0.1:9") as engine,
        pytest.raises(ValueError, match="start it with `mirage-lsd serve`"),
    ):
        engine.start("pattern")
