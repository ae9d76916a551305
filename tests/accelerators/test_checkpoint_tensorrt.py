"""A checkpoint's networks by TensorRT, over the stand-ins: the exported graphs of a random UNet, ControlNet and autoencoder of each kind give
what PyTorch gives, are kept, and are left with a sentence where something is wrong."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from test_tensorrt import on_a_card

_PROGRAM = Path(__file__).with_name("paint_checkpoint.py")
_NETWORKS = {"encoder", "unet", "decoder"}


def painted(libcuda: Path, cache: Path, kind: str, fault: str = "") -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, str(_PROGRAM), kind], capture_output=True, text=True, timeout=800,
        env={**on_a_card(libcuda), "MIRAGE_LSD_CACHE": str(cache), "TENSORRT_STAND_IN_FAULT": fault},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return {**found, "log": done.stdout}


@pytest.mark.parametrize("kind", ["sd", "lcm", "sdxl", "depth"])
def test_each_kinds_graphs_paint_what_pytorch_paints(libcuda: Path, tmp_path: Path, kind: str) -> None:
    found = painted(libcuda, tmp_path, kind)
    wanted = _NETWORKS | ({"controlnet"} if kind == "sd" else set())
    assert set(found["ready"]) == wanted
    assert "not_used" not in found["log"]
    assert found["off"] < 1.0
    assert len(list(tmp_path.glob("*.plan"))) == len(wanted)


def test_plans_are_kept_and_a_fault_is_left_with_a_sentence(libcuda: Path, tmp_path: Path) -> None:
    painted(libcuda, tmp_path, "depth")
    again = painted(libcuda, tmp_path, "depth", fault="build")
    assert set(again["ready"]) == _NETWORKS, "nothing had to be built"
    wrong = painted(libcuda, tmp_path / "empty", "depth", fault="result")
    assert wrong["ready"] == []
    assert wrong["off"] == 0.0
    assert wrong["log"].count("tensorrt_not_used") == len(_NETWORKS)
    assert "this network runs by PyTorch" in wrong["log"]
