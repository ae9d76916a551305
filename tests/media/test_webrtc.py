"""WebRTC with headless Chromium as the other side: its camera in, the painted video out, frames counted and compared."""

from __future__ import annotations

import threading
import urllib.error
import urllib.request
from collections.abc import Callable

import numpy as np
import pytest
from device_fixtures import still_pattern, wait_for
from receivers import Browser, pump

from mirage_lsd.engine import StreamEngine
from mirage_lsd.sinks.webrtc import WebRtcSink
from mirage_lsd.sources.pattern import PatternSource
from mirage_lsd.sources.webrtc import WebRtcSource

pytest.importorskip("aiortc")

COUNT = "document.getElementById('painted')?.getVideoPlaybackQuality().totalVideoFrames ?? 0"
PIXELS = """(() => {
  const video = document.getElementById('painted'), canvas = document.createElement('canvas');
  canvas.width = video.videoWidth; canvas.height = video.videoHeight;
  if (!canvas.width) return null; // nothing has come yet
  const context = canvas.getContext('2d'); context.drawImage(video, 0, 0);
  const row = context.getImageData(0, Math.floor(canvas.height * 0.35), canvas.width, 1).data;
  return [canvas.width, canvas.height, ...row];
})()"""


def test_a_browser_shows_what_the_sink_is_given(open_page: Callable[[str], Browser]) -> None:
    with WebRtcSink(port=0) as sink, PatternSource(size=(640, 360), fps=24) as source:
        done = threading.Event()
        pumping = threading.Thread(target=lambda: pump(source, [sink], done.is_set))
        pumping.start()
        try:
            page = open_page(sink.facts["address"])
            wait_for(lambda: (page.evaluate(COUNT) or 0) > 30)
            shown_before, sent_before = page.evaluate(COUNT), sink.stats.arrived
            wait_for(lambda: page.evaluate(COUNT) > shown_before + 60)
            sent = sink.stats.arrived - sent_before
            shown = page.evaluate(PIXELS)
        finally:
            done.set()
            pumping.join()
    # A browser on a busy machine passes over some.
    assert sent < 300
    width, height, *row = shown
    assert width / height == pytest.approx(640 / 360, rel=0.02)
    colors = np.array(row).reshape(width, 4)[:, :3]
    places = np.arange(7) * 640 // 7 + 45
    wanted = still_pattern((640, 360))[126, places, :3].astype(int)
    assert np.abs(colors[places * width // 640] - wanted).mean() < 25


def test_a_browser_s_camera_comes_in_and_the_painted_video_goes_back(open_page: Callable[[str], Browser]) -> None:
    """Chromium's fake camera is green with a moving clock; the page shows its own picture and the painted one."""
    got: list[np.ndarray] = []
    with StreamEngine("passthrough", "cpu", fps=24, on_notice=lambda text: None) as engine:
        source, sink = WebRtcSource(port=0), WebRtcSink(port=0)
        starting = threading.Thread(
            target=lambda: engine.start(source, [sink, lambda pixels: got.append(pixels[::8, ::8].copy())], block=False)
        )
        starting.start()
        wait_for(lambda: "address" in sink.facts and "address" in source.facts)
        starting.join(60)
        painted_port = sink.facts["address"].rpartition(":")[2].strip("/")
        page = open_page(f"{source.facts['address']}?painted={painted_port}")
        wait_for(lambda: len(got) > 20)
        wait_for(lambda: (page.evaluate(COUNT) or 0) > 20)
        own = page.evaluate(PIXELS.replace("'painted'", "'own'"))
        painted = page.evaluate(PIXELS)
    green = got[-1][..., :3].astype(int).mean(axis=(0, 1))
    assert green[1] > green[0] + 20
    assert green[1] > green[2] + 20
    mean = [np.array(shown[2:]).reshape(shown[0], 4)[:, :3].mean(axis=0) for shown in (own, painted)]
    assert np.abs(mean[0] - mean[1]).max() < 40


def test_a_viewer_that_leaves_and_strangers_do_no_harm(open_page: Callable[[str], Browser]) -> None:
    with WebRtcSink(port=0) as sink, PatternSource(size=(320, 180), fps=24) as source:
        done = threading.Event()
        pumping = threading.Thread(target=lambda: pump(source, [sink], done.is_set))
        pumping.start()
        try:
            address = sink.facts["address"]
            page = open_page(address)
            wait_for(lambda: (page.evaluate(COUNT) or 0) > 5)
            page.call("Page.navigate", url="about:blank")
            for body, headers in (
                (b"no offer", {}),
                (b"v=0", {"Origin": "https://evil.example"}),
                (b"x" * 300_000, {}),
            ):
                request = urllib.request.Request(f"{address}whep", body, headers)
                with pytest.raises((urllib.error.HTTPError, urllib.error.URLError, ConnectionError)):
                    urllib.request.urlopen(request, timeout=15)
            again = open_page(address)
            wait_for(lambda: (again.evaluate(COUNT) or 0) > 5)
            arrived = sink.stats.arrived
            wait_for(lambda: sink.stats.arrived > arrived + 20)
        finally:
            done.set()
            pumping.join()
