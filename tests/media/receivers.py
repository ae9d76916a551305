"""Programs that the media tests use as the other side; what is missing is skipped with a sentence."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "bridge_server" / "tests"))

from device_fixtures import PATIENCE_S, wait_for


def need(*programs: str) -> None:
    """Skips the test where a program is missing."""
    for program in programs:
        if shutil.which(program) is None and not Path(f"/usr/sbin/{program}").exists():
            pytest.skip(f"needs {program}: apt-get install it (media.mk names the packages)")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
        return True
    return False


@contextlib.contextmanager
def program(command: list[str], **options: Any) -> Iterator[subprocess.Popen[bytes]]:
    """A program that runs during the block."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options)
    try:
        yield process
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(5)
        process.kill()
        process.wait()


@pytest.fixture
def display(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An X server with a screen of 1280x720."""
    need("Xvfb")
    read_end, write_end = os.pipe()
    command = ["Xvfb", "-displayfd", str(write_end), "-screen", "0", "1280x720x24", "-nolisten", "tcp"]
    with program(command, pass_fds=[write_end]):
        os.close(write_end)
        with os.fdopen(read_end) as lines:
            name = f":{lines.readline().strip()}"
        monkeypatch.setenv("DISPLAY", name)
        yield name


class RtmpServer:
    """nginx with its RTMP module."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"rtmp://127.0.0.1:{self.port}/live/key"
        self._folder = folder
        module = next(iter(Path("/usr/lib/nginx/modules").glob("ngx_rtmp_module.so")), None)
        if module is None:
            pytest.skip("needs nginx's RTMP module: apt-get install libnginx-mod-rtmp")
        self._config = folder / "nginx.conf"
        self._config.write_text(
            f"load_module {module};\ndaemon off;\nworker_processes 1;\npid {folder}/nginx.pid;\nerror_log {folder}/error.log;\n"
            f"events {{ worker_connections 64; }}\n"
            f"rtmp {{ server {{ listen 127.0.0.1:{self.port}; application live {{ live on; }} }} }}\n"
        )
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        nginx = shutil.which("nginx") or "/usr/sbin/nginx"
        self._process = subprocess.Popen(
            [nginx, "-c", str(self._config), "-p", str(self._folder)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_for(lambda: answers(self.port))

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)
            self._process = None


@pytest.fixture
def rtmp_server(tmp_path: Path) -> Iterator[RtmpServer]:
    need("nginx")
    folder = tmp_path / "nginx"
    folder.mkdir()
    server = RtmpServer(folder)
    server.start()
    yield server
    server.stop()


class Browser:
    """A page of headless Chromium, by its debugging protocol."""

    def __init__(self, socket_: Any) -> None:
        self._socket, self._number = socket_, 0

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        self._number += 1
        self._socket.send(json.dumps({"id": self._number, "method": method, "params": params}))
        while True:
            answer = json.loads(self._socket.recv())
            if answer.get("id") == self._number:
                assert "error" not in answer, answer
                result: dict[str, Any] = answer["result"]
                return result

    def evaluate(self, script: str) -> Any:
        result = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in result, result["exceptionDetails"]
        return result["result"].get("value")


@pytest.fixture
def open_page(tmp_path: Path) -> Iterator[Callable[[str], Browser]]:
    """Opens an address in headless Chromium with a fake camera."""
    need("chromium")
    websocket = pytest.importorskip("websocket")
    port = free_port()
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--use-fake-ui-for-media-stream",
             "--use-fake-device-for-media-stream", f"--remote-debugging-port={port}", "--remote-allow-origins=*", f"--user-data-dir={tmp_path}/chromium",
             "--disable-features=WebRtcHideLocalIpsWithMdns"]  # fmt: skip
    sockets = []
    with program(["chromium", *flags, "about:blank"]):
        wait_for(lambda: answers(port))

        def open_page(address: str) -> Browser:
            request = urllib.request.Request(f"http://127.0.0.1:{port}/json/new?{address}", method="PUT")
            with urllib.request.urlopen(request, timeout=20) as answer:
                page = json.loads(answer.read())
            sockets.append(websocket.create_connection(page["webSocketDebuggerUrl"], timeout=30))
            return Browser(sockets[-1])

        yield open_page
        for opened in sockets:
            opened.close()


def pump(source: Any, sinks: list[Any], until: Callable[[], object], timeout_s: float = PATIENCE_S) -> None:
    """Hands pictures on until `until()`."""
    deadline = time.monotonic() + timeout_s
    while not until():
        faults = [(sink.state, sink.fault, sink.stats) for sink in sinks]
        assert time.monotonic() < deadline, f"it did not come: {source.state} {source.fault} {faults}"
        picture = source.read(0.1)
        if picture is not None:
            for sink in sinks:
                sink.write(picture)
