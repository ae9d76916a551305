"""Threads stay within what the process may use."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mirage_lsd.accel.cores import usable_cores


@pytest.mark.parametrize(("content", "most"), [("50000 100000", 1), ("100000 100000", 1), ("150000 100000", 2)])
def test_a_containers_quota_counts(tmp_path: Path, content: str, most: int) -> None:
    (tmp_path / "cpu.max").write_text(content)
    assert 1 <= usable_cores(tmp_path) <= most


@pytest.mark.parametrize("content", ["max 100000", "", "nonsense", "5 0"])
def test_no_quota(tmp_path: Path, content: str) -> None:
    (tmp_path / "cpu.max").write_text(content)
    assert usable_cores(tmp_path) == usable_cores(tmp_path / "missing")


def test_the_first_version_of_control_groups(tmp_path: Path) -> None:
    (tmp_path / "cpu").mkdir()
    (tmp_path / "cpu" / "cpu.cfs_period_us").write_text("100000")
    (tmp_path / "cpu" / "cpu.cfs_quota_us").write_text("90000")
    assert usable_cores(tmp_path) == 1
    (tmp_path / "cpu" / "cpu.cfs_quota_us").write_text("-1")
    assert usable_cores(tmp_path) == usable_cores(tmp_path / "missing")


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system has no affinity")
def test_affinity_counts_for_kernels_and_networks() -> None:
    code = """
import os
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
import torch
from mirage_lsd.accel.fused_cpu import PixelShader
from mirage_lsd.accel.openvino_cpu import OpenVinoBackend
threads = []
class Core:
    def compile_model(self, model, device, options):
        threads.append(options["INFERENCE_NUM_THREADS"])
        return real.compile_model(model, device, options)
    def __getattr__(self, name):
        return getattr(real, name)
backend = OpenVinoBackend()
real, backend._core = backend._core, Core()
backend.compile(torch.nn.Conv2d(1, 1, 1), (torch.zeros(1, 1, 4, 4),))
print(PixelShader().threads, threads)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "1 [1]", done.stderr
