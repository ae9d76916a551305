"""The Unity package's tests: compiled once a session, run against real daemons."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import msgpack
import pytest
import zmq
from csharp import PACKAGE, STAND_IN, TESTS, Assembly, Workshop, sources

ENGINE = ["UnityEngine"]


@pytest.fixture(scope="session")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """The stand-in, the runtime assembly and its behaviour tests, compiled."""
    shop = Workshop(tmp_path_factory.mktemp("unity"))
    shop.compile(Assembly("UnityEngine", [*sources(STAND_IN / "engine"), *sources(STAND_IN / "simulation")]))
    shop.compile(Assembly("MirageLSD.Runtime", sources(PACKAGE / "Runtime"), ENGINE, ["UNITY_STANDALONE"]))
    references = [*ENGINE, "MirageLSD.Runtime", "nunit.framework"]
    shop.compile(Assembly("MirageLSD.Tests.Behaviour", sources(TESTS / "behaviour"), references))
    return shop


@pytest.fixture(scope="session")
def model_daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Endpoint of the real model; the same frames give the same pictures."""
    log = tmp_path_factory.mktemp("model") / "daemon.log"
    command = [sys.executable, str(TESTS / "exact_daemon.py"), "serve", "--exact", "--device", "cpu", "--log-json"]
    command += ["--bind", "tcp://127.0.0.1:*", "--parent-pid", str(os.getpid())]
    with log.open("wb") as out, subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out) as process:
        try:
            deadline = time.monotonic() + 300.0
            while not (ready := [line for line in log.read_text().splitlines() if '"ready"' in line]):
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < deadline, log.read_text()
                time.sleep(0.2)
            yield json.loads(ready[0])["endpoint"]
        finally:
            process.terminate()


@pytest.fixture
def foreign_daemon() -> Iterator[str]:
    """Endpoint of something that speaks ZeroMQ and says that it is of another major version."""
    context = zmq.Context()
    socket = context.socket(zmq.ROUTER)
    port = socket.bind_to_random_port("tcp://127.0.0.1")
    is_over = threading.Event()

    def answer() -> None:
        message = "This daemon speaks protocol version 2.0, the client 1.0: update the client."
        error = {"t": "error", "code": "unsupported_version", "message": message, "fatal": True}
        while not is_over.is_set():
            if socket.poll(50):
                parts = socket.recv_multipart()
                socket.send_multipart([parts[0], msgpack.packb(error)])

    thread = threading.Thread(target=answer)
    thread.start()
    yield f"tcp://127.0.0.1:{port}"
    is_over.set()
    thread.join()
    socket.close(0)
    context.term()


@pytest.fixture
def own_folder(workshop: Workshop, tmp_path: Path) -> Workshop:
    """A workshop in a folder of its own, with what the session's has: two versions of an assembly have one name."""
    shop = Workshop(tmp_path / "assemblies")
    for path in workshop.folder.glob("*.dll"):
        (shop.folder / path.name).write_bytes(path.read_bytes())
    return shop
