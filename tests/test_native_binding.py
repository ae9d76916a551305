"""The Python binding of the native core: its declarations are lsd.h's, and frames come back as they went."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from cffi import FFI
from conftest import DaemonProcess

import mirage_lsd
from mirage_lsd.client import (
    Camera,
    Client,
    ClientState,
    LsdError,
    NativeLibraryError,
    Result,
    Slot,
    Stream,
    StreamState,
    Sun,
    cdef,
    library_path,
    models,
    now_ns,
    version,
)
from mirage_lsd.client import stream as stream_module
from mirage_lsd.client.library import load
from mirage_lsd.protocol.decode_parts import CLASSES

INCLUDE = Path(__file__).parent.parent / "shared_protocol/native/include"
HEADER = INCLUDE / "lsd/lsd.h"
WIDTH, HEIGHT = 48, 32


# The declarations


def compiled_output(tmp_path: Path, body: str) -> list[str]:
    """Compiles a C program around `body` with lsd.h; returns its lines."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        pytest.skip("there is no C compiler")
    source, program = tmp_path / "probe.c", tmp_path / "probe"
    source.write_text(f'#include <stdio.h>\n#include "lsd/lsd.h"\nint main(void) {{\n{body}\nreturn 0;\n}}\n')
    subprocess.run([compiler, "-std=c11", f"-I{INCLUDE}", str(source), "-o", str(program)], check=True)
    return subprocess.run([str(program)], check=True, capture_output=True, text=True).stdout.splitlines()


def test_structures_are_laid_out_as_in_the_header(tmp_path: Path) -> None:
    ffi = FFI()
    ffi.cdef(cdef.CDEF)
    declared: list[str] = []
    probes: list[str] = []
    for name in ffi.list_types()[0]:
        kind = ffi.typeof(name)
        if kind.kind != "struct" or kind.fields is None:  # a callback, or opaque
            continue
        declared.append(f"{name} {ffi.sizeof(kind)}")
        probes.append(f'printf("{name} %zu\\n", sizeof({name}));')
        for field, info in kind.fields:
            declared.append(f"{name}.{field} {info.offset} {ffi.sizeof(info.type)}")
            place = f"offsetof({name}, {field}), sizeof((({name}*)0)->{field})"
            probes.append(f'printf("{name}.{field} %zu %zu\\n", {place});')
    assert compiled_output(tmp_path, "\n".join(probes)) == declared
    in_header = set(re.findall(r"^} (lsd_\w+);", HEADER.read_text(), re.M))
    enumerations = set(re.findall(r"typedef enum (lsd_\w+)", HEADER.read_text()))
    assert {line.split()[0] for line in declared if "." not in line} == in_header - enumerations


def test_every_function_of_the_header_is_declared_and_there() -> None:
    in_header = set(re.findall(r"^LSD_API .*?(lsd_\w+)\(", HEADER.read_text(), re.M))
    declared = set(re.findall(r"(lsd_\w+)\(", cdef.CDEF))
    assert declared == in_header
    _, library = load(library_path())
    for name in declared:
        assert getattr(library, name)


def test_numbers_are_those_of_the_header(tmp_path: Path) -> None:
    prefixes: dict[str, dict[str, int]] = {
        "LSD_PLANE_": stream_module.PLANES,
        "LSD_FORMAT_": stream_module.FORMATS,
        "LSD_TRANSPORT_": stream_module.TRANSPORTS,
        "LSD_ALPHA_": stream_module.ALPHAS,
        "LSD_CLASS_": {name: i for i, name in enumerate(CLASSES)},
        "LSD_CONTROL_": {name: i for i, name in enumerate(models._KINDS)},
        "LSD_CLIENT_": {state.name: state for state in ClientState},
        "LSD_STREAM_": {state.name: state for state in StreamState},
        "LSD_": {"OK": stream_module._OK, "NOTHING": stream_module._NOTHING},
    }
    numbers = {f"{prefix}{name.upper()}": n for prefix, names in prefixes.items() for name, n in names.items()}
    lines = compiled_output(tmp_path, "\n".join(f'printf("{name} %d\\n", (int){name});' for name in numbers))
    assert lines == [f"{name} {int(number)}" for name, number in numbers.items()]


def test_versions_agree() -> None:
    assert version() == mirage_lsd.__version__


