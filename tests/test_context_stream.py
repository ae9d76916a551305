"""Contexts through the native core: `Client.open_stream(output_format="context")` against the daemon with a stand-in pipeline."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from stand_in_pipelines import ContextsPipeline

from mirage_lsd.client import Camera, Client, Context, LsdError, Stream, StreamState
from mirage_lsd.pipelines.passthrough import PassthroughPipeline
from mirage_lsd.protocol.shading import MIRAGE_HEAD
from mirage_lsd.server import Daemon

PATIENCE_S = 20.0
OUTPUT = (640, 360)
CAMERA = Camera(np.eye(4, dtype=np.float32), np.full((4, 4), 0.5, np.float32), 0.25, 90.0, (0.5, 0.0))


@pytest.fixture
def daemon(start_daemon: Callable[..., Daemon]) -> Daemon:
    return start_daemon({"contexts": ContextsPipeline(), "passthrough": PassthroughPipeline()})


@pytest.fixture
def client(daemon: Daemon) -> Iterator[Client]:
    with Client(daemon.endpoint) as found:
        assert found.wait_ready(PATIENCE_S)
        yield found


def open_contexts(client: Client, transport: str = "auto", model: str = "contexts") -> Stream:
    width, height = client.context_plane_size(*OUTPUT)
    return client.open_stream(
        width, height, model=model, output_size=OUTPUT, output_format="context", transport=transport
    )


def submit(stream: Stream, value: int) -> int | None:
    color = np.full((stream.height, stream.width, 4), value, np.uint8)
    return stream.submit(color, np.ones((stream.height, stream.width), np.float32), camera=CAMERA)


def next_context(stream: Stream, value: int) -> Context:
    """Submits one frame and waits for its context."""
    seq = submit(stream, value)
    assert seq is not None
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        context = stream.acquire_context()
        if context is not None and context.seq == seq:
            return context
        time.sleep(0.002)
    raise AssertionError(f"no context for frame {seq}: {stream.last_error}")


@pytest.mark.parametrize("transport", ["inline", "shared_memory"])
def test_contexts_and_weights_arrive(client: Client, transport: str) -> None:
    with open_contexts(client, transport) as stream:
        assert stream.wait_open(PATIENCE_S)
        assert stream.acquire_context() is None
        first = next_context(stream, 7)
        assert first.values.shape == (22, 40, 16)
        assert (first.values == 7).all()
        assert first.is_new
        assert first.camera is not None
        assert np.array_equal(first.camera.projection, CAMERA.projection)
        assert (first.weights.shape, first.weights.shape_version) == (MIRAGE_HEAD.name, MIRAGE_HEAD.version)
        assert first.weights.numbers.size == MIRAGE_HEAD.weight_count
        assert (first.weights.numbers == 0).all()
        assert (first.weights.strength, len(first.weights.palette)) == (1.0, 24)
        again = stream.acquire_context()
        assert again is not None
        assert not again.is_new
        assert again.age_ms > first.age_ms
        second = next_context(stream, 8)
        assert (second.values == 8).all()
        assert second.weights is first.weights
        assert (first.values == 7).all()
        group = stream.control(scene="b", strength=0.5)
        third = next_context(stream, 9)
        assert (third.control_seq, third.weights.control_seq) == (group, group)
        assert (third.weights.numbers == 1).all()
        assert third.weights.strength == 0.5
        assert third.weights.generation == first.weights.generation + 1
        assert stream.stats().transport == transport
        assert stream.stats().dropped_results == 0


def test_a_model_without_contexts_is_refused_and_opens_for_pictures(client: Client) -> None:
    assert client.has_contexts("contexts")
    assert not client.has_contexts("passthrough")
    with open_contexts(client, model="passthrough") as stream:
        assert not stream.wait_open(PATIENCE_S)
        assert stream.state is StreamState.FAILED
        assert stream.last_error.endswith("open the stream for pictures.")
    with client.open_stream(64, 64, planes=("color",), model="passthrough") as stream:
        assert stream.wait_open(PATIENCE_S)
        with pytest.raises(LsdError, match="lsd_stream_acquire"):
            stream.acquire_context()


def test_the_size_of_the_planes_is_the_shapes(client: Client) -> None:
    for size in ((1280, 720), (321, 123), (16, 4096)):
        assert client.context_plane_size(*size) == MIRAGE_HEAD.base_size(*size)
    with pytest.raises(LsdError, match="16 to 4096"):
        client.context_plane_size(8, 8)


def test_the_last_context_stays_while_the_daemon_is_away(start_daemon: Callable[..., Daemon]) -> None:
    first = start_daemon({"contexts": ContextsPipeline()})
    with Client(first.endpoint) as client, open_contexts(client) as stream:
        assert stream.wait_open(PATIENCE_S)
        last = next_context(stream, 7)
        first.stop()
        _until(lambda: stream.state is StreamState.PENDING)
        kept = stream.acquire_context()
        assert kept is not None
        assert (kept.seq, kept.is_new) == (last.seq, False)
        assert kept.age_ms > last.age_ms
        assert kept.weights is last.weights
        notice = stream.next_notice()
        assert notice is not None
        assert notice.code == "context_held"
        assert submit(stream, 8) is None
        start_daemon({"contexts": ContextsPipeline()}, bind=first.endpoint)
        assert stream.wait_open(PATIENCE_S)
        fresh = next_context(stream, 9)
        assert (fresh.values == 9).all()
        assert fresh.weights.generation > last.weights.generation


def _until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.01)
