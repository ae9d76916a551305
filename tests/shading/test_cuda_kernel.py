"""The daemon's CUDA kernel, without a GPU; the golden test holds its picture."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from cuda_on_host import HERE, KERNEL, built, compiled, library, resources, run
from libcuda_stand_in import read_counters, stand_in_environment
from reference import by_pytorch, shaded
from scenes import scenes, shipped_model

from mirage_lsd.accel.eager import EagerBackend
from mirage_lsd.pipelines.mirage.layered_shade import LayeredShading


@pytest.mark.parametrize("architecture", ["sm_80", "sm_86", "sm_89", "sm_90", "sm_100", "sm_120"])
def test_it_compiles_for_every_card_and_stays_in_registers(architecture: str) -> None:
    cubin, log = compiled(architecture)
    assert cubin[:4] == b"\x7fELF"
    registers, spilled = resources(log)
    # 168: three blocks of 128 threads a multiprocessor.
    assert (registers <= 168, spilled) == (True, 0), log


def test_a_missing_barrier_is_seen_here(tmp_path: Path) -> None:
    """The stand-in for a device can show that fault."""
    text = KERNEL.read_text(encoding="utf-8")
    assert text.count("__syncthreads();") == 1
    scene = scenes()[0]
    picture = run(built(tmp_path, text.replace("__syncthreads();", "")), scene)
    assert np.abs(picture.astype(int) - by_pytorch(scene).astype(int)).max() > 2


def test_nothing_is_written_beside_the_picture(tmp_path: Path) -> None:
    """Sides that are no multiple of a block's."""
    kernel = built(tmp_path)
    for scene in scenes():
        guarded = np.full((scene.size[0] + 8, scene.size[1], 4), 77, np.uint8)
        run(kernel, scene, guarded[4:-4])
        assert (guarded[:4] == 77).all()
        assert (guarded[-4:] == 77).all()


def shade_with_cuda(folder: Path, libcuda: Path, **settings: object) -> subprocess.CompletedProcess[str]:
    kernels = library(folder)
    environment = stand_in_environment(libcuda, folder, kernels=kernels, **settings)
    command = [sys.executable, str(HERE / "shade_with_cuda.py"), str(folder / "pictures.npz")]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("lag_us", [0, 3000])
def test_the_driver_is_used_as_it_wants_to_be(tmp_path: Path, libcuda: Path, lag_us: int) -> None:
    """The daemon's own code, NVIDIA's bindings and compiler, and the stand-in for the driver, also where everything happens late."""
    done = shade_with_cuda(tmp_path, libcuda, lag_us=lag_us)
    assert done.returncode == 0, done.stderr
    found = np.load(tmp_path / "pictures.npz")
    assert str(found["name"]) == "cuda (stand-in (no GPU))"
    for scene in scenes():
        expected = shaded(scene, LayeredShading(shipped_model().head, EagerBackend(torch.device("cpu"))))
        assert np.abs(found[scene.name].astype(int) - expected.astype(int)).max() <= 2, scene.name
    np.testing.assert_array_equal(found["again"], found[scenes()[0].name])
    assert (found["alone"] != found["again"]).mean() > 0.1
    counters = read_counters(tmp_path, next(int(p.name) for p in tmp_path.iterdir() if p.name.isdigit()))
    assert counters.faults == 0
    # A buffer for each plane, the constants, weights, slots, context and picture of a size, and not more with every frame.
    assert counters.allocations <= 10 * (len({scene.size for scene in scenes()}) + 1)


def test_a_card_without_the_kernel_is_not_used(tmp_path: Path, libcuda: Path) -> None:
    environment = stand_in_environment(libcuda)
    command = [sys.executable, str(HERE / "shade_with_cuda.py"), str(tmp_path / "pictures.npz")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (
        "CUDA can't shade here (The NVIDIA driver answered CUDA_ERROR_NOT_FOUND to cuModuleGetFunction)." in done.stderr
    )
