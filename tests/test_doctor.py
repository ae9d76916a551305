"""`mirage-lsd doctor` recognises health, and says what to do about the rest."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from conftest import DaemonProcess
from libcuda_stand_in import stand_in_environment

from mirage_lsd.accel import fused_cpu, webgpu
from mirage_lsd.client import library
from mirage_lsd.cuda.driver import MISSING
from mirage_lsd.doctor import cuda_ipc, gpu_shading, native, network_compilers, packages, shared_memory
from mirage_lsd.doctor.cores import check_cores
from mirage_lsd.doctor.device import nvidia_card
from mirage_lsd.doctor.folders import check_folders
from mirage_lsd.doctor.kernels import check_kernels
from mirage_lsd.doctor.localhost import check_localhost
from mirage_lsd.doctor.port import check_port
from mirage_lsd.doctor.port_ranges import excluded_ranges
from mirage_lsd.doctor.system import check_system
from mirage_lsd.doctor.visual_cpp import check_visual_cpp
from mirage_lsd.transport.segment import SegmentError


@pytest.fixture
def stranger() -> Iterator[int]:
    """A port on which something listens that is no daemon."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def examine(tmp_path: Path, port: int, **environment: str) -> tuple[int, str, dict[str, dict[str, Any]]]:
    """Runs `doctor` as a process: its exit status, what it printed, its findings by name."""
    file = tmp_path / "health.json"
    command = [sys.executable, "-m", "mirage_lsd.cli", "doctor", "--port", str(port), "--json", str(file)]
    done = subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, timeout=120)
    assert file.is_file(), done.stderr
    return done.returncode, done.stdout, {finding["name"]: finding for finding in json.loads(file.read_text())}


def test_healthy_installation(tmp_path: Path, free_port: int) -> None:
    status, output, findings = examine(tmp_path, free_port)
    assert {name: finding["status"] for name, finding in findings.items() if finding["status"] == "problem"} == {}
    assert status == 0
    assert set(findings) == {
        *("Python", "PyTorch", "OpenVINO", "device", "cores", "pixel kernels", "GPU shading"),
        *("networks on a GPU", "model", "native core"),
        *(
            "shared memory",
            f"port {free_port}",
            "Panda3D",
            "own checkpoints",
            "ffmpeg",
            "system",
            "folders",
            "localhost",
            "frames on the card",
        ),
    }
    for name in ("Python", "PyTorch", "model", "native core", f"port {free_port}"):
        assert findings[name]["status"] == "ok"
        assert findings[name]["hint"] == ""
    assert output.count("\nok ") >= 4
    for finding in findings.values():
        assert bool(finding["hint"]) == (finding["status"] != "ok")


def test_missing_native_core_and_taken_port(tmp_path: Path, stranger: int) -> None:
    nowhere = str(tmp_path / "nowhere.so")
    status, output, findings = examine(tmp_path, stranger, MIRAGE_LSD_NATIVE=nowhere)
    assert status == 1
    for name in ("native core", f"port {stranger}"):
        assert findings[name]["status"] == "problem"
        assert findings[name]["hint"] in output
    assert nowhere in findings["native core"]["message"]
    assert "2 problems." in output


