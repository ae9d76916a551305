"""Frames that stay on a card: the real daemon and the real core in two processes, over the stand-in for the CUDA driver."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import DaemonProcess
from libcuda_stand_in import Counters, read_counters, stand_in_environment

from mirage_lsd.cuda import probe

CARD_CLIENT = Path(__file__).with_name("stand_ins") / "card_client.py"
FRAME_BYTES = 96 * 64 * 4


class Card:
    """Starts daemons and clients on a stand-in card."""

    def __init__(self, library: Path, counters: Path, monkeypatch: pytest.MonkeyPatch, start: Any) -> None:
        self._library, self._counters, self._monkeypatch, self._start = library, counters, monkeypatch, start
        self._clients: list[subprocess.Popen[str]] = []

    def daemon(self, *arguments: str, driver: bool = True, **settings: object) -> DaemonProcess:
        with self._monkeypatch.context() as context:
            if driver:
                for name, value in stand_in_environment(self._library, self._counters, **settings).items():
                    context.setenv(name, value)
            daemon: DaemonProcess = self._start("--model", "passthrough", *arguments)
        return daemon

    def client(self, endpoint: str, frames: int, *options: str, **settings: object) -> subprocess.Popen[str]:
        client = subprocess.Popen(
            [sys.executable, str(CARD_CLIENT), endpoint, str(frames), *options],
            env=stand_in_environment(self._library, self._counters, **settings),
            stdout=subprocess.PIPE,
            text=True,
        )
        self._clients.append(client)
        return client

    def counters(self, pid: int) -> Counters:
        return read_counters(self._counters, pid)

    def end(self) -> None:
        for client in self._clients:
            client.kill()
            client.communicate()


@pytest.fixture
def card(
    libcuda: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, start_daemon_process: Callable[..., DaemonProcess]
) -> Iterator[Card]:
    counters = tmp_path / "counters"
    counters.mkdir()
    card = Card(libcuda, counters, monkeypatch, start_daemon_process)
    yield card
    card.end()


def report(client: subprocess.Popen[str]) -> dict[str, Any]:
    output, _ = client.communicate(timeout=200)
    assert client.returncode == 0, output
    told: dict[str, Any] = json.loads(output.splitlines()[-1])
    return told


def wait_until_open(client: subprocess.Popen[str]) -> None:
    assert client.stdout is not None
    assert client.stdout.readline() == "open\n"


def wait_for(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 30.0
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    return condition()


@pytest.mark.parametrize("lag_us", [0, 3_000])
def test_pictures_come_back_and_none_passes_through_the_host(card: Card, lag_us: int) -> None:
    daemon = card.daemon(lag_us=lag_us)
    told = report(card.client(daemon.endpoint, 12, lag_us=lag_us))
    assert (told["transport"], told["right"], told["wrong"]) == ("cuda_ipc", 12, 0)
    served = card.counters(daemon.pid)
    assert (served.bytes_to_host, served.bytes_to_device, served.faults) == (0, 0, 0)
    assert served.bytes_on_device >= 12 * 2 * FRAME_BYTES
    client = card.counters(told["pid"])
    # What the test itself writes and looks at, and nothing else.
    assert client.bytes_to_device == told["submitted"] * FRAME_BYTES
    assert client.bytes_to_host == 12 * FRAME_BYTES
    # Everything was given back by both.
    for counted in (client, served):
        assert (counted.allocations, counted.opened_memory, counted.events, counted.opened_events) == (0, 0, 0, 0)
        assert (counted.streams, counted.contexts) == (0, 0)


def test_a_daemon_that_does_not_wait_for_the_event_is_caught(card: Card, libcuda: Path, tmp_path: Path) -> None:
    """The planted fault: what the tests above would say if the ordering were not there."""
    program = (
        "import mirage_lsd.transport.cuda_ipc as t; t.CudaIpcTransport._wait_ready = lambda *_: None\n"
        "import sys; from mirage_lsd.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    log = tmp_path / "log"
    with log.open("wb") as file:
        endpoint = f"ipc://{tmp_path}/socket"
        daemon = subprocess.Popen(
            [sys.executable, "-c", program, "serve", "--model", "passthrough", "--bind", endpoint],
            env=stand_in_environment(libcuda),
            stderr=file,
        )
    try:
        told = report(card.client(endpoint, 4, lag_us=20_000))
    finally:
        daemon.terminate()
        daemon.wait()
    assert told["transport"] == "cuda_ipc"
    assert told["wrong"] > 0


def test_what_a_killed_client_had_is_freed(card: Card) -> None:
    daemon = card.daemon("--idle-timeout", "1")
    client = card.client(daemon.endpoint, 10_000)
    wait_until_open(client)
    assert wait_for(lambda: card.counters(daemon.pid).bytes_on_device > 0)
    assert card.counters(daemon.pid).opened_memory == 1
    client.send_signal(signal.SIGKILL)
    assert wait_for(lambda: card.counters(daemon.pid).opened_memory == 0)
    left = card.counters(daemon.pid)
    assert (left.allocations, left.opened_events, left.streams, left.faults) == (0, 0, 0, 0)
    told = report(card.client(daemon.endpoint, 3))
    assert (told["transport"], told["right"], told["wrong"]) == ("cuda_ipc", 3, 0)


def test_a_client_killed_while_its_card_draws_holds_nobody_up(card: Card) -> None:
    """Its event is never done: a wait that the daemon had queued on the card would stand there for ever."""
    daemon = card.daemon("--idle-timeout", "1")
    stuck = card.client(daemon.endpoint, 1, lag_us=1_500_000)
    wait_until_open(stuck)
    assert wait_for(lambda: '"stream opened"' in daemon.log)
    time.sleep(0.5)
    stuck.send_signal(signal.SIGKILL)
    told = report(card.client(daemon.endpoint, 5))
    assert (told["transport"], told["right"], told["wrong"]) == ("cuda_ipc", 5, 0)
    assert wait_for(lambda: card.counters(daemon.pid).opened_memory == 0)


def test_a_killed_daemon_is_replaced_by_another(card: Card, monkeypatch: pytest.MonkeyPatch, libcuda: Path) -> None:
    daemon = card.daemon()
    client = card.client(daemon.endpoint, 30, "seconds=100")
    wait_until_open(client)
    assert wait_for(lambda: card.counters(daemon.pid).bytes_on_device > 4 * FRAME_BYTES)
    daemon.kill()
    monkeypatch.setenv("LD_LIBRARY_PATH", stand_in_environment(libcuda)["LD_LIBRARY_PATH"])
    daemon.start()
    told = report(client)
    assert (told["transport"], told["right"], told["wrong"]) == ("cuda_ipc", 30, 0)
    assert card.counters(told["pid"]).opened_memory == 0


@pytest.mark.parametrize(
    ("daemon_has", "client_has", "said"),
    [
        ({"no_ipc": 1}, {}, "can't share a card's memory between processes"),
        ({"uuid": "another-card---"}, {}, "The engine's frames are on another card"),
        ({"crash": 1}, {}, "The NVIDIA driver ended the process that tried CUDA IPC"),
        ({"devices": 0}, {}, "The NVIDIA driver answered"),
        ({"driver": False}, {}, "There is no NVIDIA driver (libcuda.so.1) on this machine."),
        ({}, {"no_ipc": 1}, ""),
    ],
)
def test_where_the_card_cannot_be_shared_frames_go_through_shared_memory(
    card: Card, daemon_has: dict[str, Any], client_has: dict[str, Any], said: str
) -> None:
    daemon = card.daemon(**daemon_has)
    told = report(card.client(daemon.endpoint, 4, **client_has))
    assert (told["transport"], told["right"], told["wrong"]) == ("shared_memory", 4, 0)
    if said:
        refused = report(card.client(daemon.endpoint, 4, "transport=cuda_ipc"))
        assert said in refused["error"]


def test_a_full_card_takes_no_second_stream_and_the_first_goes_on(card: Card) -> None:
    """A stream of this size takes 8 MB of the daemon's: three frames, and the results, each a whole block of 2 MB."""
    daemon = card.daemon(memory_mb=12)
    wait_until_open(card.client(daemon.endpoint, 1_000_000, "seconds=250"))
    told = report(card.client(daemon.endpoint, 4))
    assert (told["transport"], told["right"], told["wrong"]) == ("shared_memory", 4, 0)
    refused = report(card.client(daemon.endpoint, 4, "transport=cuda_ipc"))
    assert "CUDA_ERROR_OUT_OF_MEMORY" in refused["error"]
    before = card.counters(daemon.pid)
    assert (before.opened_memory, before.faults) == (1, 0)
    assert before.bytes <= 12 << 20
    assert wait_for(lambda: card.counters(daemon.pid).bytes_on_device > before.bytes_on_device)


