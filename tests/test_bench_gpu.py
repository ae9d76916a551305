"""`mirage-lsd bench gpu`: what can be measured without a card, and a sentence for the rest. How fast it is is not tested."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from libcuda_stand_in import stand_in_environment

from mirage_lsd.bench.golden import compare_devices
from mirage_lsd.bench.gpu import goal_met
from mirage_lsd.bench.shaders import measure_shaders
from mirage_lsd.bench.trunk import measure_trunk


def bench(environment: dict[str, str] | None, file: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mirage_lsd.cli", "bench", "gpu", "--json", str(file), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=280)


def test_without_a_card_it_says_so(tmp_path: Path) -> None:
    done = bench(None, tmp_path / "gpu.json")
    assert done.returncode == 1
    assert "mirage-lsd bench gpu: no NVIDIA GPU: " in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "gpu.json").exists()


def test_the_hop_is_measured_and_what_pytorch_cannot_do_is_skipped(tmp_path: Path, libcuda: Path) -> None:
    file = tmp_path / "gpu.json"
    done = bench(stand_in_environment(libcuda), file, "--sizes", "64x48", "96x64", "--frames", "5", "--seconds", "1")
    assert done.returncode == 0, done.stderr
    report = json.loads(file.read_text())
    assert report["card"]["name"] == "stand-in (no GPU)"
    assert report["card"]["ipc"] == "works"
    assert [(hop["width"], hop["height"], hop["transport"], hop["wrong"]) for hop in report["hop"]] == [
        (64, 48, "cuda_ipc", 0),
        (96, 64, "cuda_ipc", 0),
    ]
    for hop in report["hop"]:
        for key in ("hop_ms", "round_trip_ms"):
            assert 0 < hop[key]["p50"] <= hop[key]["p95"] <= hop[key]["max"]
    assert set(report["skipped"]) == {"golden", "trunk", "stream", "stream_graph", "stream_tensorrt", "stream_on_card"}
    assert all("no CUDA device" in why for why in report["skipped"].values())


def test_shaders_that_are_here_are_compared() -> None:
    figures = measure_shaders((96, 64), runs=2)
    assert set(figures["skipped"]) == {"cuda"}
    for place in ("cpu", "vulkan"):
        assert 0 < figures[place]["ms"]["p50"] <= figures[place]["ms"]["p95"]
    assert figures["cpu"]["largest"] == 0
    assert figures["vulkan"]["largest"] > 0
    assert figures["vulkan"]["mean"] < 2


def test_the_trunk_on_a_cpu() -> None:
    figures = measure_trunk(torch.device("cpu"), (128, 96), steps=1, runs=2)
    assert figures["base"] == [128, 96]
    assert set(figures["ways"]) == {"eager fp32"}
    eager = figures["ways"]["eager fp32"]
    assert 0 < eager["ms"]["p50"] <= eager["ms"]["p95"]
    assert eager["db"] is None


def test_a_device_compared_with_itself() -> None:
    same = compare_devices("cpu", frames=2)
    assert (same["psnr_db"], same["largest"], same["frames"]) == (None, 0, 2)


@pytest.mark.parametrize(("fps", "p95", "met"), [(240.0, 7.9, (True, True)), (239.0, 8.0, (False, False))])
def test_the_goal(fps: float, p95: float, met: tuple[bool, bool]) -> None:
    verdict = goal_met({"fps": fps, "latency_ms": {"p95": p95}})
    assert (verdict["fps"], verdict["p95_ms"]) == met
