"""How networks run on a device, as far as that can be asked without a card."""

from __future__ import annotations

import subprocess
import sys

import pytest
import torch
from torch import nn

from mirage_lsd.accel.cuda_graph import GraphBackend
from mirage_lsd.accel.eager import EagerBackend
from mirage_lsd.accel.select import select_backend, split_device

CPU, CUDA = torch.device("cpu"), torch.device("cuda")


@pytest.mark.parametrize(
    ("device", "accel", "half", "name", "precision"),
    [
        (CPU, "eager", True, "eager", "fp32"),
        (CUDA, "auto", True, "eager", "fp16"),
        (CUDA, "eager", False, "eager", "fp32"),
        (CUDA, "graph", True, "graph", "fp16"),
        (CUDA, "graph", False, "graph", "fp32"),
    ],
)
def test_what_is_chosen(device: torch.device, accel: str, half: bool, name: str, precision: str) -> None:
    backend = select_backend(device, accel=accel, half=half)
    assert (backend.name, backend.precision) == (name, precision)
    assert isinstance(backend, GraphBackend if name == "graph" else EagerBackend)


def test_eager_runs_the_module_itself() -> None:
    run = select_backend(CPU, accel="eager").compile(nn.Linear(2, 1, bias=False), (torch.zeros(1, 2),))
    assert run(torch.zeros(1, 2))[0].tolist() == [[0.0]]


def test_graphs_are_refused_on_a_cpu() -> None:
    with pytest.raises(ValueError, match="--accel graph is for CUDA devices"):
        select_backend(CPU, accel="graph")
    with pytest.raises(ValueError, match="no way to run networks"):
        select_backend(CPU, accel="magic")


def test_tensorrt_that_can_not_be_had_is_refused_where_it_was_asked_for() -> None:
    with pytest.raises(
        ValueError, match=r"^There is no NVIDIA driver that can be used|^The package cuda-bindings is missing"
    ):
        select_backend(CPU, accel="tensorrt")


def test_auto_goes_on_without_tensorrt_and_says_why(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("mirage_lsd.accel.select.installed_tensorrt", lambda: "tensorrt")
    assert select_backend(CUDA).name == "eager"
    said = capsys.readouterr().out
    assert "tensorrt_not_used" in said
    assert "eager PyTorch" in said


def test_vulkan_is_beside_the_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    assert split_device("vulkan", "auto") == (CPU, "vulkan")
    assert split_device("vulkan", "eager") == (CPU, "eager")
    assert split_device("cpu", "auto") == (CPU, "auto")
    with pytest.raises(ValueError, match="use --device vulkan or --device cpu"):
        select_backend(CUDA, accel="vulkan")
    monkeypatch.setitem(sys.modules, "ncnn", None)
    with pytest.raises(ValueError, match=r"pip install 'mirage-lsd\[vulkan\]'"):
        select_backend(CPU, accel="vulkan")


def test_serve_says_so() -> None:
    command = [sys.executable, "-m", "mirage_lsd.cli", "serve", "--bind", "tcp://127.0.0.1:*", "--device", "cpu"]
    done = subprocess.run([*command, "--accel", "graph"], capture_output=True, text=True, timeout=200)
    assert done.returncode == 1
    assert "The model can't be loaded: --accel graph is for CUDA devices; leave it out on a CPU." in done.stderr
