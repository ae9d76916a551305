"""Shades the golden scenes with `--shade-on cuda` and writes the pictures: test_cuda_kernels.py runs it with the stand-in for the driver.

python shade_with_cuda.py OUT.npz
"""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np
import torch
from reference import shaded
from scenes import scenes, shipped_model

from mirage_lsd.accel.eager import EagerBackend
from mirage_lsd.pipelines.mirage.select_shading import select_shading


def main() -> None:
    """Every scene, one of them in turn with another one of the same size, and a hundred frames of one."""
    shading = select_shading(shipped_model(), EagerBackend(torch.device("cpu")), torch.device("cpu"), "cuda")
    pictures = {scene.name: shaded(scene, shading) for scene in scenes()}
    scene = scenes()[0]
    alone = replace(scene, frame=replace(scene.frame, depth=None, ids=None))
    pictures["alone"] = shaded(alone, shading)
    pictures["again"] = shaded(scene, shading)
    for _ in range(20):
        shaded(scene, shading)
    np.savez(sys.argv[1], name=shading.name, **pictures)


if __name__ == "__main__":
    main()
