"""TensorRT over the stand-ins for it and for the card: what comes out, what is kept, and what happens when something is wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from compile_networks import DAMAGES
from compiling import compile_in_process, worst, worst_relative
from libcuda_stand_in import stand_in_environment

STAND_IN = Path(__file__).parents[1] / "stand_ins" / "tensorrt_package"
FAULTS = {
    "build": "can't build the network ([defaultAllocator.cpp::allocate::58] Error Code 1: out of memory).",
    "parse": "can't read the network (In node 0",
    "load": "can't load the engine (IRuntime::deserializeCudaEngine",
    "context": "can't load the engine (it doesn't say why).",
    "shape": "The engine has other tensors than the network",
    "result": "What was compiled gives something else than the network",
    "run": "The engine doesn't run (it doesn't say why).",
}


def on_a_card(library: Path, **settings: object) -> dict[str, str]:
    environment = stand_in_environment(library, **settings)
    environment["PYTHONPATH"] = f"{STAND_IN}:{environment.get('PYTHONPATH', '')}".rstrip(":")
    return environment


@pytest.fixture(scope="module")
def steps(libcuda: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """One process for all, because starting one takes longest: damage to what is kept, then faults in an empty folder each time."""
    cache = tmp_path_factory.mktemp("plans")
    wanted: dict[str, dict[str, str]] = {"first": {}, "again, unable to build": {"fault": "build"}}
    wanted |= {damage: {"damage": damage} for damage in DAMAGES}
    wanted |= {"kept plan of another card": {"fault": "load"}, "fresh": {}, "half precision": {"way": "tensorrt"}}
    found = compile_in_process(cache, *wanted.values(), environment=on_a_card(libcuda))
    return dict(zip(wanted, found, strict=True))


@pytest.fixture(scope="module")
def faults(libcuda: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    wanted = [{"fault": fault} for fault in FAULTS]
    found = compile_in_process(tmp_path_factory.mktemp("faults"), *wanted, environment=on_a_card(libcuda))
    return dict(zip(FAULTS, found, strict=True))


def test_each_call_gives_what_the_network_gives_and_a_late_card_changes_nothing(libcuda: Path, tmp_path: Path) -> None:
    (found,) = compile_in_process(tmp_path, {}, environment=on_a_card(libcuda, lag_us=3000))
    assert (found["backend"], found["precision"]) == ("tensorrt", "fp32")
    assert worst(found) < 1e-5
    assert "not_used" not in found["log"]


def test_the_models_trunk(libcuda: Path, tmp_path: Path) -> None:
    wanted = [{"what": "trunk", "way": way} for way in ("tensorrt-fp32", "tensorrt")]
    full, half = compile_in_process(tmp_path, *wanted, environment=on_a_card(libcuda))
    assert "not_used" not in full["log"] + half["log"]
    assert worst_relative(full) < 1e-4
    assert 1e-5 < worst_relative(half) < 0.02  # it is half precision, and no worse


def test_a_plan_is_kept_and_used_again(steps: dict[str, dict[str, Any]]) -> None:
    first, again = steps["first"], steps["again, unable to build"]
    assert worst(again) < 1e-5
    assert "not_used" not in again["log"]
    assert len(first["plans"]) == 1
    assert again["plans"] == first["plans"]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_or_foreign_plan_is_built_again(steps: dict[str, dict[str, Any]], damage: str) -> None:
    found = steps[damage]
    assert found["log"].count("plan_damaged") == 1
    assert worst(found) < 1e-5
    assert list(found["plans"]) == list(steps["first"]["plans"])


def test_a_plan_that_the_card_does_not_take_is_dropped(steps: dict[str, dict[str, Any]]) -> None:
    refused, fresh = steps["kept plan of another card"], steps["fresh"]
    assert "plan_stale" in refused["log"]
    assert refused["plans"] == {}
    assert worst(fresh) < 1e-5
    assert len(fresh["plans"]) == 1


def test_another_precision_has_a_plan_of_its_own(steps: dict[str, dict[str, Any]]) -> None:
    assert len(steps["half precision"]["plans"]) == 2


@pytest.mark.parametrize("fault", FAULTS)
def test_what_fails_runs_another_way_and_says_so_once(faults: dict[str, dict[str, Any]], fault: str) -> None:
    found = faults[fault]
    assert worst(found) < 0.05  # the CPU may have bfloat16
    assert found["log"].count("tensorrt_not_used") == 1
    assert FAULTS[fault] in found["log"]
    assert "this network runs by openvino" in found["log"]
    assert bool(found["plans"]) == (fault == "run")  # that one was good at first


def test_without_a_driver_it_is_refused_with_one_sentence() -> None:
    program = (
        "import torch; from mirage_lsd.accel.select import select_backend\n"
        "try: select_backend(torch.device('cpu'), accel='tensorrt')\nexcept ValueError as error: print(error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=400, env={**os.environ}
    )
    assert done.stdout.startswith("There is no NVIDIA driver that can be used"), done.stderr
