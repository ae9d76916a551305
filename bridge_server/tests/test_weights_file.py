"""Weights files that are not what they should be: one sentence each, and nothing read beyond its end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file

from mirage_lsd.accel.fused_cpu import PixelShader, Scene
from mirage_lsd.models.mirage_lsd_v1 import MirageLSDv1, NetworkConfig
from mirage_lsd.models.weights_file import load_weights, save_weights
from mirage_lsd.pipelines.mirage.select_shading import select_shading
from mirage_lsd.pipelines.registry import DEFAULT_MODEL, WEIGHTS_FOLDER, load_pipeline

SHIPPED = WEIGHTS_FOLDER / f"{DEFAULT_MODEL}.safetensors"


def changed(path: Path, tensors: dict[str, Any] | None = None, **config: Any) -> Path:
    """A copy of the shipped weights with other tensors or another config; the value `...` removes one."""
    with safe_open(SHIPPED, framework="pt") as file:
        raw = json.loads(file.metadata()["config"])
        state = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a dict
    state = {name: value for name, value in {**state, **(tensors or {})}.items() if value is not ...}
    save_file(state, path, metadata={"config": json.dumps({**raw, **config})})
    return path


def first_tensor() -> tuple[str, torch.Tensor]:
    with safe_open(SHIPPED, framework="pt") as file:
        name = sorted(file.keys())[0]
        return name, file.get_tensor(name)


@pytest.mark.parametrize(
    "config",
    [
        {"flavour": "vanilla"},
        {"head": 32},
        {"head": "48"},
        {"head": 2**40},
        {"head": -1},
        {"head": None},
        {"scenes": []},
        {"scenes": 5},
        {"scenes": ["x"] * 100_000},
        {"widths": [48, 80]},
        {"stem": 0},
    ],
    ids=str,
)
def test_another_config(tmp_path: Path, config: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"belong to another version .*\.$"):
        load_weights(changed(tmp_path / "w.safetensors", **config))


def test_tensors_that_are_not_right(tmp_path: Path) -> None:
    name, value = first_tensor()
    for tensors in ({name: ...}, {"more": value}, {name: value[:1].clone()}, {name: torch.full_like(value, torch.nan)}):
        with pytest.raises(ValueError, match=r"\.$"):
            load_weights(changed(tmp_path / "w.safetensors", tensors))


@pytest.mark.parametrize("size", [0, 1, 7, 8, 9, 100, 100_000])
def test_half_a_file(tmp_path: Path, size: int) -> None:
    path = tmp_path / "w.safetensors"
    path.write_bytes(SHIPPED.read_bytes()[:size])
    with pytest.raises(ValueError, match="can't be read"):
        load_weights(path)


def test_not_safetensors_at_all(tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    for content in (b"PK\x03\x04" + b"x" * 100, b"\xff" * 64, b"\x80\x04cos\nsystem\n"):
        path.write_bytes(content)
        with pytest.raises(ValueError, match="can't be read"):
            load_weights(path)
    with pytest.raises(ValueError, match="no model"):
        load_pipeline(str(tmp_path / "missing.safetensors"))


def test_a_head_of_another_width_is_run_layer_by_layer(tmp_path: Path) -> None:
    """A file may say so and be right; the kernels are made for one width."""
    config = NetworkConfig(head=32)
    save_weights(MirageLSDv1(config).state_dict(), config, tmp_path / "w.safetensors", {})
    pipeline = load_pipeline(str(tmp_path / "w.safetensors"), "cpu")
    assert pipeline.shading.name.startswith("layered")
    model = load_weights(SHIPPED)
    assert select_shading(model, pipeline.backend, pipeline.device).name.startswith("fused")


def test_the_kernels_refuse_arrays_of_another_size() -> None:
    scene = Scene(np.zeros((4, 4, 4), np.uint8))
    matrices = [np.zeros((32, 32), np.float32)] * 3 + [np.zeros((3, 32), np.float32)]
    biases = [np.zeros(32, np.float32)] * 3 + [np.zeros(3, np.float32)]
    with pytest.raises(ValueError, match="kernels are for a head"):
        PixelShader().shade(scene, (matrices, biases), np.zeros((1, 1, 16), np.float32), np.zeros((4, 4, 4), np.uint8))
