"""Whatever one client sends, it gets the documented error, and another client's stream goes on."""

from __future__ import annotations

import contextlib
import json
import os
import random
import socket
import struct
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgpack
import numpy as np
import psutil
import pytest
from conftest import DaemonProcess
from daemon_client import HEIGHT, WIDTH, DaemonClient, noise_picture, ring_map
from stand_in_pipelines import FailingPipeline

from mirage_lsd.transport.ring import RingWriter
from mirage_lsd.transport.segment import create_segment

Connect = Callable[..., DaemonClient]
VECTORS = Path(__file__).parents[1] / "shared_protocol" / "vectors"
MALFORMED = [
    entry
    for entry in json.loads((VECTORS / "index.json").read_text(encoding="utf-8"))
    if entry["direction"] == "client" and not entry["valid"]
]
NAN = float("nan")


@pytest.fixture
def bad(daemon: DaemonProcess, connect: Connect) -> Iterator[DaemonClient]:
    """A greeted client that is about to misbehave, while another one's stream must not notice."""
    good = connect(daemon.endpoint)
    good.open_shared()
    good.send_frame(1, noise_picture(1))
    good.receive_result()
    yield connect(daemon.endpoint)
    for seq in (2, 3):
        good.send_frame(seq, noise_picture(seq))
        result, pixels = good.receive_result()
        assert np.array_equal(pixels, noise_picture(seq))
        assert result["dropped"] == 0
    assert daemon.alive
    assert "Traceback" not in daemon.log
    assert not [event for event in daemon.events() if event["level"] == "error"]


@pytest.mark.parametrize("part", range(3))  # all at once they take longer than a session may be silent
def test_golden_malformed_headers(bad: DaemonClient, daemon: DaemonProcess, connect: Connect, part: int) -> None:
    for entry in MALFORMED[part::3]:
        client = connect(daemon.endpoint) if entry["code"] == "unsupported_version" else bad
        client.send((VECTORS / entry["file"]).read_bytes())
        error, _ = client.receive()
        if error.get("code") != entry["code"]:
            raise AssertionError(f"{entry['file']}: {error}")
        assert error["fatal"] == (entry["code"] == "unsupported_version")
        time.sleep(0.051)  # below the 20 error replies a second
    assert bad.is_served()


def test_random_bytes(bad: DaemonClient) -> None:
    source = random.Random(1)
    for _ in range(300):
        bad.send(source.randbytes(source.randrange(0, 200)))
    bad.send({"t": "ping", "t_ns": -5})
    answers = [bad.receive()[0]]
    while answers[-1]["t"] == "error":
        answers.append(bad.receive_past_progress())
    assert answers[-1]["t_ns"] == -5
    assert 1 <= len(answers) - 1 <= 60  # limited to 20 a second, however long that took


def test_error_replies_are_limited(bad: DaemonClient) -> None:
    for _ in range(500):
        bad.send({"t": "teleport"})
    bad.send({"t": "ping", "t_ns": 1})
    errors = 0
    while bad.receive()[0]["t"] == "error":
        errors += 1
    assert 20 <= errors < 300


def test_multiparts_of_the_wrong_shape(bad: DaemonClient) -> None:
    ping = msgpack.packb({"t": "ping", "t_ns": 1})
    bad.send(ping, b"", b"")
    bad.expect_error("malformed")
    bad.send(ping, *[b"part"] * 50)
    bad.expect_error("malformed")
    bad.send(b"", ping)
    bad.expect_error("malformed")
    bad.socket.send(b"")
    bad.expect_error("malformed")
    bad.send(ping, b"a payload that a ping does not have")
    bad.expect("pong")


