"""The libraries of the wheels are loaded on the system they are for: this one, Windows (wine), Linux on ARM (qemu)."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import REPOSITORY, VERSION, WHEEL_OF, wheel_of

from mirage_lsd.client.local_daemon import DaemonProcess

TOOLS = REPOSITORY / "build" / "native-all" / ".tools"
WINE = shutil.which("wine64") or shutil.which("/usr/lib/wine/wine64")
WINE_SERVER = shutil.which("wineserver") or "/usr/lib/wine/wineserver64"
QEMU = shutil.which("qemu-aarch64-static") or shutil.which("qemu-aarch64")
ARM_SYSTEM = Path("/usr/aarch64-linux-gnu")


@pytest.fixture(scope="module")
def daemon() -> Iterator[str]:
    """Endpoint of `mirage-lsd serve --model passthrough`."""
    with DaemonProcess("passthrough") as running:
        yield running.endpoint


def load(platform: str, folder: Path, endpoint: str, emulator: list[str], **environment: str) -> dict[str, str]:
    """Runs load.cpp, built for the platform, with the wheel's libraries; what it printed, by its first word."""
    with zipfile.ZipFile(wheel_of(platform)) as archive:
        names = [f"mirage_lsd/_native/{name}" for name in WHEEL_OF[platform].libraries]
        libraries = [archive.extract(name, folder) for name in names]
    program = folder / "load.exe"
    parts = ("shared_protocol/native", "bridge_server/shader", "shared_protocol/reprojection")
    include = [REPOSITORY / part / "include" for part in parts]
    # The flags of the libraries: zig builds its C++ run-time library anew for others, which takes minutes.
    command = [TOOLS / platform / "c++", "-std=c++17", "-O3", "-DNDEBUG", "-s", *(f"-I{path}" for path in include)]
    command += [Path(__file__).with_name("load.cpp"), "-o", program]
    # From within the repository zig would take the way to its own files as a relative one, and build all of it again.
    subprocess.run([str(part) for part in command], check=True, cwd=folder)
    relative = [str(Path(path).relative_to(folder)) for path in libraries]
    if not platform.startswith("windows"):
        relative = [f"./{path}" for path in relative]
    said = folder / "said.txt"
    with said.open("w") as output:  # a pipe would stay open: what wine leaves running holds its other end
        process = subprocess.Popen(
            [*emulator, str(program), *relative, endpoint],
            cwd=folder,
            env=os.environ | environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
        try:
            status = process.wait(timeout=200)
        finally:
            process.kill()
            process.wait()
    text = said.read_text(errors="replace")
    assert status == 0, text
    return dict(re.findall(r"^(\w+) (.+)$", text, re.MULTILINE))


@pytest.fixture(scope="module")
def here(daemon: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the libraries for this machine say."""
    return load("linux-x64", tmp_path_factory.mktemp("here"), daemon, [])


def test_linux(here: dict[str, str]) -> None:
    assert (here["version"], here["good"]) == (VERSION, "10")
    assert float(here["unseen"]) == pytest.approx(0.1, abs=0.02)  # the camera went a tenth of the picture to the side


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc/cpuinfo")
def test_the_best_instructions_are_found(here: dict[str, str]) -> None:
    flags = set(re.search(r"^flags\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)[1].split())  # type: ignore[index]
    wide = {"avx512f", "avx512dq", "avx512bw", "avx512vl"}
    best = "avx512" if wide <= flags else "avx2" if {"avx2", "fma"} <= flags else "portable"
    if {*wide, "avx512_bf16"} <= flags:
        best = "amx-bf16" if {"amx_tile", "amx_bf16"} <= flags else "avx512-bf16"
    assert here["instructions"] == best


@pytest.mark.skipif(WINE is None, reason="wine is not installed (apt-get install wine64)")
def test_windows_under_wine(here: dict[str, str], daemon: str, tmp_path: Path) -> None:
    wine = {"WINEPREFIX": str(tmp_path / "prefix"), "WINEDEBUG": "-all", "DISPLAY": ""}
    try:
        said = load("windows-x64", tmp_path, daemon, [str(WINE)], **wine)
    finally:
        subprocess.run(
            [WINE_SERVER, "-k"],
            env=os.environ | wine,
            check=False,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    assert (said["version"], said["good"]) == (VERSION, "10")
    assert said["instructions"] == here["instructions"].replace("amx-bf16", "avx512-bf16")  # tiles are for Linux
    assert said["unseen"] == here["unseen"]
    assert float(said["reprojected"]) == pytest.approx(float(here["reprojected"]), rel=1e-4)
    assert float(said["guide"]) == pytest.approx(float(here["guide"]), rel=1e-4)


@pytest.mark.skipif(
    QEMU is None or not ARM_SYSTEM.is_dir(),
    reason="qemu is not installed (apt-get install qemu-user-static libc6-arm64-cross)",
)
def test_linux_on_arm_under_qemu(here: dict[str, str], daemon: str, tmp_path: Path) -> None:
    said = load("linux-arm64", tmp_path, daemon, [str(QEMU), "-L", str(ARM_SYSTEM)])
    assert (said["version"], said["good"], said["instructions"]) == (VERSION, "10", "portable")
    assert said["unseen"] == here["unseen"]
    assert float(said["reprojected"]) == pytest.approx(float(here["reprojected"]), rel=1e-4)
    assert float(said["guide"]) == pytest.approx(float(here["guide"]), rel=1e-4)
