"""The committed WGSL in a real browser's WebGPU (`make test-shading-browser`): the same pictures as everywhere else."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
import vulkan
from reference import by_pytorch
from scenes import scenes
from shading_pass import constants_of, textures_of, weights_of
from test_reprojection import _textures, cases

from mirage_lsd.client.reprojection import pack_constants, reproject

TIMEOUT_S = 240
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--enable-unsafe-webgpu",
    "--use-webgpu-adapter=swiftshader",
)  # fmt: skip


def _scene(
    uniforms: list[Any], textures: list[npt.NDArray[Any]], size: tuple[int, ...], targets: int
) -> dict[str, Any]:
    def text(array: npt.NDArray[Any]) -> str:
        return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()

    def texture(plane: npt.NDArray[Any]) -> dict[str, Any]:
        channels = 1 if plane.ndim == 2 else plane.shape[2]
        kind = f"{plane.dtype.str[1:]}x{channels}"
        pixel = channels * plane.itemsize
        return {"height": plane.shape[0], "width": plane.shape[1], "kind": kind, "pixel": pixel, "data": text(plane)}

    return {
        "uniforms": [text(u) for u in uniforms], "textures": [texture(t) for t in textures],
        "height": size[0], "width": size[1], "targets": targets,
    }  # fmt: skip


def _passes() -> dict[str, Any]:
    def wgsl(name: str) -> str:
        return (vulkan.FOLDER / "generated" / f"{name}.wgsl").read_text()

    shaded = [
        _scene([constants_of(s), weights_of(s).reshape(-1, 4)[:1801]], textures_of(s), s.size, 1) for s in scenes()
    ]
    reprojected = [
        _scene([pack_constants(c.now, c.keys, borrow=c.borrow)], list(_textures(c).values()), c.now.depth.shape, 2)
        for c in cases()
    ]
    return {
        "shade": {"wgsl": wgsl("lsd_shade_pass"), "scenes": shaded},
        "reproject": {"wgsl": wgsl("lsd_reproject_pass"), "scenes": reprojected},
    }


class _Server(ThreadingHTTPServer):
    """Serves the page and the scenes, and keeps what the page posts."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.passes = json.dumps(_passes()).encode()
        self.results: dict[str, bytes] = {}
        self.failure = ""
        self.finished = threading.Event()


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        page = Path(__file__).with_name("page.html").read_bytes()
        self._answer(self.server.passes if self.path == "/passes.json" else page)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path.startswith("/result/"):
            self.server.results[self.path.removeprefix("/result/")] = body
        else:
            self.server.failure = body.decode() if self.path == "/failed" else ""
            self.server.finished.set()
        self._answer(b"")

    def _answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json" if self.path == "/passes.json" else "text/html")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, bytes]]:
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    assert browser is not None, "Chromium is missing: apt-get install chromium"
    with _Server() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        profile = tmp_path_factory.mktemp("profile")
        command = [browser, *FLAGS, f"--user-data-dir={profile}", f"http://127.0.0.1:{server.server_port}/"]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                assert server.finished.wait(TIMEOUT_S), f"the page did not finish; {len(server.results)} pictures came"
                assert not server.failure, server.failure
                yield server.results
            finally:
                process.terminate()
                server.shutdown()


def _picture(body: bytes, size: tuple[int, ...]) -> npt.NDArray[np.uint8]:
    return np.frombuffer(body, np.uint8).reshape(*size, 4)


@pytest.mark.timeout(TIMEOUT_S + 60)
def test_the_browser_paints_the_reference_picture(results: dict[str, bytes]) -> None:
    for number, scene in enumerate(scenes()):
        found, expected = _picture(results[f"shade/{number}/0"], scene.size), by_pytorch(scene)
        difference = np.abs(found.astype(int) - expected.astype(int))
        report = f"{scene.name}: {(difference > 0).sum()} of {found.size} bytes differ, by {difference.max()} at most"
        print(report)
        assert difference.max() <= 2, report


@pytest.mark.timeout(TIMEOUT_S + 60)
def test_the_browser_reprojects_as_the_reference_does(results: dict[str, bytes]) -> None:
    for number, case in enumerate(cases()):
        size = case.now.depth.shape
        found, expected = (
            _picture(results[f"reproject/{number}/0"], size),
            reproject(case.now, case.keys, borrow=case.borrow),
        )
        difference = np.abs(found.astype(int) - expected.picture.astype(int)).max(-1)
        print(f"{case.name}: {(found != expected.picture).sum()} of {found.size} bytes differ")
        assert (difference > 2).mean() <= 0.001
        unseen = _picture(results[f"reproject/{number}/1"], size)[..., 0]
        assert (unseen != expected.unseen).mean() <= 0.001