def greet_raw(endpoint: str) -> socket.socket:
    """A TCP connection after ZMTP 3.1's greeting and NULL handshake as a DEALER."""
    host, port = endpoint.removeprefix("tcp://").split(":")
    connection = socket.create_connection((host, int(port)), timeout=10.0)
    connection.sendall(b"\xff" + b"\0" * 8 + b"\x7f\x03\x00" + b"NULL".ljust(20, b"\0") + b"\0" * 32)
    received = b""
    while len(received) < 64:
        received += connection.recv(64 - len(received))
    properties = b"\x0bSocket-Type" + struct.pack(">I", 6) + b"DEALER" + b"\x08Identity" + struct.pack(">I", 0)
    ready = b"\x05READY" + properties
    connection.sendall(bytes([4, len(ready)]) + ready)
    assert connection.recv(4096)
    return connection


@pytest.mark.parametrize("size", [2**31, 2**62, 402_653_185], ids=["2GB", "4EB", "one_more"])
def test_huge_announcements_close_the_connection(bad: DaemonClient, daemon: DaemonProcess, size: int) -> None:
    with greet_raw(daemon.endpoint) as connection:
        connection.sendall(b"\x02" + struct.pack(">Q", size) + b"some of it")
        with contextlib.suppress(ConnectionResetError):
            while connection.recv(4096):
                pass


def test_truncated_message_and_half_greetings(bad: DaemonClient, daemon: DaemonProcess) -> None:
    with greet_raw(daemon.endpoint) as connection:
        connection.sendall(b"\x01\x05hello" + b"\x00\x40truncated")
    host, port = daemon.endpoint.removeprefix("tcp://").split(":")
    for start in (b"", b"\xff\0\0", b"GET / HTTP/1.1\r\n\r\n", os.urandom(500)):
        with socket.create_connection((host, int(port)), timeout=10.0) as connection:
            connection.sendall(start)
    assert bad.is_served()


def test_before_and_after_hello(bad: DaemonClient, daemon: DaemonProcess, connect: Connect) -> None:
    stranger = connect(daemon.endpoint, greet=False)
    for header in (stranger.open_header(), stranger.frame_header(1), {"t": "close", "stream": 1}):
        stranger.send(header)
        stranger.expect_error("hello_required")
    stranger.send({"t": "bye"})
    stranger.greet()
    stranger.send(stranger.hello())
    assert stranger.expect_error("already_greeted")["fatal"] is False
    stranger.open()


def test_unsupported_version(bad: DaemonClient, daemon: DaemonProcess, connect: Connect) -> None:
    stranger = connect(daemon.endpoint, greet=False)
    stranger.send(stranger.hello(protocol=[2, 0]))
    assert stranger.expect_error("unsupported_version")["fatal"] is True
    stranger.send(stranger.open_header())
    stranger.expect_error("hello_required")


def test_open_that_cannot_be(bad: DaemonClient) -> None:
    color = bad.open_header()["planes"][0]
    for changes, code in (
        ({"model": "dall-e"}, "unknown_model"),
        ({"planes": [{**color, "width": 15}]}, "bad_plane"),
        ({"planes": [{**color, "format": "rgb8"}]}, "bad_plane"),
        ({"transport": []}, "bad_transport"),
        ({"transport": [{"name": "metal"}]}, "bad_transport"),
        ({"transport": [{"name": "cuda_ipc"}]}, "bad_ring"),
        ({"transport": [{"name": "shared_memory"}]}, "bad_ring"),
    ):
        bad.send(bad.open_header(5, **changes))
        error = bad.expect_error(code)
        assert (error["stream"], error["stream_closed"], error["fatal"]) == (5, True, False)
    bad.open(5)
    bad.send(bad.open_header(5))
    assert bad.expect_error("stream_exists")["stream_closed"] is False
    bad.send_frame(1, noise_picture(), stream=5)
    bad.receive_result(5)


def test_too_many_streams(bad: DaemonClient) -> None:
    for stream in range(1, 9):
        bad.open(stream)
    bad.send(bad.open_header(9))
    bad.expect_error("too_many_streams")


