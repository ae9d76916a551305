"""The wheel in environments that have nothing: no compiler, no libzmq, no checkout."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import REPOSITORY, VERSION, bare_environment, wheel_of

pytestmark = pytest.mark.timeout(900)  # what pip downloads and copies is more than a gigabyte

CONSTRAINTS = REPOSITORY / "constraints.txt"
_VERSIONED = ("3.11", "3.12", "3.13", "3.14")
_PYENV = Path.home() / ".pyenv" / "versions"
PYTHONS = [
    program
    for version in _VERSIONED
    if (program := next(map(str, _PYENV.glob(f"{version}.*/bin/python")), None) or shutil.which(f"python{version}"))
]
# The core and late reprojection as an engine's Python sees them, and the kernels without the networks around them.
PROBE = """
import mirage_lsd.client as client
from cffi import FFI
from pathlib import Path
kernels = FFI()
kernels.cdef("const char* mls_instructions(void);")
folder = client.library_path().parent
library = kernels.dlopen(str(next(folder.glob("*mirage_shader*"))))
print(client.version(), kernels.string(library.mls_instructions()).decode(), folder)
import numpy as np
from mirage_lsd.client.reprojection import FrameOfNow, reproject
from mirage_lsd.frame import Camera
nowhere = Camera(np.eye(4, dtype=np.float32), np.eye(4, dtype=np.float32))
now = FrameOfNow(np.ones((4, 6), np.float32), np.full((4, 6, 4), 7, np.uint8), nowhere)
assert (reproject(now, []).picture == 7).all()
with client.Client("tcp://127.0.0.1:1") as nobody:
    print(nobody.state)
"""


def run(command: list[object], home: Path, path: Path, cwd: Path) -> str:
    done = subprocess.run(
        [str(part) for part in command],
        env=bare_environment(home, str(path)),
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=800,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    return done.stdout


def without_compilers(path: Path) -> None:
    for program in ("cc", "gcc", "c++", "g++", "clang", "clang++", "cmake", "ninja", "make", "pkg-config"):
        assert shutil.which(program, path=str(path)) is None, program


@pytest.mark.parametrize("python", PYTHONS)
def test_one_wheel_for_every_python(python: str, new_environment: Callable[..., Path], tmp_path: Path) -> None:
    programs = new_environment(python)
    without_compilers(programs)
    empty = tmp_path / "empty"
    empty.mkdir()
    install = [programs / "python", "-m", "pip", "install", "-q", "--only-binary=:all:"]
    run([*install, "cffi", "msgpack", "numpy", "-c", CONSTRAINTS], tmp_path, programs, empty)
    run([*install, "--no-deps", wheel_of("linux-x64")], tmp_path, programs, empty)
    version, _, folder = run([programs / "python", "-c", PROBE], tmp_path, programs, empty).splitlines()[0].split()
    assert version == VERSION
    assert Path(folder).is_relative_to(programs.parent)


def test_demo_from_an_empty_folder(new_environment: Callable[..., Path], tmp_path: Path) -> None:
    programs = new_environment(PYTHONS[0])
    without_compilers(programs)
    empty = tmp_path / "empty folder, ä"
    empty.mkdir()
    install = [programs / "python", "-m", "pip", "install", "-q", "--only-binary=:all:", "-c", CONSTRAINTS]
    run([*install, f"mirage-lsd[demo] @ {wheel_of('linux-x64').as_uri()}"], tmp_path, programs, empty)
    said = run(
        [programs / "mirage-lsd", "doctor", "--port", "45757", "--json", "health.json"], tmp_path, programs, empty
    )
    found = {line["name"]: line for line in json.loads((empty / "health.json").read_text())}
    assert found["native core"]["status"] == "ok", said
    assert found["pixel kernels"]["message"] in ("amx-bf16", "avx512-bf16", "avx512", "avx2", "portable"), said
    demo = [programs / "mirage-lsd", "demo", "--seconds", "1", "--size", "320x180", "--out", "out"]
    run(demo, tmp_path, programs, empty)
    out = empty / "out"
    assert {path.name for path in out.iterdir()} >= {"demo.mp4", "contact_sheet.png", "report.json"}
    assert json.loads((out / "report.json").read_text())["device"] == "cpu"
    assert (out / "demo.mp4").stat().st_size > 1000