def test_the_clock_is_pythons() -> None:
    before = time.monotonic_ns()
    assert before <= now_ns() <= time.monotonic_ns()


# What goes wrong


def test_missing_library(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MIRAGE_LSD_NATIVE", str(tmp_path / "nowhere.so"))
    with pytest.raises(NativeLibraryError, match="MIRAGE_LSD_NATIVE names"):
        Client()


def test_unloadable_library(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "lsd.so").write_text("no library")
    monkeypatch.setenv("MIRAGE_LSD_NATIVE", str(tmp_path / "lsd.so"))
    with pytest.raises(NativeLibraryError, match="can't be loaded"):
        Client()


def test_malformed_endpoint() -> None:
    with pytest.raises(LsdError, match=r".+\.$"):
        Client("not an endpoint")


@pytest.fixture
def lonely() -> Iterator[Client]:
    """A client without a daemon: nobody listens on port 1."""
    with Client("tcp://127.0.0.1:1") as client:
        yield client


@pytest.mark.parametrize(
    "options",
    [
        {"planes": ("color", "smell")},
        {"planes": {"color": "rgb565"}},
        {"transport": "pigeon"},
        {"output_format": "r32f"},
    ],
)
def test_open_says_what_there_is(lonely: Client, options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"choose|planes are"):
        lonely.open_stream(WIDTH, HEIGHT, **options)


@pytest.mark.parametrize(("width", "height", "options"), [(8, 32, {}), (48, 5000, {}), (48, 32, {"steps": 9})])
def test_numbers_out_of_range(lonely: Client, width: int, height: int, options: dict[str, int]) -> None:
    with pytest.raises(LsdError, match=r"\w+ .+\.$"):
        lonely.open_stream(width, height, **options)


def test_submit_says_what_is_wrong_with_the_planes(lonely: Client) -> None:
    color, depth = np.zeros((HEIGHT, WIDTH, 4), np.uint8), np.zeros((HEIGHT, WIDTH), np.float32)
    stream = lonely.open_stream(WIDTH, HEIGHT)
    with pytest.raises(ValueError, match="depth is float64"):
        stream.submit(color, depth.astype(np.float64))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"color is uint8 \(32, 48, 3\); .*\(32, 48, 4\)\."):
        stream.submit(color[..., :3], depth)
    with pytest.raises(ValueError, match=r"'depth'.*color, depth"):
        stream.submit(color)
    with pytest.raises(ValueError, match="'motion'"):
        stream.submit(color, depth, motion=np.zeros((HEIGHT, WIDTH, 2), np.float16))
    with pytest.raises(ValueError, match="4 x 4"):
        stream.submit(color, depth, camera=Camera(np.eye(3, dtype=np.float32), np.eye(4, dtype=np.float32)))
    assert stream.submit(color, depth) is None  # no daemon: counted as dropped
    assert stream.acquire() is None
    stats = stream.stats()
    assert (stats.submitted, stats.dropped_client, stats.returned) == (1, 1, 0)
    assert stats.client_state is ClientState.CONNECTING


def test_closed_stream_and_client() -> None:
    client = Client("tcp://127.0.0.1:1")
    stream = client.open_stream(WIDTH, HEIGHT, planes=("color",))
    client.close()
    client.close()
    assert stream.state is StreamState.CLOSED
    for call in (lambda: stream.submit(np.zeros((HEIGHT, WIDTH, 4), np.uint8)), stream.acquire, stream.stats):
        with pytest.raises(LsdError, match="closed"):
            call()
    with pytest.raises(LsdError, match="closed"):
        client.open_stream(WIDTH, HEIGHT)


# Frames


def picture(seed: int) -> npt.NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, (HEIGHT, WIDTH, 4), np.uint8)


def round_trip(stream: Stream, color: npt.NDArray[Any], *planes: npt.NDArray[Any], **options: Any) -> Result:
    """Sends one frame and waits for its result."""
    seq = stream.submit(color, *planes, **options)
    assert seq is not None
    deadline = time.monotonic() + 10.0
    while time.monotonic() < deadline:
        result = stream.acquire()
        if result is not None and result.seq == seq:
            return result
        time.sleep(0.001)
    raise AssertionError(f"no result: {stream.last_error}")