def test_planes_that_are_not_on_the_card_are_refused(libcuda: Path) -> None:
    program = """
import numpy as np, pytest
from mirage_lsd.client import Client, LsdError
from mirage_lsd.cuda.array import CudaArray
with Client("tcp://127.0.0.1:9") as client:
    with pytest.raises(LsdError, match="There is no CUDA device 3."):
        client.open_stream(64, 36, planes=("color",), cuda_device=3)
    with pytest.raises(LsdError, match="LSD_TRANSPORT_CUDA_IPC is for planes on a card"):
        client.open_stream(64, 36, planes=("color",), transport="cuda_ipc")
    with pytest.raises(LsdError, match="Contexts are made from planes in host memory"):
        client.open_stream(64, 36, output_format="context", cuda_device=0)
    stream = client.open_stream(64, 36, planes=("color",), cuda_device=0)
    color = np.zeros((36, 64, 4), np.uint8)
    with pytest.raises(ValueError, match="not in the memory of a CUDA device"):
        stream.submit(color)
    with pytest.raises(ValueError, match="this stream's rgba8 is uint8"):
        stream.submit(CudaArray(4096, (36, 64), np.dtype(np.float32)))
    class Strided:
        __cuda_array_interface__ = {"shape": (36, 64, 4), "typestr": "|u1", "data": (4096, False), "strides": (512, 4, 1), "version": 3}
    with pytest.raises(ValueError, match="not contiguous"):
        stream.submit(Strided())
"""
    done = subprocess.run(
        [sys.executable, "-c", program], env=stand_in_environment(libcuda), capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr


def test_a_host_pointer_is_refused_before_it_breaks_the_engines_context(card: Card, libcuda: Path) -> None:
    daemon = card.daemon()
    program = f"""
import numpy as np, pytest
from mirage_lsd.client import Client, LsdError
from mirage_lsd.cuda.array import CudaArray
color = np.zeros((36, 64, 4), np.uint8)
with Client({daemon.endpoint!r}) as client:
    stream = client.open_stream(64, 36, planes=("color",), model="passthrough", cuda_device=0)
    assert stream.wait_open(60.0), stream.last_error
    for _ in range(3):
        with pytest.raises(LsdError, match="A plane is not in the memory of the stream's CUDA device."):
            stream.submit(CudaArray(color.ctypes.data, color.shape, color.dtype))
    assert stream.stats().dropped_client == 3
"""
    done = subprocess.run(
        [sys.executable, "-c", program], env=stand_in_environment(libcuda), capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr


def test_a_stream_on_a_card_without_a_driver() -> None:
    from mirage_lsd.client import Client, LsdError

    with Client("tcp://127.0.0.1:9") as client, pytest.raises(LsdError, match="There is no NVIDIA driver"):
        client.open_stream(64, 36, planes=("color",), cuda_device=0)


@pytest.mark.parametrize(
    ("system", "said"),
    [
        ("darwin", "CUDA IPC is for Linux and Windows; frames go through shared memory."),
        ("win32", "There is no NVIDIA driver (nvcuda.dll) on this machine."),
    ],
)
def test_other_systems(monkeypatch: pytest.MonkeyPatch, system: str, said: str) -> None:
    monkeypatch.setattr(probe.sys, "platform", system)
    assert probe.ipc_problem.__wrapped__() == said
