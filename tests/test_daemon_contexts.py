"""Streams of contexts, by a raw client against the daemon with a stand-in pipeline."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from daemon_client import DaemonClient, Header
from stand_in_pipelines import ContextsPipeline

from mirage_lsd.pipelines.passthrough import PassthroughPipeline
from mirage_lsd.protocol.shading import SHADE_CLIENT
from mirage_lsd.recording.pipeline import RecordingPipeline
from mirage_lsd.recording.writer import RecordingWriter
from mirage_lsd.server import Daemon

WIDTH, HEIGHT = 64, 32
GRID_BYTES = 8 * 4 * 16 * 2


@pytest.fixture
def client(start_daemon: Callable[..., Daemon], connect: Callable[..., DaemonClient]) -> DaemonClient:
    daemon = start_daemon({"contexts": ContextsPipeline(), "passthrough": PassthroughPipeline()})
    found = connect(daemon.endpoint, greet=False)
    found.greet(capabilities=[SHADE_CLIENT])
    return found


def wanted(**changes: Any) -> Header:
    planes = [
        {"name": name, "format": form, "width": WIDTH, "height": HEIGHT}
        for name, form in (("color", "rgba8"), ("depth", "r32f"))
    ]
    output = {"format": "context", "width": WIDTH, "height": HEIGHT}
    return {"model": "contexts", "planes": planes, "output": output, **changes}


def picture(value: int) -> npt.NDArray[np.uint8]:
    return np.full(WIDTH * HEIGHT * 8, value, np.uint8)


def weights_of(client: DaemonClient) -> tuple[Header, npt.NDArray[np.float16]]:
    header, payload = client.receive()
    assert header["t"] == "weights", header
    assert payload is not None
    return header, np.frombuffer(payload, np.float16)


def context_of(client: DaemonClient) -> tuple[Header, npt.NDArray[np.float16]]:
    header, payload = client.receive()
    assert header["t"] == "result", header
    if payload is None:
        packed = np.empty(GRID_BYTES, np.uint8)
        client.rings[1][1].read(header["slot"], header["slot_seq"], packed)
        payload = packed.tobytes()
    assert len(payload) == GRID_BYTES
    return header, np.frombuffer(payload, np.float16).reshape(4, 8, 16)


def test_the_model_and_the_daemon_say_it(
    start_daemon: Callable[..., Daemon], connect: Callable[..., DaemonClient]
) -> None:
    daemon = start_daemon({"contexts": ContextsPipeline(), "passthrough": PassthroughPipeline()})
    welcome = connect(daemon.endpoint, greet=False).greet()
    assert SHADE_CLIENT in welcome["capabilities"]
    contexts, passthrough = welcome["models"]
    assert contexts["context"] == {"shape": "mirage-head-48x2", "version": 1}
    assert "context" not in passthrough


def test_a_daemon_without_contexts_says_nothing_of_them(
    start_daemon: Callable[..., Daemon], connect: Callable[..., DaemonClient]
) -> None:
    daemon = start_daemon({"passthrough": PassthroughPipeline()})
    assert SHADE_CLIENT not in connect(daemon.endpoint, greet=False).greet()["capabilities"]


def test_contexts_come_inline(client: DaemonClient) -> None:
    opened = client.open(**wanted())
    grid = {"width": 8, "height": 4, "channels": 16}
    assert opened["context"] == {"shape": "mirage-head-48x2", "version": 1, **grid}
    camera = {"view": [0.5] * 16, "projection": [1.0] * 16, "near": 0.5, "far": 100.0, "jitter": [0.25, 0.0]}
    client.send_frame(5, picture(7), camera=camera)
    weights, numbers = weights_of(client)
    assert (weights["weights_seq"], weights["control_seq"], weights["strength"]) == (1, 0, 1.0)
    assert (weights["shape"], weights["version"]) == ("mirage-head-48x2", 1)
    assert numbers.size == 7203
    header, context = context_of(client)
    assert header["context"] == {**grid, "weights_seq": 1, "camera": camera}
    assert (header["seq"], header["timings_us"]) == (5, {"stand_in": 1})
    assert (context == 7).all()


def test_contexts_come_through_shared_memory(client: DaemonClient) -> None:
    client.open_shared(**wanted())
    for seq in range(1, 7):
        client.send_frame(seq, picture(seq))
        if seq == 1:
            weights_of(client)
        header, context = context_of(client)
        assert "slot" in header
        assert (context == seq).all()


def test_weights_come_when_they_change_and_only_then(client: DaemonClient) -> None:
    client.open(**wanted())
    client.send_frame(1, picture(1))
    weights_of(client)
    context_of(client)
    client.send_frame(2, picture(2))
    context_of(client)
    client.send({"t": "control", "stream": 1, "control_seq": 4, "values": {"scene": "b"}})
    client.send_frame(3, picture(3))
    weights, numbers = weights_of(client)
    assert (weights["weights_seq"], weights["control_seq"]) == (2, 4)
    assert (numbers == 1).all()
    header, _ = context_of(client)
    assert (header["context"]["weights_seq"], header["control_seq"]) == (2, 4)
    client.send({"t": "control", "stream": 1, "control_seq": 5, "values": {"strength": 0.25}})
    client.send_frame(4, picture(4))
    weights, numbers = weights_of(client)
    assert weights["strength"] == 0.25
    assert (numbers == 1).all()
    context_of(client)
    client.send_frame(5, picture(5))
    context_of(client)


def test_each_step_of_a_transition_has_its_weights(client: DaemonClient) -> None:
    client.open(**wanted())
    client.send_frame(1, picture(1))
    weights_of(client)
    context_of(client)
    client.send({"t": "control", "stream": 1, "control_seq": 1, "values": {"scene": "b"}, "transition_s": 60.0})
    shares = []
    for seq in (2, 3, 4):
        client.send_frame(seq, picture(seq))
        header, numbers = weights_of(client)
        assert header["weights_seq"] == seq
        shares.append(numbers[0])
        assert context_of(client)[0]["context"]["weights_seq"] == seq
    assert 0 <= shares[0] < shares[1] < shares[2] < 1


def test_bypass_costs_no_context(client: DaemonClient) -> None:
    client.open(**wanted())
    client.send({"t": "control", "stream": 1, "control_seq": 1, "values": {"bypass": True}})
    client.send_frame(77, picture(1))  # the pipeline would make NaN of it
    assert weights_of(client)[0]["strength"] == 0.0
    header, context = context_of(client)
    assert list(header["timings_us"]) == ["bypass"]
    assert (context == 0).all()


def test_what_the_pipeline_refuses_costs_the_frame_only(client: DaemonClient) -> None:
    client.open(**wanted())
    client.send_frame(66, picture(1))
    assert client.expect_error("bad_frame")["message"] == "A context needs a camera."
    client.send_frame(77, picture(1))
    assert "finite" in client.expect_error("internal")["message"]
    client.send_frame(78, picture(9))
    weights_of(client)
    assert context_of(client)[0]["dropped"] == 2


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"model": "passthrough"}, "passthrough has no contexts"),
        ({"planes": wanted()["planes"][:1]}, "needs the planes color and depth"),
    ],
)
def test_a_stream_that_can_have_none_is_refused(client: DaemonClient, changes: Header, says: str) -> None:
    client.send(client.open_header(**wanted(**changes)))
    error = client.expect_error("no_context")
    assert says in error["message"]
    assert "pictures" in error["message"]
    assert error["stream_closed"]
    client.open(model=changes.get("model", "contexts"))  # for pictures
    assert client.is_served()


def test_a_client_that_cannot_shade_is_refused(
    start_daemon: Callable[..., Daemon], connect: Callable[..., DaemonClient]
) -> None:
    client = connect(start_daemon({"contexts": ContextsPipeline()}).endpoint)
    client.send(client.open_header(**wanted()))
    assert SHADE_CLIENT in client.expect_error("no_context")["message"]


def test_weights_that_were_not_delivered_come_again(
    start_daemon: Callable[..., Daemon], connect: Callable[..., DaemonClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    daemon = start_daemon({"contexts": ContextsPipeline()})
    client = connect(daemon.endpoint, greet=False)
    client.greet(capabilities=[SHADE_CLIENT])
    client.open(**wanted())
    send, lost = daemon._send, []

    def losing(identity: bytes, message: Any, payload: Any | None = None) -> bool:
        if message.T == "weights" and not lost:
            lost.append(message.weights_seq)
            return False
        return send(identity, message, payload)

    monkeypatch.setattr(daemon, "_send", losing)
    client.send_frame(1, picture(1))
    client.is_served()
    while not lost:
        client.is_served()
    client.send_frame(2, picture(2))
    assert weights_of(client)[0]["weights_seq"] == 2
    header, context = context_of(client)
    assert (header["seq"], header["dropped"]) == (2, 1)
    assert (context == 2).all()


def test_a_daemon_that_records_has_pictures_only(
    start_daemon: Callable[..., Daemon], connect: Callable[..., DaemonClient], tmp_path: Path
) -> None:
    with contextlib.closing(RecordingWriter(tmp_path / "level.lsdrec", {})) as writer:
        daemon = start_daemon({"contexts": RecordingPipeline(ContextsPipeline(), writer)})
        client = connect(daemon.endpoint, greet=False)
        assert "context" not in client.greet(capabilities=[SHADE_CLIENT])["models"][0]
        client.send(client.open_header(**wanted()))
        assert "open the stream for pictures" in client.expect_error("no_context")["message"]
