"""Whatever happens to the daemon, `submit` and `acquire` return at once, and frames flow again by themselves."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable

import numpy as np
import pytest
from conftest import DaemonProcess

from mirage_lsd.client import Client, Stream

WIDTH, HEIGHT = 1280, 720
# A call takes a fraction of a millisecond. The bound leaves room for a busy machine, not for a wait: those are of seconds.
LONGEST_CALL_S = 0.25
FRAME_S = 1 / 60
# From the daemon's `ready`: what the protocol's back-off allows.
FRAMES_AGAIN_S = 2.0


class Engine:
    """A game loop: it submits and acquires once a frame, does nothing else, and remembers its longest call."""

    def __init__(self, stream: Stream) -> None:
        self.longest_s = 0.0
        self.results = 0
        self._stream = stream
        self._color = np.zeros((HEIGHT, WIDTH, 4), np.uint8)

    def frame(self) -> bool:
        """One frame; True when it came with a result."""
        begin = time.perf_counter()
        self._stream.submit(self._color)
        submitted = time.perf_counter()
        result = self._stream.acquire()
        acquired = time.perf_counter()
        self.longest_s = max(self.longest_s, submitted - begin, acquired - submitted)
        self.results += result is not None
        return result is not None

    def run(self, seconds: float) -> int:
        """Runs for a time; returns the number of results."""
        before = self.results
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.frame()
            time.sleep(FRAME_S)
        return self.results - before

    def seconds_to_a_result(self, limit_s: float) -> float:
        """Runs until a result comes."""
        begin = time.monotonic()
        while not self.frame():
            assert time.monotonic() - begin < limit_s, f"no frame came back within {limit_s} s"
            time.sleep(FRAME_S)
        return time.monotonic() - begin


@pytest.mark.parametrize("transport", ["shared_memory", "inline"])
def test_daemon_stopped_continued_killed_restarted(
    transport: str, daemon: DaemonProcess, record_property: Callable[[str, object], None]
) -> None:
    with Client(daemon.endpoint) as client:
        stream = client.open_stream(WIDTH, HEIGHT, planes=("color",), model="passthrough", transport=transport)
        engine = Engine(stream)
        engine.seconds_to_a_result(10.0)
        assert engine.run(0.5) > 0

        # Shorter than the silence that ends a session, then longer.
        for pause_s in (1.0, 4.0):
            os.kill(daemon.pid, signal.SIGSTOP)
            engine.run(pause_s)
            os.kill(daemon.pid, signal.SIGCONT)
            # What was under way when it stopped comes first.
            engine.seconds_to_a_result(5.0)
            assert engine.run(0.5) > 0

        for pause_s in (0.0, 4.0):
            daemon.kill()
            engine.run(pause_s)
            daemon.start()  # returns when it is ready; the engine's loop stands still meanwhile, the core does not
            while stream.acquire() is not None:
                pass
            again_s = engine.seconds_to_a_result(FRAMES_AGAIN_S)
            record_property(f"frames_again_after_{pause_s:g}_s", round(again_s, 3))

        assert stream.stats().reconnects >= 2
    record_property("longest_call_ms", round(engine.longest_s * 1e3, 2))
    print(f"{transport}: longest call {engine.longest_s * 1e3:.2f} ms, frames again after {again_s:.2f} s")
    assert engine.longest_s < LONGEST_CALL_S


def test_daemon_never_started(free_port: int, record_property: Callable[[str, object], None]) -> None:
    begin = time.perf_counter()
    client = Client(f"tcp://127.0.0.1:{free_port}")
    stream = client.open_stream(WIDTH, HEIGHT, planes=("color",), model="passthrough")
    assert time.perf_counter() - begin < LONGEST_CALL_S
    engine = Engine(stream)
    assert engine.run(3.5) == 0
    record_property("longest_call_ms", round(engine.longest_s * 1e3, 2))
    assert engine.longest_s < LONGEST_CALL_S
    stats = stream.stats()
    assert stats.submitted == stats.dropped_client > 0
    assert "mirage-lsd serve" in client.last_error
    begin = time.perf_counter()
    client.close()
    assert time.perf_counter() - begin < 0.5 + LONGEST_CALL_S


def test_daemon_started_later(free_port: int, start_daemon_process: Callable[..., DaemonProcess]) -> None:
    endpoint = f"tcp://127.0.0.1:{free_port}"
    with Client(endpoint) as client:
        engine = Engine(client.open_stream(WIDTH, HEIGHT, planes=("color",), model="passthrough"))
        engine.run(0.5)
        start_daemon_process("--model", "passthrough", endpoint=endpoint)
        engine.seconds_to_a_result(FRAMES_AGAIN_S)
