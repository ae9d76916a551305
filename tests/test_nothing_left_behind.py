"""No segment of shared memory outlives its processes, however they end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from conftest import DaemonProcess

from mirage_lsd.client import Client, Stream

SHARED_MEMORY = Path("/dev/shm")

pytestmark = pytest.mark.skipif(not SHARED_MEMORY.is_dir(), reason="POSIX shared memory can't be listed here")

# An engine: streams over shared memory, and opens another stream with each line of its standard input.
_ENGINE = """
import sys, threading, time
import numpy as np
from mirage_lsd.client import Client

client = Client(sys.argv[1])
open_stream = lambda: client.open_stream(320, 180, planes=("color",), model="passthrough", transport="shared_memory")
streams = [open_stream()]
threading.Thread(target=lambda: [streams.append(open_stream()) for _ in sys.stdin], daemon=True).start()
color = np.zeros((180, 320, 4), np.uint8)
results = 0
while True:
    streams[0].submit(color)
    if streams[0].acquire() is not None:
        results += 1
        if results == 10:
            print("streaming", flush=True)
    time.sleep(0.01)
"""


def segments(pid: int) -> list[str]:
    """Names of the segments that a process made and that still have a name."""
    return sorted(path.name for path in SHARED_MEMORY.glob(f"lsd-{pid}-*"))


def eventually(condition: Callable[[], bool], timeout_s: float = 10.0) -> bool:
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


@contextmanager
def streaming_engine(endpoint: str) -> Iterator[subprocess.Popen[str]]:
    """A process that is streaming over shared memory; it is killed in the end."""
    process = subprocess.Popen(
        [sys.executable, "-c", _ENGINE, endpoint], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    with process.stdin, process.stdout:
        try:
            assert process.stdout.readline() == "streaming\n"
            yield process
        finally:
            process.kill()
            process.wait()


def test_engine_killed_while_streaming(daemon: DaemonProcess) -> None:
    with streaming_engine(daemon.endpoint) as engine:
        pass
    assert segments(engine.pid) == []
    assert segments(daemon.pid) == []
    assert daemon.alive


def test_daemon_killed_while_streaming(daemon: DaemonProcess) -> None:
    with streaming_engine(daemon.endpoint) as engine:
        pid = daemon.pid
        daemon.kill()
        assert segments(pid) == []
        assert segments(engine.pid) == []
        # The engine connects to the next daemon, with new segments.
        daemon.start()
        time.sleep(2.0)
    assert segments(engine.pid) == []
    assert segments(pid) == []
    assert segments(daemon.pid) == []


def test_engine_killed_while_opening_is_swept(daemon: DaemonProcess) -> None:
    """The one moment in which a name is there: the ring is made, and the daemon has not opened it yet."""
    with streaming_engine(daemon.endpoint) as engine:
        os.kill(daemon.pid, signal.SIGSTOP)
        assert engine.stdin is not None
        engine.stdin.write("open\n")
        engine.stdin.flush()
        assert eventually(lambda: segments(engine.pid) != [])
    for name in segments(engine.pid):
        os.utime(SHARED_MEMORY / name, (time.time() - 120, time.time() - 120))
    assert segments(engine.pid) != []
    daemon.kill()
    daemon.start()
    assert segments(engine.pid) == []


def test_the_living_are_not_swept(start_daemon_process: Callable[..., DaemonProcess]) -> None:
    """A daemon that starts leaves alone what belongs to a process that lives."""
    segment = SHARED_MEMORY / f"lsd-{os.getpid()}-{'0' * 32}"
    segment.touch(0o600)
    try:
        start_daemon_process("--model", "passthrough")
        assert segment.exists()
    finally:
        segment.unlink(missing_ok=True)


def test_client_in_this_process(daemon: DaemonProcess) -> None:
    color = np.zeros((64, 64, 4), np.uint8)
    for _ in range(3):
        with Client(daemon.endpoint) as client:
            stream = client.open_stream(64, 64, planes=("color",), model="passthrough", transport="shared_memory")

            def returned(stream: Stream = stream) -> bool:
                return stream.submit(color) is not None and stream.acquire() is not None

            assert eventually(returned)
        assert segments(os.getpid()) == []
    assert eventually(lambda: segments(daemon.pid) == [])
