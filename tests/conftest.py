"""Fixtures of the tests that need a daemon: the real process, or one in this process with stand-in pipelines."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from daemon_client import DaemonClient

from mirage_lsd.server import Daemon, DaemonConfig, Limits
from mirage_lsd.server.workers.thread import PipelineSource

START_TIMEOUT_S = 60.0


def unused_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class DaemonProcess:
    """`mirage-lsd serve` as a process of its own.

    Attributes:
        endpoint: where it listens; stays the same over `restart`.
        arguments: its command line after `serve`.
    """

    def __init__(self, log_file: Path, *arguments: str, endpoint: str | None = None) -> None:
        self.endpoint = endpoint or f"tcp://127.0.0.1:{unused_port()}"
        self.arguments = arguments
        self._log_file = log_file
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def log(self) -> str:
        """Everything it wrote to stderr so far, over all starts."""
        return self._log_file.read_text(encoding="utf-8") if self._log_file.exists() else ""

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def events(self) -> list[dict[str, Any]]:
        """The log as objects."""
        return [json.loads(line) for line in self.log.splitlines() if line.startswith("{")]

    def start(self) -> None:
        """Starts it and waits until it is ready."""
        before = sum(event["event"] == "ready" for event in self.events())
        self.launch()
        deadline = time.monotonic() + START_TIMEOUT_S
        while sum(event["event"] == "ready" for event in self.events()) == before:
            assert self.alive, f"the daemon ended while starting:\n{self.log}"
            assert time.monotonic() < deadline, f"the daemon is not ready:\n{self.log}"
            time.sleep(0.02)

    def launch(self) -> None:
        """Starts it without waiting."""
        command = [
            sys.executable,
            "-m",
            "mirage_lsd.cli",
            "serve",
            "--log-json",
            "--bind",
            self.endpoint,
            *self.arguments,
        ]
        with self._log_file.open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, env=os.environ.copy())

    def wait(self, timeout_s: float = 20.0) -> int:
        """Its exit status."""
        assert self._process is not None
        return self._process.wait(timeout_s)

    def kill(self) -> None:
        """Ends it without a warning, as a crash would."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def stop(self) -> int:
        """SIGTERM; returns its exit status."""
        assert self._process is not None
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        try:
            return self._process.wait(20.0)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def restart(self) -> None:
        """Stops it (if it runs) and starts it anew on the same endpoint."""
        self.stop()
        self.start()


@pytest.fixture(scope="session")
def libcuda(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the stand-in for the CUDA driver, for LD_LIBRARY_PATH."""
    from libcuda_stand_in import build_stand_in

    return build_stand_in(tmp_path_factory.mktemp("libcuda"))


@pytest.fixture
def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listens on."""
    return unused_port()


@pytest.fixture
def start_daemon_process(tmp_path: Path) -> Iterator[Callable[..., DaemonProcess]]:
    """Function that starts `mirage-lsd serve ARGUMENTS` and waits for `ready` (unless `ready=False`)."""
    daemons: list[DaemonProcess] = []

    def start(*arguments: str, endpoint: str | None = None, ready: bool = True) -> DaemonProcess:
        daemon = DaemonProcess(tmp_path / f"daemon-{len(daemons)}.log", *arguments, endpoint=endpoint)
        daemons.append(daemon)
        if ready:
            daemon.start()
        else:
            daemon.launch()
        return daemon

    yield start
    for daemon in daemons:
        daemon.stop()


@pytest.fixture
def daemon(start_daemon_process: Callable[..., DaemonProcess]) -> DaemonProcess:
    """A running `mirage-lsd serve --model passthrough` on a port of its own."""
    return start_daemon_process("--model", "passthrough")


@pytest.fixture
def start_daemon() -> Iterator[Callable[..., Daemon]]:
    """Function that runs a daemon in this process: start_daemon({name: pipeline}, limits=..., token=...)."""
    running: list[tuple[Daemon, threading.Thread]] = []

    def start(
        pipelines: dict[str, PipelineSource],
        limits: Limits | None = None,
        token: str | None = None,
        bind: str = "tcp://127.0.0.1:*",
    ) -> Daemon:
        config = DaemonConfig(bind=bind, limits=limits or Limits(), token=token)
        daemon = Daemon(pipelines, config)
        thread = threading.Thread(target=daemon.run, name="daemon-io")
        running.append((daemon, thread))
        thread.start()
        assert daemon.ready.wait(START_TIMEOUT_S)
        return daemon

    yield start
    for daemon, _ in running:
        daemon.stop()
    for _, thread in running:
        thread.join(20.0)
        assert not thread.is_alive()


@pytest.fixture
def connect() -> Iterator[Callable[..., DaemonClient]]:
    """Function that connects a raw client to an endpoint; greets unless `greet=False`."""
    with contextlib.ExitStack() as stack:

        def connect_to(endpoint: str, greet: bool = True, **options: Any) -> DaemonClient:
            client = stack.enter_context(DaemonClient(endpoint, **options))
            if greet:
                client.greet()
            return client

        yield connect_to