def test_frame_memory_is_limited(bad: DaemonClient) -> None:
    side = {"width": 4096, "height": 4096}
    planes = [
        {"name": name, "format": pixel, **side}
        for name, pixel in (("color", "rgba16f"), ("depth", "r32f"), ("motion", "rg16f"), ("normal", "rgba8"))
    ]
    answers = []
    for stream in range(1, 9):
        bad.send(bad.open_header(stream, planes=planes))
        answers.append(bad.receive_past_progress())
    assert answers[0]["t"] == "opened"
    assert answers[-1]["code"] == "too_many_streams"


def test_streams_that_are_not_open(bad: DaemonClient) -> None:
    bad.open(1)
    bad.send({"t": "close", "stream": 1})
    bad.expect("closed")
    for header in (
        bad.frame_header(1),
        {"t": "control", "stream": 1, "control_seq": 1, "values": {}},
        {"t": "reset", "stream": 1},
        {"t": "close", "stream": 1},
    ):
        bad.send(header, b"")
        assert bad.expect_error("unknown_stream")["stream"] == 1


def test_frames_that_do_not_fit(bad: DaemonClient) -> None:
    bad.open()
    picture = noise_picture().tobytes()
    for payload in ([], [b""], [picture[:-1]], [picture + b"\0"], [picture[:64]]):
        bad.send(bad.frame_header(bad_seq := (len(payload) and len(payload[0])) or 1), *payload)
        assert bad.expect_error("bad_frame")["stream"] == 1, bad_seq
    identity = [float(i % 5 == 0) for i in range(16)]
    camera = {"view": [NAN, *identity[1:]], "projection": identity, "near": 0.1, "far": 10.0}
    bad.send(bad.frame_header(20_000, camera=camera), picture)
    assert bad.expect_error("bad_frame")["stream"] == 1
    bad.send_frame(20_000, noise_picture())
    result, _ = bad.receive_result()
    assert result["dropped"] == 6
    bad.send_frame(20_000, noise_picture())
    bad.expect_error("bad_frame")  # seq does not rise


def ring_of(
    name: str, slots: int = 2, stride: int = 64 + WIDTH * HEIGHT * 4, size: int | None = None
) -> dict[str, Any]:
    return {"name": name, "slots": slots, "slot_stride": stride, "bytes": size or 64 + slots * stride}


def test_rings_that_are_not_what_they_say(bad: DaemonClient) -> None:
    missing = f"/lsd-{os.getpid()}-{'0' * 32}"
    names = ("", "/", "/etc/passwd", "lsd-1-" + "0" * 32, "/../dev/null", "/lsd-1-" + "g" * 32, missing, "/lsd-1-\0")
    refused = [ring_of(name) for name in names]
    with create_segment(4096) as small, create_segment(2**20) as zeros:
        refused += [ring_of(small.name), ring_of(zeros.name, stride=64), ring_of(zeros.name, size=128)]
        for ring in refused:
            bad.send(bad.open_header(transport=[{"name": "shared_memory", "ring": ring}]))
            assert bad.expect_error("bad_ring")["stream_closed"] is True
        bad.send(bad.open_header(transport=[{"name": "shared_memory", "ring": ring_of(zeros.name)}]))
        assert "magic" in bad.expect_error("bad_ring")["message"]


@pytest.mark.parametrize(
    "offset", [0, 4, 8, 12, 16, 24], ids=["magic", "version", "slots", "planes", "stride", "frame"]
)
def test_ring_with_a_wrong_header(bad: DaemonClient, offset: int) -> None:
    writer = RingWriter(WIDTH * HEIGHT * 4)
    writer._segment.memory[offset] ^= 1
    bad.send(bad.open_header(transport=[{"name": "shared_memory", "ring": ring_map(writer.fields)}]))
    bad.expect_error("bad_ring")
    writer.close()