@pytest.fixture(params=["inline", "shared_memory"])
def open_stream(request: pytest.FixtureRequest, daemon: DaemonProcess) -> Iterator[Callable[..., Stream]]:
    """Function that opens a stream of `passthrough` over each transport."""
    with Client(daemon.endpoint, name="test_native_binding") as client:

        def open_one(**options: Any) -> Stream:
            stream = client.open_stream(WIDTH, HEIGHT, model="passthrough", transport=request.param, **options)
            assert stream.wait_open(), stream.last_error
            assert stream.stats().transport == request.param
            return stream

        yield open_one
        assert client.state is ClientState.READY


def test_frames_come_back_as_they_went(open_stream: Callable[..., Stream]) -> None:
    stream = open_stream(planes=("color", "depth"))
    eye = np.eye(4, dtype=np.float32)
    depth = np.ones((HEIGHT, WIDTH), np.float32)
    for i in range(20):
        color = picture(i)
        result = round_trip(stream, color, depth, camera=Camera(eye, eye), sun=Sun((0.0, 1.0, 0.0)), reset=i == 10)
        np.testing.assert_array_equal(result.pixels, color)
        assert result.format == "rgba8"
        assert (
            result.t_capture_ns
            <= result.t_submit_ns
            <= result.t_receive_ns
            <= result.t_start_ns
            <= result.t_end_ns
            <= result.t_send_ns
            <= result.t_acquire_ns
        )
        assert result.latency_ms > 0


def test_the_capture_time_is_the_engines(open_stream: Callable[..., Stream]) -> None:
    captured = now_ns() - 5_000_000
    result = round_trip(open_stream(planes=("color",)), picture(0), t_capture_ns=captured)
    assert result.t_capture_ns == captured
    assert result.latency_ms >= 5.0


@pytest.mark.parametrize(
    "view",
    [
        pytest.param(lambda wide: wide[:HEIGHT, :WIDTH], id="padded rows"),
        pytest.param(lambda wide: wide[:HEIGHT, 3 : WIDTH + 3], id="padded rows, not from their start"),
        pytest.param(lambda wide: wide[HEIGHT - 1 :: -1, :WIDTH], id="bottom-up"),
        pytest.param(lambda wide: wide[: 2 * HEIGHT : 2, :WIDTH], id="every second row"),
        pytest.param(lambda wide: wide[:HEIGHT, : 2 * WIDTH : 2], id="every second column"),
        pytest.param(lambda wide: wide[:HEIGHT, :WIDTH, ::-1], id="channels turned round"),
        pytest.param(lambda wide: np.asfortranarray(wide[:HEIGHT, :WIDTH]), id="column by column"),
        pytest.param(lambda wide: np.broadcast_to(wide[:1, :WIDTH], (HEIGHT, WIDTH, 4)), id="one row, repeated"),
    ],
)
def test_rows_that_are_not_packed(open_stream: Callable[..., Stream], view: Callable[[Any], Any]) -> None:
    wide = np.random.default_rng(7).integers(0, 256, (HEIGHT * 2, WIDTH * 2, 4), np.uint8)
    color = view(wide)
    assert not color.flags.c_contiguous
    np.testing.assert_array_equal(round_trip(open_stream(planes=("color",)), color).pixels, color)


def test_formats(open_stream: Callable[..., Stream]) -> None:
    """bgra8 in and out, with another plane before the color."""
    stream = open_stream(planes={"depth": "r32f", "color": "bgra8"}, output_format="bgra8")
    color = picture(1)
    result = round_trip(stream, color, np.ones((HEIGHT, WIDTH), np.float32))
    assert result.format == "bgra8"
    np.testing.assert_array_equal(result.pixels, color)


def test_output_of_another_size(open_stream: Callable[..., Stream]) -> None:
    color = picture(2)
    result = round_trip(open_stream(planes=("color",), output_size=(WIDTH * 2, HEIGHT * 2)), color)
    np.testing.assert_array_equal(result.pixels, color.repeat(2, axis=0).repeat(2, axis=1))


def test_results_are_views_unless_copied(open_stream: Callable[..., Stream]) -> None:
    stream = open_stream(planes=("color",))
    first = picture(3)
    result = round_trip(stream, first)
    assert not result.pixels.flags.writeable
    kept = result.copy()
    round_trip(stream, picture(4))
    np.testing.assert_array_equal(kept.pixels, first)