def test_a_package_without_the_native_core(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As it is installed where there is no compiler: the daemon works, and so that is no problem."""
    monkeypatch.delenv("MIRAGE_LSD_NATIVE", raising=False)
    monkeypatch.setattr(library, "__file__", str(tmp_path / "client" / "library.py"))
    finding = native.check_native()
    assert finding.status == "warning"
    assert "compiler" in finding.hint
    assert "the daemon and the engines' plugins do" in finding.hint


def test_a_library_that_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "liblsd.so"
    file.write_bytes(b"no library")
    monkeypatch.setenv("MIRAGE_LSD_NATIVE", str(file))
    finding = native.check_native()
    assert finding.status == "problem"
    assert finding.hint


def test_native_core_of_another_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(native, "__version__", "9.9.9")
    finding = native.check_native()
    assert finding.status == "problem"
    assert "9.9.9" in finding.message


def test_port_of_a_daemon(daemon: DaemonProcess) -> None:
    finding = check_port(int(daemon.endpoint.rpartition(":")[2]))
    assert finding.status == "ok"
    assert "passthrough" in finding.message


def test_port_taken_by_something_else(stranger: int) -> None:
    finding = check_port(stranger)
    assert finding.status == "problem"
    assert "--bind" in finding.hint


def test_no_shared_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(size: int) -> None:
        raise SegmentError("No shared memory.")

    monkeypatch.setattr(shared_memory, "create_segment", full)
    finding = shared_memory.check_shared_memory()
    assert finding.status == "problem"
    assert "inline" in finding.hint


def test_little_shared_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_memory, "_ROOM_MB", 2**50)
    finding = shared_memory.check_shared_memory()
    assert finding.status == "warning"
    assert "--shm-size" in finding.hint


def test_missing_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("torch", "openvino", "panda3d.core", "imageio_ffmpeg"):
        monkeypatch.setitem(sys.modules, module, None)
    assert packages.check_torch().status == "problem"
    for check in (packages.check_openvino, packages.check_panda3d, packages.check_ffmpeg):
        finding = check()
        assert finding.status == "warning"
        assert "pip install" in finding.hint


def test_a_card_that_pytorch_does_not_use(tmp_path: Path, free_port: int) -> None:
    """As nvidia-smi, a program that says what the real one says of a card."""
    smi = tmp_path / "nvidia-smi"
    smi.write_text("#!/bin/sh\necho 'NVIDIA GeForce RTX 3080'\n")
    smi.chmod(0o755)
    _, output, findings = examine(tmp_path, free_port, PATH=f"{tmp_path}:{os.environ['PATH']}")
    assert findings["device"]["status"] == "warning"
    assert "RTX 3080" in findings["device"]["message"]
    assert findings["device"]["hint"] in output


@pytest.mark.parametrize("script", ["exit 9", "echo", "echo broken >&2; exit 1"])
def test_a_driver_without_a_card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    smi = tmp_path / "nvidia-smi"
    smi.write_text(f"#!/bin/sh\n{script}\n")
    smi.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert nvidia_card() == ""


@pytest.mark.parametrize(
    ("problem", "card", "status", "said", "hint"),
    [
        ("", "RTX", "ok", "CUDA IPC works", ""),
        (MISSING, "", "ok", "no NVIDIA card", ""),
        (MISSING, "RTX", "warning", "frames of RTX go through shared memory", "pip install 'mirage-lsd[cuda]'"),
        ("It does not.", "RTX", "warning", "shared memory: It does not.", "docs/TROUBLESHOOTING.md"),
    ],
)
def test_whether_frames_stay_on_the_card(
    monkeypatch: pytest.MonkeyPatch, problem: str, card: str, status: str, said: str, hint: str
) -> None:
    monkeypatch.setattr(cuda_ipc, "ipc_problem", lambda: problem)
    monkeypatch.setattr(cuda_ipc, "textures_problem", lambda: problem)
    monkeypatch.setattr(cuda_ipc, "nvidia_card", lambda: card)
    finding = cuda_ipc.check_cuda_ipc()
    assert finding.status == status
    assert said in finding.message
    assert hint in finding.hint


def test_doctor_on_a_card_whose_memory_can_be_shared(libcuda: Path, tmp_path: Path, free_port: int) -> None:
    from libcuda_stand_in import stand_in_environment

    shared, alone = stand_in_environment(libcuda), stand_in_environment(libcuda, no_ipc=1)
    name = "frames on the card"
    without_textures = stand_in_environment(libcuda, no_timelines=1)
    message = examine(tmp_path, free_port, **shared)[2][name]["message"]
    assert "CUDA IPC works" in message
    assert "so do textures that an engine shares by Vulkan" in message
    message = examine(tmp_path, free_port, **without_textures)[2][name]["message"]
    assert "CUDA IPC works" in message
    assert "can't use Vulkan's timeline semaphores" in message
    assert "CUDA IPC works" not in examine(tmp_path, free_port, **alone)[2][name]["message"]


def test_fewer_cores_than_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(psutil, "cpu_count", lambda logical=True: 8)
    assert check_cores(8).status == "ok"
    finding = check_cores(2)
    assert (finding.status, finding.message) == ("warning", "2 of 8, by affinity or quota")
    assert finding.hint


@pytest.mark.parametrize(
    ("instructions", "status"),
    [("amx-bf16", "ok"), ("avx512-bf16", "ok"), ("avx2", "warning"), ("portable", "warning")],
)
def test_what_the_kernels_use(instructions: str, status: str) -> None:
    finding = check_kernels(instructions, "x86_64")
    assert (finding.status, finding.message) == (status, instructions)
    assert bool(finding.hint) == (status != "ok")


def test_missing_kernels(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(fused_cpu, "_library_path", lambda: tmp_path / "nothing.so")
    finding = check_kernels()
    assert finding.status == "warning"
    assert "compiler" in finding.hint


@pytest.mark.parametrize("machine", ["arm64", "aarch64"])
def test_kernels_of_a_machine_that_has_no_avx(machine: str) -> None:
    assert check_kernels("portable", machine).status == "ok"


def test_missing_avx2() -> None:
    finding = check_kernels("portable", "AMD64")
    assert finding.status == "warning"
    assert "no AVX2" in finding.hint


@pytest.mark.parametrize(
    ("release", "status", "what"),
    [
        ("6.1.0-18-amd64", "ok", ""),
        ("", "ok", ""),
        ("5.15.153.1-microsoft-standard-WSL2", "warning", "WSL 2"),
        ("6.6.87.2-microsoft-standard-WSL2+", "warning", "WSL 2"),
        ("4.4.0-19041-Microsoft", "warning", "WSL 1"),
    ],
)
def test_linux_within_windows(release: str, status: str, what: str) -> None:
    finding = check_system(release)
    assert finding.status == status
    assert what in finding.message
    assert ("on Windows itself" in finding.hint) == (status != "ok")


@pytest.mark.parametrize(
    ("addresses", "status"),
    [
        (["127.0.0.1"], "ok"),
        (["::1", "127.0.0.1"], "ok"),
        (["::1"], "warning"),
        (["192.168.1.7"], "warning"),
        ([], "warning"),
    ],
)
def test_what_localhost_is(addresses: list[str], status: str) -> None:
    finding = check_localhost(addresses)
    assert finding.status == status
    assert ("127.0.0.1 in place of localhost" in finding.hint) == (status != "ok")


# What netsh prints on a German Windows 11 with Hyper-V.
NETSH = """
Protokoll tcp Portausschlussbereiche

Startport    Endport
----------    --------
      5357        5357
      5700        5799
      5800        5899
     50000       50059     *

* - Verwaltete Portausschlüsse.
"""


def test_a_port_that_windows_keeps(free_port: int) -> None:
    ranges = excluded_ranges(NETSH)
    assert ranges == [(5357, 5357), (5700, 5799), (5800, 5899), (50000, 50059)]
    finding = check_port(5757, ranges)
    assert finding.status == "problem"
    assert "5700 to 5799" in finding.message
    assert "--bind tcp://127.0.0.1:5900" in finding.hint  # not 5800, which is kept as well
    assert check_port(free_port, [(free_port + 1, free_port + 9)]).status == "ok"


@pytest.mark.parametrize(
    ("name", "system", "encoding", "status", "word"),
    [
        ("jane", "win32", "utf-8", "ok", "cache"),
        ("日本語", "linux", "utf-8", "ok", "cache"),
        ("日本語", "win32", "utf-8", "warning", "MIRAGE_LSD_CACHE"),
        ("Jürgen", "linux", "ascii", "warning", "PYTHONUTF8"),
    ],
)
def test_a_user_name_beyond_ascii(
    tmp_path: Path, name: str, system: str, encoding: str, status: str, word: str
) -> None:
    finding = check_folders({"home": Path(f"/home/{name}"), "cache": tmp_path / "cache"}, system, encoding)
    assert finding.status == status
    assert word in finding.message + finding.hint


def test_a_cache_that_can_not_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    finding = check_folders({"cache": tmp_path / "file" / "cache"}, "linux", "utf-8")
    assert finding.status == "warning"
    assert "MIRAGE_LSD_CACHE" in finding.hint


def test_visual_cpp_runtime() -> None:
    def load(library: str) -> None:
        if library == "msvcp140.dll":
            raise OSError("not found")

    finding = check_visual_cpp(load)
    assert (finding.status, finding.message) == ("problem", "msvcp140.dll can't be loaded")
    assert "vc_redist" in finding.hint
    assert check_visual_cpp(lambda library: None).status == "ok"


def test_a_gpu_of_any_vendor_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpu_shading, "may_have_gpu", lambda: True)
    monkeypatch.setattr(gpu_shading, "find_adapter", lambda: webgpu.Adapter("Radeon 780M", "vulkan", False))
    assert "Radeon 780M by vulkan" in gpu_shading.check_gpu_shading().message
    monkeypatch.setattr(gpu_shading, "find_adapter", lambda: webgpu.Adapter("llvmpipe", "vulkan", True))
    assert "computes on the CPU" in gpu_shading.check_gpu_shading().message
    monkeypatch.undo()
    monkeypatch.setattr(gpu_shading, "may_have_gpu", lambda: True)
    monkeypatch.setitem(sys.modules, "wgpu", None)
    finding = gpu_shading.check_gpu_shading()
    assert (finding.status, "pip install" in finding.message) == ("ok", True)


def test_it_is_said_why_a_card_would_not_shade(libcuda: Path, tmp_path: Path) -> None:
    """The first that can is named, with the reason why the one before it can't."""
    program = """
import sys
from mirage_lsd.accel import webgpu
from mirage_lsd.doctor import gpu_shading
gpu_shading.may_have_gpu = lambda: True
gpu_shading.find_adapter = lambda: webgpu.Adapter("Radeon 780M", "vulkan", False)
print(gpu_shading.check_gpu_shading().message)
"""

    def said(**settings: object) -> str:
        environment = {**stand_in_environment(libcuda, **settings), "MIRAGE_LSD_CACHE": str(tmp_path)}
        done = subprocess.run(
            [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
        )
        return done.stdout

    reason = (
        "Radeon 780M by vulkan, where it is faster than the CPU (serve --shade-on); not cuda: CUDA can't shade here ("
    )
    assert reason + "The NVIDIA driver answered CUDA_ERROR_NO_DEVICE to cuInit)" in said(devices=0)
    # There is a card, but none of its kernels can be loaded.
    assert reason + "The NVIDIA driver answered CUDA_ERROR_NOT_FOUND to cuModuleGetFunction)" in said()


def test_what_compiles_networks_for_a_gpu_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def message(card: str = "", installed: str | None = None, gpu: bool = False) -> str:
        monkeypatch.setattr(network_compilers, "nvidia_card", lambda: card)
        monkeypatch.setattr(network_compilers, "installed_tensorrt", lambda: installed)
        monkeypatch.setattr(network_compilers, "may_have_gpu", lambda: gpu)
        finding = network_compilers.check_network_compilers()
        assert finding.status == "ok"
        return finding.message

    assert message() == "there is no GPU here; the CPU runs the networks"
    assert "serve --device vulkan" in message(gpu=True)
    assert "pip install 'mirage-lsd[tensorrt]'" in message("RTX 4090", gpu=True)
    assert message("RTX 4090", "tensorrt_rtx_bindings", True).startswith("tensorrt_rtx_bindings on RTX 4090")
