"""lsd.dll under wine: a Windows program sends frames to the real daemon of this machine and gets them back."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
LIBRARY = REPOSITORY / "build" / "native-all" / "windows-x64"
COMPILER = REPOSITORY / "build" / "native-all" / ".tools" / "windows-x64" / "c++"
WINE = shutil.which("wine64") or "/usr/lib/wine/wine64"


@pytest.fixture(scope="module")
def probe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """probe.exe, linked with the import library, beside lsd.dll."""
    folder = tmp_path_factory.mktemp("windows")
    shutil.copy(LIBRARY / "lsd.dll", folder)
    source = Path(__file__).with_name("probe.cpp")
    include = REPOSITORY / "shared_protocol" / "native" / "include"
    target = folder / "probe.exe"
    command = [COMPILER, "-std=c++17", "-I", include, source, LIBRARY / "lsd.lib", "-o", target]
    subprocess.run([str(part) for part in command], check=True)
    return target


@pytest.fixture(scope="module")
def daemon() -> Iterator[str]:
    """Endpoint of `mirage-lsd serve --model passthrough`."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        endpoint = f"tcp://127.0.0.1:{unused.getsockname()[1]}"
    command = [
        sys.executable,
        "-m",
        "mirage_lsd.cli",
        "serve",
        "--bind",
        endpoint,
        "--model",
        "passthrough",
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert process.stdout is not None
    for line in process.stdout:
        if "ready" in line:
            break
    yield endpoint
    process.terminate()
    process.communicate(timeout=20)


def run(probe: Path, *arguments: str) -> str:
    environment = os.environ | {"WINEPREFIX": str(probe.parent / "prefix"), "WINEDEBUG": "-all", "DISPLAY": ""}
    done = subprocess.run(
        [WINE, str(probe), *arguments], cwd=probe.parent, env=environment, capture_output=True, text=True, timeout=280
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_frames_go_to_the_daemon_and_back(probe: Path, daemon: str) -> None:
    # Wine's shared memory is not Linux's, so the transport that both sides can do is the socket.
    said = re.search(r"version 0\.1\.\d+, transport (\d), good (\d+)", run(probe, daemon, "auto"))
    assert said is not None
    assert said.groups() == ("1", "50")