def test_controls_show_up_in_results(open_stream: Callable[..., Stream]) -> None:
    stream = open_stream(planes=("color",))
    assert round_trip(stream, picture(5)).control_seq == 0
    first = stream.control(strength=0.5, bypass=False)
    assert round_trip(stream, picture(6)).control_seq == first > 0
    second = stream.control(strength=1.0, transition_s=0.5)
    assert round_trip(stream, picture(7)).control_seq == second > first
    with pytest.raises(LsdError, match=r"\w+ .+\.$"):
        stream.control(strength=1.0, transition_s=-1.0)


def test_refused_control_is_in_last_error(open_stream: Callable[..., Stream]) -> None:
    stream = open_stream(planes=("color",))
    stream.control(atlantis="a place")
    round_trip(stream, picture(8))
    assert "atlantis" in stream.last_error


def test_models_and_their_controls(daemon: DaemonProcess) -> None:
    with Client(daemon.endpoint) as client:
        assert client.wait_ready()
        (controls,) = client.models.values()
        strength, bypass = controls
        assert (strength.name, strength.kind, strength.minimum, strength.maximum) == ("strength", "number", 0.0, 1.0)
        assert (strength.default, strength.transition) == (1.0, True)
        assert (bypass.name, bypass.kind, bypass.default, bypass.transition) == ("bypass", "flag", False, False)
        assert all(control.help.endswith(".") for control in controls)
        assert client.progress is None


def test_a_result_says_which_camera_it_was_made_with(open_stream: Callable[..., Stream]) -> None:
    stream = open_stream(planes=("color",))
    view = np.eye(4, dtype=np.float32)
    view[:3, 3] = (1, 2, 3)
    camera = Camera(view, np.eye(4, dtype=np.float32) * 2, near=0.25, far=50.0, jitter=(0.5, -0.25))
    stream.wait_open()
    seq = stream.submit(picture(1), camera=camera)
    while (result := stream.acquire()) is None or result.seq != seq:
        time.sleep(0.001)
    assert result.camera is not None
    np.testing.assert_array_equal(result.camera.view, view)
    assert (result.camera.near, result.camera.far, result.camera.jitter) == (0.25, 50.0, (0.5, -0.25))


def test_slots_that_cannot_be(open_stream: Callable[..., Stream]) -> None:
    stream = open_stream(planes=("color",))
    for slot, sentence in (
        (Slot(0), "1 to 255"),
        (Slot(256), "1 to 255"),
        (Slot(1, "dragon"), "dragon"),
        (Slot(1, strength=2.0), "strength"),
        (Slot(1, world_from_object=np.eye(4, dtype=np.float32)), "3 x 4"),
        (Slot(1, world_from_object=np.full((3, 4), np.nan, np.float32)), "finite"),
    ):
        with pytest.raises((ValueError, LsdError), match=sentence):
            stream.submit(picture(1), slots=[slot])


def test_stats_and_stages(open_stream: Callable[..., Stream]) -> None:
    stream = open_stream(planes=("color",))
    for i in range(10):
        round_trip(stream, picture(i))
    stats = stream.stats()
    assert (stats.submitted, stats.sent, stats.returned) == (10, 10, 10)
    assert (stats.dropped_client, stats.dropped_results, stats.reconnects) == (0, 0, 0)
    assert stats.client_state is ClientState.READY
    assert stats.stream_state is StreamState.OPEN
    assert 0 < stats.latency_ms_p50 <= stats.latency_ms_p95 <= stats.latency_ms_max
    assert stats.fps > 0
    assert set(stream.stage_ms()) == {"copy"}


def test_model_that_the_daemon_lacks(daemon: DaemonProcess) -> None:
    with Client(daemon.endpoint) as client:
        stream = client.open_stream(WIDTH, HEIGHT, planes=("color",), model="nonsense")
        assert not stream.wait_open()
        assert stream.state is StreamState.FAILED
        assert "nonsense" in stream.last_error


def test_wrong_token(start_daemon_process: Callable[..., DaemonProcess]) -> None:
    said: list[str] = []
    daemon = start_daemon_process("--model", "passthrough", "--token", "right")
    with Client(daemon.endpoint, token="wrong", log=lambda _level, sentence: said.append(sentence)) as client:
        assert not client.wait_ready()
        assert client.state is ClientState.REFUSED
        assert client.last_error
    assert said
