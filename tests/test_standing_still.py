"""Either side stands still for longer than the other one waits, and goes on: a debugger, a laptop's lid, a clock that jumps."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
import zmq
from daemon_client import DaemonClient, noise_picture
from stand_in_pipelines import ControlsPipeline

from mirage_lsd import clock
from mirage_lsd.server import Daemon, Limits

PATIENCE_S = 30.0
_MINUTE_NS = 60 * 10**9
StartDaemon = Callable[..., Daemon]
Connect = Callable[..., DaemonClient]

# An engine that says each time what the tenth new result was, and how often it connected again.
_ENGINE = """
import sys, time
import numpy as np
from mirage_lsd.client import Client

client = Client(sys.argv[1])
stream = client.open_stream(64, 36, planes=("color",), model="controls", transport="inline")
color = np.zeros((36, 64, 4), np.uint8)
results = 0
while True:
    stream.submit(color)
    if stream.acquire() is not None:
        results += 1
        if results % 10 == 0:
            print(results, stream.stats().reconnects, flush=True)
    time.sleep(0.01)
"""


class Clock:
    """The daemon's clock, which can jump, and counts how often it was looked at."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.offset_ns = 0
        self._looks = 0
        self._now_ns = clock.now_ns
        monkeypatch.setattr(clock, "now_ns", self._read)

    def _read(self) -> int:
        self._looks += 1
        return self._now_ns() + self.offset_ns

    def looked_at(self, times: int) -> None:
        """Waits until the daemon has looked at it so many times more."""
        deadline, until = time.monotonic() + PATIENCE_S, self._looks + times
        while self._looks < until:
            assert time.monotonic() < deadline
            time.sleep(0.01)


@pytest.mark.parametrize("jump_ns", [_MINUTE_NS, -_MINUTE_NS], ids=["a minute on", "a minute back"])
def test_a_daemon_whose_clock_jumps_keeps_its_sessions(
    start_daemon: StartDaemon, connect: Connect, monkeypatch: pytest.MonkeyPatch, jump_ns: int
) -> None:
    """As the whole machine does that was asleep: nobody could be heard meanwhile."""
    now = Clock(monkeypatch)
    client = connect(start_daemon({"controls": ControlsPipeline()}, Limits(idle_timeout_s=10.0)).endpoint)
    client.open(model="controls")
    client.send_frame(1, noise_picture())
    client.receive_result()
    now.offset_ns += jump_ns
    now.looked_at(50)
    client.send_frame(2, noise_picture())
    assert client.receive_result()[0]["seq"] == 2


def test_after_a_jump_silence_counts_again(
    start_daemon: StartDaemon, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = Clock(monkeypatch)
    client = connect(start_daemon({"controls": ControlsPipeline()}, Limits(idle_timeout_s=1.0)).endpoint)
    client.open(model="controls")
    now.offset_ns += _MINUTE_NS
    client.socket.setsockopt(zmq.RCVTIMEO, int(PATIENCE_S * 1e3))
    assert "1 s" in client.expect("bye")["reason"]


@pytest.mark.skipif(sys.platform == "win32", reason="stops a process by a signal")
def test_an_engine_that_was_stopped_comes_back(start_daemon: StartDaemon) -> None:
    """Stopped for longer than the idle time-out: its session is gone, and it opens everything anew by itself."""
    daemon = start_daemon({"controls": ControlsPipeline()}, Limits(idle_timeout_s=1.0))
    with subprocess.Popen(
        [sys.executable, "-c", _ENGINE, daemon.endpoint], stdout=subprocess.PIPE, text=True
    ) as engine:
        assert engine.stdout is not None
        killer = threading.Timer(3 * PATIENCE_S, engine.kill)
        killer.start()
        try:
            assert engine.stdout.readline().split() == ["10", "0"]
            os.kill(engine.pid, signal.SIGSTOP)
            deadline = time.monotonic() + PATIENCE_S
            while sessions(daemon):
                assert time.monotonic() < deadline
                time.sleep(0.05)
            os.kill(engine.pid, signal.SIGCONT)
            said = engine.stdout.readline().split()
            while said and said[1] == "0":  # from before it was stopped
                said = engine.stdout.readline().split()
            assert said, "no result came any more"
            assert len(sessions(daemon)) == 1
        finally:
            killer.cancel()
            engine.kill()


def sessions(daemon: Daemon) -> dict[bytes, Any]:
    return daemon._sessions
