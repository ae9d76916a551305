"""A game engine as a source: the engine is the native core that Unity and Unreal load, values are compared at both of its ends."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from device_fixtures import free_port, nothing_left_behind, play, wait_for

from mirage_lsd.client import Client, Stream
from mirage_lsd.client.types import StreamState
from mirage_lsd.engine import StreamEngine
from mirage_lsd.picture import DeviceError, Picture
from mirage_lsd.pipelines.registry import available_models
from mirage_lsd.sources import SourceState, make_source
from mirage_lsd.sources.engine import EngineSource
from mirage_lsd.sources.pattern import read_number

WIDTH, HEIGHT = 64, 48


@pytest.fixture
def address() -> str:
    return f"tcp://127.0.0.1:{free_port()}"


@pytest.fixture
def source(address: str) -> Iterator[EngineSource]:
    with nothing_left_behind("engine_listener"), EngineSource(address) as opened:
        yield opened


def flat(value: int) -> np.ndarray:
    """A picture whose four corners differ, so that no turn and no exchange of channels goes unseen."""
    pixels = np.full((HEIGHT, WIDTH, 4), value, np.uint8)
    pixels[0, 0], pixels[0, -1], pixels[-1, 0] = (255, 0, 0, 9), (0, 255, 0, 9), (0, 0, 255, 9)
    return pixels


def opaque(pixels: np.ndarray) -> np.ndarray:
    seen = pixels.copy()
    seen[..., 3] = 255
    return seen


def exchange(
    stream: Stream, source: EngineSource, pixels: np.ndarray, depth: np.ndarray | None = None
) -> tuple[Picture, np.ndarray]:
    """Sends one frame; returns what the source gave and what the engine got back."""
    pictures: list[Picture] = []
    returned: list[np.ndarray] = []

    def both() -> bool:
        picture = source.read(0.01)
        if picture is not None:
            pictures.append(picture)
        result = stream.acquire(copy=True)
        if result is not None:
            returned.append(result.pixels)
        return bool(pictures and returned)

    stream.submit(pixels, depth)
    wait_for(both)
    return pictures[-1], returned[-1]


def test_make_source_reads_the_text() -> None:
    source = make_source("engine")
    assert isinstance(source, EngineSource)
    assert source._options["endpoint"] == "tcp://127.0.0.1:5757"
    other = make_source("engine:tcp://localhost:6000", size=(32, 16), fit="stretch")
    assert isinstance(other, EngineSource)
    assert other._options == {"endpoint": "tcp://localhost:6000", "size": (32, 16), "fit": "stretch"}


@pytest.mark.parametrize(
    "endpoint", ["tcp://0.0.0.0:5757", "tcp://192.168.1.5:5757", "127.0.0.1:5757", "udp://127.0.0.1:1", ""]
)
def test_an_address_that_is_not_of_this_machine_alone_is_one_sentence(endpoint: str) -> None:
    with pytest.raises(DeviceError, match="is no address where an engine of this machine"):
        make_source(f"engine:{endpoint}")


@pytest.mark.parametrize("transport", ["inline", "shared_memory"])
@pytest.mark.parametrize("model", available_models())
def test_the_source_gives_what_the_engine_sent_and_the_engine_gets_its_own_back(
    source: EngineSource, address: str, model: str, transport: str
) -> None:
    with Client(address, engine="test") as client, client.open_stream(
        WIDTH, HEIGHT, planes=("color", "depth"), model=model, transport=transport
    ) as stream:  # fmt: skip
        assert stream.wait_open(60)
        for value in (3, 250):
            before = time.monotonic_ns()
            # Depth is allowed, as an engine sends it, and is not looked at.
            picture, returned = exchange(stream, source, flat(value), depth=np.ones((HEIGHT, WIDTH), np.float32))
            assert np.array_equal(picture.pixels, opaque(flat(value)))
            assert np.array_equal(returned, flat(value))
            assert before <= picture.t_capture_ns <= time.monotonic_ns()


def test_a_picture_of_another_size_is_fitted_for_the_source_alone(address: str) -> None:
    pixels = np.zeros((HEIGHT, WIDTH, 4), np.uint8)
    pixels[:, WIDTH // 2 :, 0] = 200
    with (
        EngineSource(address, size=(32, 32), fit="stretch") as source,
        Client(address, engine="test") as client,
        client.open_stream(WIDTH, HEIGHT, planes=("color",)) as stream,
    ):
        assert stream.wait_open(60)
        picture, returned = exchange(stream, source, pixels)
    assert picture.pixels.shape == (32, 32, 4)
    assert picture.pixels[16, [2, -3], 0].tolist() == [0, 200]
    assert np.array_equal(returned, pixels)


def test_a_reader_that_sleeps_gets_the_newest_picture_and_never_holds_the_engine_up(
    source: EngineSource, address: str
) -> None:
    with Client(address, engine="test") as client, client.open_stream(WIDTH, HEIGHT, planes=("color",)) as stream:
        assert stream.wait_open(60)
        for value in range(1, 31):  # nobody reads the source meanwhile
            stream.submit(np.full((HEIGHT, WIDTH, 4), value, np.uint8))
            wait_for(lambda: stream.acquire() is not None)
        # The last one that was put found a free slot, since the older ones were given up for it.
        wait_for(lambda: source.dropped >= 29)
        picture = source.read(1.0)
    assert picture is not None
    assert picture.pixels[0, 0].tolist() == [30, 30, 30, 255]


def test_an_engine_that_goes_is_told_and_the_next_one_is_taken(source: EngineSource, address: str) -> None:
    assert source.read(0.05) is None
    assert (source.state, source.fault) == (SourceState.OPEN, ""), "none has come yet: nothing is wrong"
    for value in (10, 20):
        with Client(address, engine="test") as client, client.open_stream(WIDTH, HEIGHT, planes=("color",)) as stream:
            assert stream.wait_open(60)
            picture, _ = exchange(stream, source, flat(value))
            assert np.array_equal(picture.pixels, opaque(flat(value)))
            assert (source.state, source.fault) == (SourceState.OPEN, "")
        wait_for(lambda: source.read(0.05) is None and source.state is SourceState.LOST)
        assert source.fault == "The engine is gone; the stream goes on when one sends frames again."
    assert source.restarts == 0


def test_an_engine_that_pauses_is_not_lost(source: EngineSource, address: str) -> None:
    """For longer than what listens may be silent itself."""
    assert source._silence_s is not None
    with Client(address, engine="test") as client, client.open_stream(WIDTH, HEIGHT, planes=("color",)) as stream:
        assert stream.wait_open(60)
        exchange(stream, source, flat(5))
        until = time.monotonic() + source._silence_s + 2.0
        while time.monotonic() < until:
            assert source.read(0.1) is None
        assert (source.state, source.restarts) == (SourceState.OPEN, 0)
        picture, _ = exchange(stream, source, flat(6))
        assert np.array_equal(picture.pixels, opaque(flat(6)))


@pytest.mark.parametrize("next_one", [True, False], ids=["the next one comes at once", "none comes"])
def test_an_engine_that_crashes_makes_room_and_is_told(source: EngineSource, address: str, next_one: bool) -> None:
    code = f"import threading, device_fixtures; device_fixtures.play({address!r}, threading.Event())"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), *sys.path])}
    game = subprocess.Popen([sys.executable, "-c", code], env=environment)
    try:
        wait_for(lambda: source.read(0.05) is not None)
    finally:
        game.kill()
        game.wait()
    if next_one:
        with Client(address, engine="test") as client, client.open_stream(WIDTH, HEIGHT, planes=("color",)) as stream:
            assert stream.wait_open(60), stream.last_error
            wait_for(lambda: source.read(0.2) is None)  # what the first one left
            picture, _ = exchange(stream, source, flat(91))
            assert np.array_equal(picture.pixels, opaque(flat(91)))
    else:
        wait_for(lambda: source.read(0.05) is None and source.state is SourceState.LOST)
        assert source.fault.startswith("The engine is gone")


def test_a_second_engine_and_a_second_picture_get_one_sentence_and_the_first_goes_on(
    source: EngineSource, address: str
) -> None:
    sentence = "takes one engine with one picture, and has one; close that one, or start another stream"
    with Client(address, engine="test") as client, client.open_stream(WIDTH, HEIGHT, planes=("color",)) as stream:
        assert stream.wait_open(60)
        with Client(address, engine="test") as second, second.open_stream(WIDTH, HEIGHT, planes=("color",)) as other:
            wait_for(lambda: sentence in second.last_error or sentence in other.last_error)
        with client.open_stream(WIDTH, HEIGHT, planes=("color",)) as other:
            wait_for(lambda: other.state is StreamState.FAILED)
            assert sentence in other.last_error
        picture, _ = exchange(stream, source, flat(77))
        assert np.array_equal(picture.pixels, opaque(flat(77)))


def test_a_port_that_is_taken_is_one_sentence(source: EngineSource, address: str) -> None:
    with pytest.raises(DeviceError, match=rf"{address} is taken, .*`--source engine:tcp://127.0.0.1:PORT`\.$"):
        EngineSource(address).open()


# In a stream


def test_a_stream_paints_the_game_beside_it_waits_for_it_and_stops_at_once(address: str) -> None:
    notices: list[str] = []
    seen: list[np.ndarray] = []
    engine = StreamEngine("passthrough", device="cpu", on_notice=notices.append)
    with nothing_left_behind("engine_listener"), engine:
        engine.start(f"engine:{address}", lambda pixels: seen.append(pixels.copy()), block=False)
        assert f"engine is at {address}" in notices
        _play_for(address, lambda: len(seen) >= 5)
        wait_for(lambda: any("The engine is gone" in notice for notice in notices))
        assert engine.running
        before = len(seen)
        _play_for(address, lambda: len(seen) >= before + 5)
        assert "engine: back again." in notices
        assert seen[-1].shape == (180, 320, 4)
        started = time.monotonic()
        engine.stop()
        assert not engine.running, "stop() returns after two seconds at most, ended or not"
        assert time.monotonic() - started < 2.5
    numbers = [read_number(pixels) for pixels in seen]
    assert numbers[:before] == sorted(set(numbers[:before]))


def _play_for(address: str, enough: Callable[[], bool]) -> None:
    """A game that runs until `enough()`."""
    done = threading.Event()
    game = threading.Thread(target=play, args=(address, done))
    game.start()
    try:
        wait_for(enough)
    finally:
        done.set()
        game.join()
