"""The way of a frame: greeting, opening, planes in, pictures out, over both transports."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from conftest import DaemonProcess
from daemon_client import HEIGHT, WIDTH, DaemonClient, noise_picture
from stand_in_pipelines import RecordingPipeline

from mirage_lsd.protocol.layout import PackedLayout, Plane

Connect = Callable[..., DaemonClient]


def own_segments() -> list[str]:
    return [path.name for path in Path("/dev/shm").glob(f"lsd-{os.getpid()}-*")]


def test_welcome_tells_models_and_limits(daemon: DaemonProcess, connect: Connect) -> None:
    welcome = connect(daemon.endpoint, greet=False).greet()
    assert welcome["protocol"] == [1, 0]
    assert welcome["server"]["pid"] == daemon.pid
    (model,) = welcome["models"]
    assert (model["name"], model["planes"]) == ("passthrough", ["color"])
    assert [control["name"] for control in model["controls"]] == ["strength", "bypass"]
    assert welcome["limits"]["max_header_bytes"] == 65536
    assert welcome["capabilities"] == ["shared_memory", "inline"]


def test_ping_needs_no_hello(daemon: DaemonProcess, connect: Connect) -> None:
    assert connect(daemon.endpoint, greet=False).is_served()


@pytest.mark.parametrize("shared", [False, True], ids=["inline", "shared_memory"])
def test_frames_come_back(daemon: DaemonProcess, connect: Connect, shared: bool) -> None:
    client = connect(daemon.endpoint)
    opened = client.open_shared() if shared else client.open()
    assert opened["transport"]["name"] == ("shared_memory" if shared else "inline")
    for seq in range(1, 12):
        picture = noise_picture(seq)
        client.send_frame(seq, picture)
        result, pixels = client.receive_result()
        assert np.array_equal(pixels, picture)
        assert (result["seq"], result["dropped"], result["control_seq"]) == (seq, 0, 0)
        times = [result[f"t_{name}_ns"] for name in ("submit", "receive", "start", "end", "send")]
        assert times == sorted(times)
    client.send({"t": "close", "stream": 1})
    assert client.expect("closed")["reason"] == "requested"


def test_ring_names_are_gone_once_open(daemon: DaemonProcess, connect: Connect) -> None:
    client = connect(daemon.endpoint)
    client.open_shared()
    assert not list(Path("/dev/shm").glob(f"lsd-{daemon.pid}-*"))
    assert not own_segments()


@pytest.mark.parametrize(("width", "height"), [(33, 17), (128, 72)])
def test_output_of_another_size_and_order(daemon: DaemonProcess, connect: Connect, width: int, height: int) -> None:
    client = connect(daemon.endpoint)
    client.open(output={"format": "bgra8", "width": width, "height": height})
    picture = noise_picture()
    client.send_frame(1, picture)
    _, pixels = client.receive_result(width=width, height=height)
    rows = (np.arange(height) * 2 + 1) * HEIGHT // (2 * height)
    columns = (np.arange(width) * 2 + 1) * WIDTH // (2 * width)
    assert np.array_equal(pixels, picture[rows][:, columns][..., [2, 1, 0, 3]])


def test_bgra_comes_in_as_rgba(daemon: DaemonProcess, connect: Connect) -> None:
    client = connect(daemon.endpoint)
    client.open(planes=[{"name": "color", "format": "bgra8", "width": WIDTH, "height": HEIGHT}])
    picture = noise_picture()
    client.send_frame(1, picture)
    assert np.array_equal(client.receive_result()[1], picture[..., [2, 1, 0, 3]])


def test_linear_half_floats_come_in_as_srgb(daemon: DaemonProcess, connect: Connect) -> None:
    client = connect(daemon.endpoint)
    client.open(planes=[{"name": "color", "format": "rgba16f", "width": WIDTH, "height": HEIGHT}])
    picture = np.zeros((HEIGHT, WIDTH, 4), dtype=np.float16)
    picture[0, :6] = [[0.0] * 4, [1.0] * 4, [0.2159] * 4, [np.nan] * 4, [np.inf] * 4, [-np.inf] * 4]
    client.send_frame(1, picture)
    pixels = client.receive_result()[1][0, :6].tolist()
    assert pixels[:2] == [[0] * 4, [255] * 4]
    assert pixels[2] == [128, 128, 128, 55]
    assert pixels[3:] == [[0] * 4, [255] * 4, [0] * 4]


@pytest.mark.parametrize("shared", [False, True], ids=["inline", "shared_memory"])
def test_every_plane_arrives_as_sent(start_daemon: Callable, connect: Connect, shared: bool) -> None:  # type: ignore[type-arg]
    width, height = 35, 19  # no plane's size is a multiple of 64
    formats = {"ids": "r8", "depth": "r32f", "color": "rgba8", "normal": "rgba8", "motion": "rg16f"}
    pipeline = RecordingPipeline()
    client = connect(start_daemon({"recording": pipeline}).endpoint)
    planes = [{"name": name, "format": pixel, "width": width, "height": height} for name, pixel in formats.items()]
    output = {"format": "rgba8", "width": width, "height": height}
    (client.open_shared if shared else client.open)(1, model="recording", planes=planes, output=output)
    layout = PackedLayout(tuple(Plane(name, pixel, width, height) for name, pixel in formats.items()))
    packed = np.random.default_rng(1).integers(0, 256, layout.nbytes, dtype=np.uint8)
    sent = {name: plane.copy() for name, plane in layout.views(packed).items()}
    camera = {
        "view": [float(i) for i in range(16)],
        "projection": [0.5 * i for i in range(16)],
        "near": 0.25,
        "far": 500.0,
        "jitter": [0.5, -0.5],
    }
    sun = {"direction": [0.0, 3.0, 4.0], "color": [1.0, 0.5, 0.25]}
    client.send_frame(1, packed, camera=camera, sun=sun, reset=True)
    client.receive_result(width=width, height=height)
    frame = pipeline.last
    assert frame is not None
    for name, plane in sent.items():
        received = getattr(frame, name)
        assert received.dtype == plane.dtype
        assert received.tobytes() == plane.tobytes()
    assert frame.camera is not None
    assert frame.camera.view[1, 2] == 6.0  # row-major
    assert (frame.camera.near, frame.camera.far, frame.camera.jitter) == (0.25, 500.0, (0.5, -0.5))
    assert frame.sun is not None
    assert frame.sun.direction == (0.0, 0.6, 0.8)
    assert frame.reset


def test_a_stream_can_be_opened_again_after_close(daemon: DaemonProcess, connect: Connect) -> None:
    client = connect(daemon.endpoint)
    for _ in range(3):
        client.open()
        client.send_frame(1, noise_picture())
        client.receive_result()
        client.send({"t": "close", "stream": 1})
        client.expect("closed")


def test_ring_that_fails_falls_back_to_inline_when_listed(daemon: DaemonProcess, connect: Connect) -> None:
    client = connect(daemon.endpoint)
    ring = {"name": f"/lsd-1-{'0' * 32}", "bytes": 64 + 2 * 9280, "slots": 2, "slot_stride": 9280}
    offers = [{"name": "pigeon"}, {"name": "shared_memory", "ring": ring}, {"name": "inline"}]
    opened = client.open(transport=offers)
    assert opened["transport"] == {"name": "inline"}
    assert [entry["name"] for entry in opened["refused"]] == ["pigeon", "shared_memory"]
    assert all(entry["reason"].endswith(".") for entry in opened["refused"])