def test_slots_that_are_torn_or_not_there(bad: DaemonClient) -> None:
    bad.open_shared(slots=3)
    writer, _ = bad.rings[1]
    picture = noise_picture().reshape(-1)
    bad.send(bad.frame_header(1, slot=3, slot_seq=2))
    bad.expect_error("bad_frame")
    bad.send(bad.frame_header(2))
    bad.expect_error("bad_frame")
    slot, slot_seq = writer.write(picture, 3)
    bad.send(bad.frame_header(3, slot=slot, slot_seq=slot_seq + 2))  # not the value announced: torn, dropped silently
    # The writer dies in the middle of a write: the number stays odd.
    start = 64 + slot * writer.fields.slot_stride
    writer._segment.memory[start : start + 8] = struct.pack("<Q", slot_seq + 1)
    bad.send(bad.frame_header(4, slot=slot, slot_seq=slot_seq))
    bad.send(bad.frame_header(5, slot=slot, slot_seq=slot_seq + 2))
    assert bad.is_served()
    bad.send_frame(6, picture)
    result, _ = bad.receive_result()
    assert (result["seq"], result["dropped"]) == (6, 5)


def test_controls_that_are_not_known(bad: DaemonClient) -> None:
    bad.open()
    for sequence, values in enumerate(({"scene": "moon"}, {"lighting": ""}, {"weather": "rain"}, {"seed": -1}), 1):
        bad.send({"t": "control", "stream": 1, "control_seq": sequence, "values": values})
        error = bad.expect_error("bad_control")
        assert (error["stream"], error["control_seq"]) == (1, sequence)
    bad.send({"t": "control", "stream": 1, "control_seq": 5, "values": {"strength": 0.5}})
    bad.send({"t": "control", "stream": 1, "control_seq": 5, "values": {}})
    bad.expect_error("bad_control")  # control_seq does not rise
    bad.send_frame(1, noise_picture())
    assert bad.receive_result()[0]["control_seq"] == 5


def test_a_failing_model_costs_one_frame(start_daemon: Callable, connect: Connect) -> None:  # type: ignore[type-arg]
    client = connect(start_daemon({"failing": FailingPipeline()}).endpoint)
    client.open(model="failing")
    for seq, code in ((1, "bad_frame"), (2, "internal"), (3, "internal")):
        client.send_frame(seq, noise_picture(), reset=seq == 1)
        error = client.expect_error(code)
        assert (error["stream"], error["fatal"], error["stream_closed"]) == (1, False, False)
    client.send_frame(4, noise_picture())
    result, pixels = client.receive_result()
    assert result["dropped"] == 3
    assert pixels[0, 0, 3] == 255  # the reset of the failed frame is still obeyed
    client.send_frame(5, noise_picture())
    assert client.receive_result()[1][0, 0, 3] == 0


def test_a_client_that_vanishes_while_it_writes(daemon: DaemonProcess, connect: Connect) -> None:
    vanishing = DaemonClient(daemon.endpoint)
    vanishing.greet()
    opened = vanishing.open_shared()
    writer, _ = vanishing.rings[1]
    writer._segment.memory[64:72] = struct.pack("<Q", 1)
    vanishing.send(vanishing.frame_header(1, slot=0, slot_seq=2))
    vanishing.__exit__(None, None, None)
    good = connect(daemon.endpoint)
    good.open()
    good.send_frame(1, noise_picture())
    good.receive_result()
    assert not (Path("/dev/shm") / opened["transport"]["ring"]["name"].lstrip("/")).exists()


def test_a_client_that_never_reads(start_daemon_process: Callable[..., DaemonProcess], connect: Connect) -> None:
    """Its results are dropped, the daemon's memory stays bounded, others are served."""
    daemon = start_daemon_process("--model", "passthrough")
    lazy, good = connect(daemon.endpoint, rcvhwm=1), connect(daemon.endpoint)
    size = {"width": 512, "height": 512}
    planes = [{"name": "color", "format": "rgba8", **size}]
    lazy.open(planes=planes, output={"format": "rgba8", **size})
    good.open()
    picture = noise_picture(0, 512, 512)
    for seq in range(1, 300):
        lazy.send_frame(seq, picture)
        good.send_frame(seq, noise_picture())
        good.receive_result()
    assert psutil.Process(daemon.pid).memory_info().rss < 1_000_000_000
