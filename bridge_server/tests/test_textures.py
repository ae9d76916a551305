"""Spout and Syphon against stand-ins of their packages, because the packages need Windows and macOS.

There, with TEXTURES_FOR_REAL set, the same tests run with the package itself.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from device_fixtures import PATIENCE_S, STAND_INS, nothing_left_behind, wait_for

from mirage_lsd.picture import Picture, Pixels
from mirage_lsd.sinks import SinkState
from mirage_lsd.sinks.texture import SpoutSink, SyphonSink, TextureSink
from mirage_lsd.sources import SourceState
from mirage_lsd.sources.texture import SpoutSource, SyphonSource, TextureSource

KINDS: list[tuple[type[TextureSink], type[TextureSource]]] = [(SpoutSink, SpoutSource), (SyphonSink, SyphonSource)]
FOR_REAL = "TEXTURES_FOR_REAL" in os.environ
if FOR_REAL:
    KINDS = [KINDS[("win32", "darwin").index(sys.platform)]]


@pytest.fixture(autouse=True)
def stand_ins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    if FOR_REAL:
        return
    monkeypatch.setenv("TEXTURE_STAND_IN", str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(STAND_INS / "textures"), os.environ.get("PYTHONPATH", "")]))


def picture(number: int, width: int = 48, height: int = 32) -> Pixels:
    """Its number, and colors that tell red from blue, left from right and top from bottom."""
    pixels = np.zeros((height, width, 4), np.uint8)
    pixels[..., 0], pixels[..., 2], pixels[..., 3] = 200, 10, 255
    pixels[: height // 2, : width // 2, 1] = 90
    pixels[0, 0] = (number, 0, 0, 255)
    return pixels


def send(sink: TextureSink, pixels: Pixels) -> None:
    assert sink.write(Picture(pixels, time.monotonic_ns())), sink.fault


@pytest.mark.parametrize(("make_sink", "make_source"), KINDS)
def test_what_the_sink_shares_the_source_gets(make_sink: type[TextureSink], make_source: type[TextureSource]) -> None:
    with nothing_left_behind("mirage_lsd.device_process"), make_sink("Stage left") as sink:
        send(sink, picture(1))
        wait_for(lambda: sink.stats.arrived == 1)
        # A part of the name is enough where names can be listed.
        with make_source("stage" if make_source is SyphonSource else "Stage left") as source:
            for number, size in ((2, (48, 32)), (3, (48, 32)), (4, (64, 20)), (5, (64, 20))):
                send(sink, picture(number, *size))
                got = None
                deadline = time.monotonic() + PATIENCE_S
                while (got is None or got.pixels[0, 0, 0] != number) and time.monotonic() < deadline:
                    got = source.read(0.2) or got
                assert got is not None, source.fault
                assert np.array_equal(got.pixels, picture(number, *size))
    assert sink.state is SinkState.CLOSED


@pytest.mark.parametrize(("make_sink", "make_source"), KINDS)
def test_a_picture_is_given_once_and_at_once(make_sink: type[TextureSink], make_source: type[TextureSource]) -> None:
    """Not as often as the source looks, and not only when a run loop has waited for its second."""
    with make_sink("Once") as sink:
        send(sink, picture(1))
        wait_for(lambda: sink.stats.arrived == 1)
        with make_source("Once") as source:
            wait_for(lambda: source.read(0.1) is not None)
            assert source.read(0.3) is None
            ages = []
            for number in range(2, 8):
                send(sink, picture(number))
                sent = time.monotonic_ns()
                got = source.read(10.0)
                assert got is not None
                ages.append(time.monotonic_ns() - sent)
    assert sorted(ages)[len(ages) // 2] < 0.9e9


@pytest.mark.parametrize(("make_sink", "make_source"), KINDS)
def test_a_sender_that_goes_is_told_and_found_again(
    make_sink: type[TextureSink], make_source: type[TextureSource]
) -> None:
    with make_sink("Desk") as sink:
        send(sink, picture(1))
        wait_for(lambda: sink.stats.arrived == 1)
        source = make_source("Desk")
        source.open()
    try:
        wait_for(lambda: source.read(0.1) is None and source.state is SourceState.LOST)
        assert "has gone" in source.fault or "There is no" in source.fault
        with make_sink("Desk") as sink:
            numbers = iter(range(2, 250))
            wait_for(lambda: sink.write(Picture(picture(next(numbers)), 0)) and source.read(0.2) is not None)
            assert source.state is SourceState.OPEN
    finally:
        source.close()
