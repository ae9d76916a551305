"""Pushed streams and files at real receivers: nginx, FFmpeg, OBS Studio; a window and the desktop on an X server."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from device_fixtures import PATIENCE_S, still_pattern, wait_for, write_clip
from PIL import Image
from receivers import RtmpServer, answers, free_port, need, program, pump

from mirage_lsd.picture import DeviceError
from mirage_lsd.sinks import SinkState
from mirage_lsd.sinks.stream import StreamSink
from mirage_lsd.sinks.window import WindowSink
from mirage_lsd.sources import SourceState
from mirage_lsd.sources.desktop import DesktopSource
from mirage_lsd.sources.network import NetworkSource
from mirage_lsd.sources.pattern import PatternSource, read_number

SIZE = (640, 360)
EVIDENCE = os.environ.get("MEDIA_EVIDENCE")


def keep(name: str, pixels: np.ndarray) -> None:
    """Writes a picture for people to look at, where MEDIA_EVIDENCE names a folder."""
    if EVIDENCE:
        Image.fromarray(pixels[..., :3]).save(Path(EVIDENCE) / name)


def numbers_from(source: Any, count: int, timeout_s: float = PATIENCE_S) -> list[int]:
    numbers: list[int] = []
    deadline = time.monotonic() + timeout_s
    while len(numbers) < count:
        assert time.monotonic() < deadline, (source.state, source.fault, numbers)
        picture = source.read(0.2)
        if picture is not None:
            numbers.append(read_number(picture.pixels))
    return numbers


def rate(sink: StreamSink, seconds: float = 2.0) -> float:
    """Pictures a second that the stream gives to the sink, whatever becomes of them."""
    given, started = sink.stats.given, time.monotonic()
    time.sleep(seconds)
    return (sink.stats.given - given) / (time.monotonic() - started)


@pytest.fixture
def pushing() -> Iterator[Callable[[str], StreamSink]]:
    """Pushes the test pattern to an address, beside the test."""
    done = threading.Event()
    threads = []

    def push(url: str) -> StreamSink:
        sink = StreamSink(url, fps=30, bitrate=3_000_000)

        def run() -> None:
            with PatternSource(size=SIZE, fps=30) as source, sink:
                while not done.is_set():
                    picture = source.read(0.1)
                    if picture is not None:
                        sink.write(picture)

        threads.append(threading.Thread(target=run))
        threads[-1].start()
        return sink

    yield push
    done.set()
    for thread in threads:
        thread.join(10)


def test_nginx_takes_the_stream_and_gives_it_back(
    rtmp_server: RtmpServer, pushing: Callable[[str], StreamSink]
) -> None:
    sink = pushing(rtmp_server.url)
    wait_for(lambda: sink.stats.arrived > 30)
    with NetworkSource(rtmp_server.url) as source:
        numbers = numbers_from(source, 40)
    assert numbers == sorted(numbers)
    assert max(numbers) - min(numbers) >= 39


def test_a_receiver_that_dies_costs_nothing_and_both_sides_come_back(
    rtmp_server: RtmpServer, pushing: Callable[[str], StreamSink]
) -> None:
    sink = pushing(rtmp_server.url)
    wait_for(lambda: sink.stats.arrived > 30)
    with NetworkSource(rtmp_server.url) as source:
        numbers_from(source, 5)
        before = rate(sink)
        rtmp_server.stop()
        wait_for(lambda: sink.state is SinkState.LOST)
        # Half of it, because something else may begin to run on this machine; waiting for the dead receiver would leave next to nothing.
        assert rate(sink) > 0.5 * before
        wait_for(lambda: source.read(0.1) is None and source.state is SourceState.LOST)
        rtmp_server.start()
        wait_for(lambda: sink.state is SinkState.OPEN)
        numbers_from(source, 5)
        assert source.state is SourceState.OPEN


def test_ffplay_shows_the_rtmp_stream(
    rtmp_server: RtmpServer, pushing: Callable[[str], StreamSink], display: str
) -> None:
    need("ffplay")
    sink = pushing(rtmp_server.url)
    wait_for(lambda: sink.stats.arrived > 30)
    with (
        program(
            [
                "ffplay",
                "-loglevel",
                "quiet",
                "-fflags",
                "nobuffer",
                "-left",
                "0",
                "-top",
                "0",
                "-noborder",
                "-an",
                rtmp_server.url,
            ]
        ),
        DesktopSource(fps=10) as screen,
    ):

        def shown() -> bool:
            picture = screen.read(1.0)
            if picture is None:
                return False
            keep("ffplay.png", picture.pixels)
            part = picture.pixels[: SIZE[1], : SIZE[0]]
            return bool(
                np.abs(part[100:200, 5::40, :3].astype(int) - still_pattern(SIZE)[100:200, 5::40, :3]).mean() < 25
            )

        wait_for(shown)


def test_srt_goes_out_and_comes_in(pushing: Callable[[str], StreamSink]) -> None:
    port = free_port()
    source = NetworkSource(f"srt://127.0.0.1:{port}?mode=listener")
    opened = threading.Thread(target=source.open)
    opened.start()
    try:
        time.sleep(1.5)
        pushing(f"srt://127.0.0.1:{port}")
        opened.join(40)
        numbers = numbers_from(source, 30)
        assert numbers == sorted(numbers)
    finally:
        source.close()


# OBS Studio


class Obs:
    """OBS Studio through its own websocket."""

    def __init__(self, port: int) -> None:
        import websocket

        self._socket = websocket.create_connection(f"ws://127.0.0.1:{port}", timeout=20)
        hello = json.loads(self._socket.recv())["d"]
        identify: dict[str, Any] = {"rpcVersion": 1}
        if "authentication" in hello:
            salted = base64.b64encode(
                hashlib.sha256(("secret1" + hello["authentication"]["salt"]).encode()).digest()
            ).decode()
            both = (salted + hello["authentication"]["challenge"]).encode()
            identify["authentication"] = base64.b64encode(hashlib.sha256(both).digest()).decode()
        self._socket.send(json.dumps({"op": 1, "d": identify}))
        assert json.loads(self._socket.recv())["op"] == 2

    def call(self, request: str, **data: Any) -> dict[str, Any]:
        message = {"requestType": request, "requestId": request, "requestData": data}
        self._socket.send(json.dumps({"op": 6, "d": message}))
        while True:
            answer = json.loads(self._socket.recv())
            if answer["op"] == 7:
                assert answer["d"]["requestStatus"]["result"], answer
                result: dict[str, Any] = answer["d"].get("responseData", {})
                return result

    def close(self) -> None:
        self._socket.close()

    def screenshot(self, source: str) -> np.ndarray:
        data = self.call("GetSourceScreenshot", sourceName=source, imageFormat="png")["imageData"]
        return np.asarray(Image.open(io.BytesIO(base64.b64decode(data.partition(",")[2]))).convert("RGBA"))


@pytest.fixture
def obs(display: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Obs]:
    need("obs")
    pytest.importorskip("websocket")
    port, home = free_port(), tmp_path / "home"
    settings = home / ".config" / "obs-studio"
    (settings / "basic" / "profiles" / "Untitled").mkdir(parents=True)
    (settings / "global.ini").write_text(
        "[General]\nFirstRun=true\nLastVersion=486539266\nInfoIncrement=99\n[Basic]\nProfile=Untitled\nProfileDir=Untitled\n"
        f"SceneCollection=Untitled\nSceneCollectionFile=Untitled\n[OBSWebSocket]\nFirstLoad=false\nServerEnabled=true\nServerPort={port}\n"
        "AuthRequired=true\nServerPassword=secret1\n"
    )
    environment = {
        **os.environ,
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "XDG_RUNTIME_DIR": str(home),
        "LIBGL_ALWAYS_SOFTWARE": "1",
    }
    home.chmod(0o700)
    with program(["obs", "--multi", "--minimize-to-tray"], env=environment):
        wait_for(lambda: answers(port))
        connected: list[Obs] = []

        def ready() -> bool:
            if not connected:
                connected.append(Obs(port))
            try:
                return bool(connected[0].call("GetSceneList")["scenes"])
            except AssertionError:
                return False

        try:
            wait_for(ready)
            yield connected[0]
        finally:
            for each in connected:
                each.close()


@pytest.mark.parametrize("protocol", ["rtmp", "srt"])
def test_obs_shows_the_stream(
    obs: Obs, protocol: str, request: pytest.FixtureRequest, pushing: Callable[[str], StreamSink]
) -> None:
    if protocol == "rtmp":
        url = request.getfixturevalue("rtmp_server").url
        sink = pushing(url)
        wait_for(lambda: sink.stats.arrived > 30)
    else:
        port = free_port()
        url = f"srt://127.0.0.1:{port}?mode=listener"
    scene = obs.call("GetSceneList")["currentProgramSceneName"]
    settings = {"is_local_file": False, "input": url, "input_format": "mpegts" if protocol == "srt" else "", "reconnect_delay_sec": 1,
                "buffering_mb": 0, "hw_decode": False, "restart_on_activate": True}  # fmt: skip
    obs.call("CreateInput", sceneName=scene, inputName="painted", inputKind="ffmpeg_source", inputSettings=settings)
    if protocol == "srt":
        pushing(f"srt://127.0.0.1:{port}")
    numbers: list[int] = []

    def moves() -> bool:
        try:
            picture = obs.screenshot("painted")
        except AssertionError:
            return False  # it has no picture yet
        if picture.shape[:2] != (SIZE[1], SIZE[0]):
            return False
        keep(f"obs_{protocol}.png", picture)
        number = read_number(picture)
        if (
            np.abs(picture[100:200, 5::40, :3].astype(int) - still_pattern(SIZE)[100:200, 5::40, :3]).mean() < 25
            and number not in numbers
        ):
            numbers.append(number)
        return len(numbers) >= 5

    wait_for(moves)
    assert numbers == sorted(numbers)


# Phones' clips, made by FFmpeg


def ffmpeg(*arguments: str) -> None:
    need("ffmpeg")
    subprocess.run(["ffmpeg", "-hide_banner", "-loglevel", "error", "-y", *arguments], check=True, timeout=120)


def test_a_stream_whose_sound_comes_first_is_waited_for() -> None:
    need("ffmpeg")
    url = f"udp://127.0.0.1:{free_port()}"

    def send(*what: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            ["ffmpeg", "-loglevel", "error", "-re", *what, "-f", "mpegts", url], stdin=subprocess.DEVNULL
        )

    sine = ("-f", "lavfi", "-i", "sine")
    sender = send(*sine, "-t", "4")
    source = NetworkSource(url)
    opening = threading.Thread(target=source.open)
    opening.start()
    try:
        sender.wait(60)
        sender = send(*sine, "-f", "lavfi", "-i", "testsrc2=size=128x96:rate=25", "-g", "25")
        opening.join(30)
        assert source.state is SourceState.OPEN, source.fault
        wait_for(lambda: source.read(0.5) is not None)
    finally:
        sender.kill()
        sender.wait()
        opening.join(30)
        source.close()


@pytest.mark.parametrize("angle", [90, 180, 270])
def test_a_rotated_clip_is_upright(tmp_path: Path, angle: int) -> None:
    from mirage_lsd.sources.video_file import VideoFileSource

    # Red above, blue below, filmed on a phone that was turned.
    lie = {90: "transpose=clock", 180: "vflip,hflip", 270: "transpose=cclock"}[angle]
    ffmpeg("-f", "lavfi", "-i", "color=red:size=64x160:rate=10:duration=1,drawbox=x=0:y=80:w=64:h=80:color=blue:t=fill," + lie,
           "-pix_fmt", "yuv420p", str(tmp_path / "lying.mp4"))  # fmt: skip
    ffmpeg(
        "-i",
        str(tmp_path / "lying.mp4"),
        "-c",
        "copy",
        "-metadata:s:v:0",
        f"rotate={angle}",
        str(tmp_path / "turned.mp4"),
    )
    with VideoFileSource(tmp_path / "turned.mp4", realtime=False) as source:
        picture = source.read(10.0)
    assert picture is not None
    assert (picture.width, picture.height) == (64, 160)
    assert picture.pixels[20, 32, 0] > 180 > 60 > picture.pixels[20, 32, 2]
    assert picture.pixels[140, 32, 2] > 180 > 60 > picture.pixels[140, 32, 0]


def test_a_variable_rate_keeps_its_times(tmp_path: Path) -> None:
    from mirage_lsd.sources.video_file import VideoFileSource

    ffmpeg("-f", "lavfi", "-i", "testsrc2=size=128x96:rate=10:duration=3", "-vf", "settb=1/1000,setpts='if(lt(N,10),N*0.1,1+(N-10)*0.05)/TB'",
           "-fps_mode", "vfr", "-enc_time_base", "1:1000", str(tmp_path / "vfr.mp4"))  # fmt: skip
    times = []
    with VideoFileSource(tmp_path / "vfr.mp4", realtime=False) as source:
        while (picture := source.read(10.0)) is not None:
            times.append(round((picture.media_time_ns or 0) / 1e6))
    steps = np.diff(times)
    assert len(times) == 30
    assert np.allclose(steps[:9], 100, atol=2)
    assert np.allclose(steps[10:], 50, atol=2)


@pytest.mark.parametrize("transfer", ["arib-std-b67", "smpte2084"])
def test_hdr_is_brought_down_to_srgb(tmp_path: Path, transfer: str) -> None:
    """Gray of a sheet of paper (203 nits, ITU-R BT.2408) is near white and neutral; half of its signal is darker; nothing clips to black."""
    from mirage_lsd.sources.video_file import VideoFileSource

    paper = 0.75 if transfer == "arib-std-b67" else 0.5806
    low, high = round(64 + 876 * paper / 2), round(64 + 876 * paper)
    ffmpeg("-f", "lavfi", "-i", f"color=black:size=128x64:rate=10:duration=0.5,format=yuv420p10le,geq=lum='if(lt(X,64),{low},{high})':cb=512:cr=512",
           "-c:v", "libx265", "-x265-params", f"log-level=none:colorprim=bt2020:transfer={transfer}:colormatrix=bt2020nc", "-color_primaries", "bt2020",
           "-color_trc", transfer, "-colorspace", "bt2020nc", "-pix_fmt", "yuv420p10le", str(tmp_path / "hdr.mp4"))  # fmt: skip
    with VideoFileSource(tmp_path / "hdr.mp4", realtime=False) as source:
        picture = source.read(10.0)
    assert picture is not None
    dark, white = picture.pixels[32, 20, :3].astype(int), picture.pixels[32, 100, :3].astype(int)
    assert white.max() - white.min() <= 3
    assert 235 <= white.mean() <= 252
    assert 20 < dark.mean() < 160


@pytest.mark.parametrize("size", ["101x75", "1x2", "33x200"])
def test_odd_sides(tmp_path: Path, size: str) -> None:
    from mirage_lsd.sources.video_file import VideoFileSource

    ffmpeg(
        "-f",
        "lavfi",
        "-i",
        f"testsrc=size={size}:rate=10:duration=0.5",
        "-c:v",
        "ffv1",
        "-pix_fmt",
        "yuv444p",
        str(tmp_path / "odd.mkv"),
    )
    with VideoFileSource(tmp_path / "odd.mkv", realtime=False) as source:
        picture = source.read(10.0)
    assert picture is not None
    assert f"{picture.width}x{picture.height}" == size


def test_a_clip_cut_off_and_a_sound_file(tmp_path: Path) -> None:
    from mirage_lsd.sources.video_file import VideoFileSource

    ffmpeg("-f", "lavfi", "-i", "testsrc2=size=320x240:rate=25:duration=4", "-f", "mpegts", str(tmp_path / "whole.ts"))
    data = (tmp_path / "whole.ts").read_bytes()
    (tmp_path / "cut.ts").write_bytes(data[: len(data) * 6 // 10] + os.urandom(5_000))
    count = 0
    with VideoFileSource(tmp_path / "cut.ts", realtime=False) as source:
        while source.read(10.0) is not None:
            count += 1
        assert source.state is SourceState.ENDED
    assert 30 < count < 100
    ffmpeg("-f", "lavfi", "-i", "sine=duration=1", str(tmp_path / "sound.wav"))
    with pytest.raises(DeviceError, match="no video, only sound"):
        VideoFileSource(tmp_path / "sound.wav").open()
    # The usual mp4 has its index at the end: cut off, nothing can be decoded.
    ffmpeg("-f", "lavfi", "-i", "testsrc2=size=320x240:rate=25:duration=2", str(tmp_path / "whole.mp4"))
    (tmp_path / "cut.mp4").write_bytes((tmp_path / "whole.mp4").read_bytes()[:20_000])
    with pytest.raises(DeviceError, match="empty, cut off or no video"):
        VideoFileSource(tmp_path / "cut.mp4").open()


# The window and the desktop


def test_the_window_shows_the_picture_at_60_hz_while_the_model_is_slow(display: str) -> None:
    rates: list[dict[str, Any]] = []
    with WindowSink(overlay=False) as window, PatternSource(size=SIZE, fps=5) as source, DesktopSource(fps=5) as screen:
        window.on_event = lambda message: rates.append(message) if message.get("what") == "rate" else None
        pump(source, [window], lambda: len(rates) >= 6)
        picture = screen.read(2.0)
        assert picture is not None
        keep("window.png", picture.pixels)
        where = np.abs(picture.pixels[:, :, :3].astype(int) - (235, 235, 16)).sum(axis=2) < 30
        assert where.sum() > 10_000, "the yellow bar is on the screen"
    # The painted pictures come five times a second; the window, 60 times where the machine can, does not wait for them.
    shown = sorted(rates, key=lambda message: message["hz"])[-1]
    assert 0 < shown["fps"] < 8
    assert shown["hz"] > 3 * shown["fps"]


def test_keys_and_escape_in_the_window(display: str) -> None:
    need("xdotool")
    events: list[dict[str, Any]] = []
    with WindowSink(title="keys here") as window, PatternSource(size=SIZE, fps=20) as source:
        window.on_event = events.append
        pump(source, [window], lambda: window.stats.arrived > 10)

        def press(key: str) -> None:
            subprocess.run(["xdotool", "mousemove", "640", "360", "key", key], check=True, timeout=10)

        press("f")
        pump(source, [window], lambda: any(event.get("key") == "f" for event in events))
        press("Tab")
        press("Escape")
        pump(source, [window], lambda: window.state is SinkState.ENDED)
    assert "was closed" in window.fault


def test_the_desktop_of_two_monitors_one_left_of_the_other(
    display: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """X has no negative coordinates, Windows and macOS do: a layer over mss moves them, so that a monitor begins at -640."""
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\n"
        "if any('device_process' in w for w in sys.orig_argv):\n"
        "    import mss\n"
        "    real = mss.MSS\n"
        "    class Shifted:\n"
        "        def __init__(self): self._real = real()\n"
        "        monitors = [{'left': -640, 'top': 0, 'width': 1280, 'height': 720}, {'left': 0, 'top': 0, 'width': 640, 'height': 720, 'name': 'right'},\n"
        "                    {'left': -640, 'top': 100, 'width': 640, 'height': 500, 'name': 'left'}]\n"
        "        def grab(self, area): return self._real.grab({**area, 'left': area['left'] + 640})\n"
        "        def __enter__(self): return self\n"
        "        def __exit__(self, *a): self._real.close()\n"
        "    mss.MSS = Shifted\n"
    )
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")]))
    subprocess.run(["xsetroot", "-solid", "#0000ff"], check=False)
    with WindowSink(size=(200, 200), title="mark") as window, PatternSource(size=(200, 200)) as source:
        pump(source, [window], lambda: window.stats.arrived > 5)
        with DesktopSource("all") as screen:
            whole = screen.read(5.0)
        with DesktopSource("left") as screen:
            left = screen.read(5.0)
        with DesktopSource("2") as screen:
            second = screen.read(5.0)
    assert whole is not None
    assert left is not None
    assert second is not None
    assert (left.width, left.height) == (640, 500) == (second.width, second.height)
    same = np.abs(whole.pixels[100:600, :640, :3].astype(int) - left.pixels[..., :3]) < 8
    assert same.mean() > 0.9
    with pytest.raises(DeviceError, match=r"no monitor '7' now; there are 1 \(right"):
        DesktopSource("7").open()


def test_a_window_by_its_title(display: str) -> None:
    need("xwininfo")
    with WindowSink(size=(320, 240), title="find me") as window, PatternSource(size=(320, 240)) as source:
        pump(source, [window], lambda: window.stats.arrived > 5)
        with DesktopSource("window:find me") as screen:
            picture = screen.read(5.0)
        with pytest.raises(DeviceError, match="No window has 'nowhere'"):
            DesktopSource("window:nowhere").open()
    assert picture is not None
    assert (picture.width, picture.height) == (320, 240)


def test_the_command_paints_a_clip_into_a_file(tmp_path: Path) -> None:
    import sys

    write_clip(tmp_path / "clip 100%#ü.mp4", count=30)
    command = [
        sys.executable,
        "-m",
        "mirage_lsd.cli",
        "stream",
        "--model",
        "passthrough",
        "--source",
        str(tmp_path / "clip 100%#ü.mp4"),
    ]
    done = subprocess.run(
        [*command, "--sink", str(tmp_path / "out.mp4")], capture_output=True, text=True, timeout=120, check=True
    )
    assert "30 pictures painted" in done.stderr
    assert "file: 30 arrived, 0 dropped" in done.stderr
    assert not psutil.Process().children(recursive=True) or all(
        "device_process" not in " ".join(c.cmdline()) for c in psutil.Process().children(recursive=True)
    )
