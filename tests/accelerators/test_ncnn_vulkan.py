"""Networks by ncnn's Vulkan shaders, on Mesa's llvmpipe: what comes out is PyTorch's, and what isn't isn't used."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from compiling import compile_in_process, worst_relative
from torch import nn

from mirage_lsd.accel import ncnn_vulkan
from mirage_lsd.accel.eager import EagerBackend
from mirage_lsd.accel.select import select_backend

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def steps(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """The small network, again, with a torn file, and the model's trunk."""
    small = {"way": "vulkan"}
    torn = {"way": "vulkan", "damage": "half"}
    return compile_in_process(tmp_path_factory.mktemp("cache"), small, small, torn, {"way": "vulkan", "what": "trunk"})


def test_each_call_gives_what_the_network_gives(steps: list[dict[str, Any]]) -> None:
    for found in steps:
        assert (found["backend"], found["precision"]) == ("vulkan", "fp32")
        assert "vulkan_not_used" not in found["log"]
        assert worst_relative(found) < 1e-4


def test_a_conversion_is_kept_and_a_torn_one_made_anew(steps: list[dict[str, Any]]) -> None:
    first, again, torn, _ = steps
    assert len(first["plans"]) == 1
    assert again["plans"] == first["plans"]
    assert "plan" not in again["log"]
    assert torn["log"].count("plan_damaged") == 1
    assert list(torn["plans"]) == list(first["plans"])


class Unknown(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.fft.rfft(x).abs()


def test_what_it_does_not_know_runs_another_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MIRAGE_LSD_CACHE", str(tmp_path))
    backend = ncnn_vulkan.NcnnBackend(EagerBackend(CPU))
    x = torch.rand(1, 2, 8)
    assert torch.equal(backend.compile(Unknown(), (x,))(x)[0], Unknown()(x))
    assert "this network runs by eager" in capsys.readouterr().out
    assert list(tmp_path.glob("*.plan")) == []


def test_a_device_that_gives_something_else_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MIRAGE_LSD_CACHE", str(tmp_path))
    right = ncnn_vulkan._Running.__call__
    monkeypatch.setattr(ncnn_vulkan._Running, "__call__", lambda self, *x: tuple(y * 0.9 for y in right(self, *x)))
    network, x = nn.Conv2d(3, 4, 3), torch.rand(1, 3, 8, 8)
    found = ncnn_vulkan.NcnnBackend(EagerBackend(CPU)).compile(network, (x,))(x)[0]
    assert torch.allclose(found, network(x), atol=1e-6)
    assert "gives something else than the network" in capsys.readouterr().out


def test_without_a_device_it_is_refused_with_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ncnn.get_gpu_count", lambda: 0)
    with pytest.raises(ValueError, match="ncnn finds no device with Vulkan here"):
        select_backend(CPU, accel="vulkan")


def test_the_device_is_named_by_serve() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mirage_lsd.cli", "serve", "--help"], capture_output=True, text=True, timeout=60
    )
    assert "vulkan: a GPU of any vendor runs the shipped networks" in " ".join(done.stdout.split())
