"""NVIDIA's own TensorRT for RTX, as far as it goes without a card: it builds a plan of the model's trunk, and has what its stand-in has."""

from __future__ import annotations

import inspect
import sys
from pathlib import Path
from types import ModuleType

import pytest
import torch
from compile_networks import trunk_and_inputs

from mirage_lsd.accel.onnx_export import export_onnx
from mirage_lsd.accel.tensorrt_builder import TensorRtBuilder, TensorRtError

STAND_IN = Path(__file__).parents[1] / "stand_ins" / "tensorrt_package" / "tensorrt" / "__init__.py"
# What a GeForce RTX 4090 has, and what a data centre's H100.
RTX_4090, H100 = (8, 9), (9, 0)


def test_it_builds_the_trunk_for_a_card() -> None:
    trunk, inputs = trunk_and_inputs(176, 320)
    builder = TensorRtBuilder(RTX_4090)
    half, full = (len(builder.build(export_onnx(trunk, inputs, 3, half=h), exact=not h)) for h in (True, False))
    weights = sum(x.nbytes for x in trunk.parameters())
    assert weights / 2 < half < 0.9 * full


def test_a_plan_is_not_loaded_without_a_card() -> None:
    network = torch.nn.Conv2d(3, 4, 3)
    builder = TensorRtBuilder(RTX_4090)
    plan = builder.build(export_onnx(network, (torch.zeros(1, 3, 8, 8),), 1, half=False), exact=True)
    with pytest.raises(TensorRtError, match="can't load the engine"):
        builder.load(plan)


def test_what_can_not_be_built_is_one_sentence() -> None:
    with pytest.raises(TensorRtError, match=r"can't read the network \(.*\)\.$"):
        TensorRtBuilder(RTX_4090).build(b"no graph", exact=True)
    with pytest.raises(TensorRtError, match=r"has nothing for cards of compute capability 9\.0"):
        TensorRtBuilder(H100)


def test_the_stand_in_has_nothing_that_tensorrt_has_not() -> None:
    import tensorrt_rtx_bindings as real

    source = STAND_IN.read_text(encoding="utf-8").replace('_cuda = ctypes.CDLL("libcuda.so.1")', "_cuda = None")
    stand_in = ModuleType("tensorrt_stand_in")
    sys.modules[stand_in.__name__] = stand_in
    exec(compile(source, str(STAND_IN), "exec"), stand_in.__dict__)
    for name, mine in vars(stand_in).items():
        if not inspect.isclass(mine) or mine.__module__ != stand_in.__name__:
            continue
        theirs = getattr(real, name)
        for member in vars(mine):
            if member.startswith("_") or member in ("graph", "limits", "tensors", "session"):
                continue
            # Weakly typed networks, which TensorRT 10 still had.
            if member != "EXPLICIT_BATCH":
                assert hasattr(theirs, member), f"{name}.{member}"
