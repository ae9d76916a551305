"""NDI with the other side by hand: cyndilib brings NDI's own runtime, which needs no network and no discovery service to find this machine."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from device_fixtures import PATIENCE_S, nothing_left_behind, still_pattern, wait_for
from receivers import pump

from mirage_lsd.picture import Pixels
from mirage_lsd.sinks import SinkState
from mirage_lsd.sinks.texture import NdiSink
from mirage_lsd.sources import SourceState
from mirage_lsd.sources.pattern import PatternSource, draw_pattern, read_number
from mirage_lsd.sources.texture import NdiSource

pytest.importorskip("cyndilib")

SIZE = (320, 180)


@pytest.fixture(autouse=True, scope="module")
def unicast(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """NDI looks for senders by multicast DNS; where that isn't spoken (a container), it asks the addresses in its settings."""
    folder = tmp_path_factory.mktemp("ndi")
    (folder / "ndi-config.v1.json").write_text(json.dumps({"ndi": {"networks": {"ips": "127.0.0.1,"}}}))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NDI_CONFIG_DIR", str(folder))
        yield


def received(name: str, done: Any, seconds: float = PATIENCE_S) -> list[Pixels]:
    """What NDI's own receiver gets from the sender with that name, until `done(pictures)`."""
    from cyndilib.finder import Finder
    from cyndilib.receiver import Receiver
    from cyndilib.video_frame import VideoFrameSync
    from cyndilib.wrapper.ndi_recv import RecvBandwidth, RecvColorFormat

    pictures: list[Pixels] = []
    deadline = time.monotonic() + seconds
    with Finder() as finder:
        found = None
        while found is None and time.monotonic() < deadline:
            finder.wait_for_sources(0.25)
            found = next((each for each in finder.get_source_names() if name in each), None)
        assert found is not None, f"{name} is not found"
        receiver = Receiver(color_format=RecvColorFormat.RGBX_RGBA, bandwidth=RecvBandwidth.highest)
        frame = VideoFrameSync()
        receiver.frame_sync.set_video_frame(frame)
        receiver.set_source(finder.get_source(found))
        while not done(pictures) and time.monotonic() < deadline:
            receiver.frame_sync.capture_video()
            width, height = frame.get_resolution()
            if min(width, height) > 0:
                pixels = np.array(frame.get_array(), np.uint8).reshape(height, width, 4)
                if not pictures or not np.array_equal(pixels, pictures[-1]):
                    pictures.append(pixels)
            time.sleep(0.005)
        receiver.disconnect()
    return pictures


def test_a_receiver_shows_what_the_sink_is_given() -> None:
    with (
        nothing_left_behind("mirage_lsd.device_process"),
        NdiSink("Painted", fps=24) as sink,
        PatternSource(size=SIZE, fps=24) as source,
    ):
        done = threading.Event()
        pumping = threading.Thread(target=lambda: pump(source, [sink], done.is_set))
        pumping.start()
        try:
            pictures = received("Painted", lambda pictures: len(pictures) > 30)
        finally:
            done.set()
            pumping.join()
        assert sink.state is SinkState.OPEN
        assert sink.stats.arrived > 30
    numbers = [read_number(pixels) for pixels in pictures]
    assert len(numbers) > 30
    assert numbers == sorted(set(numbers))
    wanted = draw_pattern(still_pattern(SIZE), numbers[-1]).astype(int)
    assert np.abs(pictures[-1][..., :3].astype(int) - wanted[..., :3]).mean() < 6, (
        "NDI compresses, and keeps the colors"
    )


class _Sender:
    """NDI's own sender of the test pattern, 24 a second."""

    def __init__(self, name: str) -> None:
        self._name, self._done = name, threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> _Sender:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._done.set()
        self._thread.join()

    def _run(self) -> None:
        from cyndilib.sender import Sender
        from cyndilib.video_frame import VideoSendFrame
        from cyndilib.wrapper.ndi_structs import FourCC

        sender, frame = Sender(self._name, clock_video=False), VideoSendFrame()
        frame.set_resolution(*SIZE)
        frame.set_frame_rate(Fraction(24))
        frame.set_fourcc(FourCC.RGBX)
        sender.set_video_frame(frame)
        sender.open()
        still, number = still_pattern(SIZE), 0
        while not self._done.wait(1 / 24):
            sender.write_video(np.ascontiguousarray(draw_pattern(still, number)).reshape(-1))
            number += 1
        sender.close()


def test_the_source_gets_what_a_sender_sends_and_finds_it_again() -> None:
    with nothing_left_behind("mirage_lsd.device_process"):
        source = NdiSource("Laptop")
        numbers: list[int] = []

        def got() -> bool:
            picture = source.read(0.1)
            if picture is not None:
                numbers.append(read_number(picture.pixels))
                assert picture.pixels.shape == (*SIZE[::-1], 4)
                assert (picture.pixels[..., 3] == 255).all()
            return picture is not None

        with _Sender("Laptop"):
            source.open()
            wait_for(lambda: got() and len(numbers) > 20)
            assert numbers == sorted(set(numbers))
        wait_for(lambda: not got() and source.state is SourceState.LOST)
        assert "NDI sender" in source.fault
        numbers.clear()
        with _Sender("Laptop"):
            wait_for(lambda: got() and len(numbers) > 5)
            assert source.state is SourceState.OPEN
        started = time.monotonic()
        source.close()
        assert time.monotonic() - started < 2.0


def test_no_such_sender_is_one_sentence() -> None:
    from mirage_lsd.picture import DeviceError

    with pytest.raises(DeviceError, match="no NDI sender 'Nobody'"):
        NdiSource("Nobody").open()
