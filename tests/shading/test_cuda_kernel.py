"""The daemon's CUDA kernel, without a GPU; the golden test holds its picture."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from cuda_on_host import KERNEL, built, compiled, resources, run
from reference import by_pytorch
from scenes import scenes


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
