"""How networks run on a device, as far as that can be asked without a card."""

from __future__ import annotations

import subprocess
import sys

import pytest
import torch
from torch import nn

from mirage_lsd.accel.cuda_graph import GraphBackend
from mirage_lsd.accel.eager import EagerBackend
from mirage_lsd.accel.select import select_backend

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
        select_backend(CPU, accel="tensorrt")


def test_serve_says_so() -> None:
    command = [sys.executable, "-m", "mirage_lsd.cli", "serve", "--bind", "tcp://127.0.0.1:*", "--device", "cpu"]
    done = subprocess.run([*command, "--accel", "graph"], capture_output=True, text=True, timeout=200)
    assert done.returncode == 1
    assert "The model can't be loaded: --accel graph is for CUDA devices; leave it out on a CPU." in done.stderr
