"""The sample as an engine that paints by itself: it opens for contexts where it can, and draws what they say."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest
from stand_in_pipelines import ContextsPipeline

from mirage_lsd.client import Client
from mirage_lsd.pipelines.passthrough import PassthroughPipeline
from mirage_lsd.samples.greybox.__main__ import open_bridge, play
from mirage_lsd.samples.greybox.level import Level
from mirage_lsd.samples.greybox.renderer import Renderer, RendererError
from mirage_lsd.server import Daemon

WIDTH, HEIGHT = 160, 96
MODEL = "mirage-lsd-v1"


@pytest.fixture(scope="module")
def renderer() -> Iterator[Renderer]:
    made = Renderer(Level(), WIDTH, HEIGHT)
    yield made
    made.close()


def test_it_paints_each_frame_from_contexts(start_daemon: Callable[..., Daemon], renderer: Renderer) -> None:
    daemon = start_daemon({MODEL: ContextsPipeline()})
    with Client(daemon.endpoint) as client:
        bridge, shading = open_bridge(client, renderer, "engine")
        assert shading is not None
        try:
            assert (bridge.stream.width, bridge.stream.height) == client.context_plane_size(WIDTH, HEIGHT)
            assert bridge.stream.wait_open(20.0)
            deadline = time.monotonic() + 60.0
            while shading.picture() is None and time.monotonic() < deadline:
                play(bridge, renderer, None, 0.5, shading)
            picture = shading.picture()
        finally:
            shading.close()
    assert picture is not None
    # The stand-in's weights are zeros: the head says the middle of its range everywhere.
    assert abs(picture[..., :3].astype(int) - 128).max() <= 1


def test_who_paints_is_a_setting(start_daemon: Callable[..., Daemon], renderer: Renderer) -> None:
    daemon = start_daemon({MODEL: ContextsPipeline()})
    with Client(daemon.endpoint) as client:
        bridge, shading = open_bridge(client, renderer, "daemon")
        assert shading is None
        assert bridge.stream.width == WIDTH
        _, shading = open_bridge(client, renderer, "automatic")
        if shading is not None:
            assert not shading.shading.is_software
            shading.close()


def test_a_daemon_without_contexts_is_said(start_daemon: Callable[..., Daemon], renderer: Renderer) -> None:
    daemon = start_daemon({MODEL: PassthroughPipeline()})
    with Client(daemon.endpoint) as client:
        with pytest.raises(RendererError, match="gives no contexts"):
            open_bridge(client, renderer, "engine")
        assert open_bridge(client, renderer, "automatic")[1] is None
