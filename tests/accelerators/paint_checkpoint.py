"""A process that paints with a random checkpoint, with and without `--accel tensorrt`, for tests that need a driver found at the start of a process:

    python paint_checkpoint.py KIND

Prints a line of JSON: which networks had a graph, and how far the pictures are apart on average, 0..255.
"""

from __future__ import annotations

import contextlib
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2] / "bridge_server" / "tests"))

import numpy as np
import tiny_checkpoints as tiny
import torch
from checkpoint_scenes import CPU, SPEC, asking, wall_frame

from mirage_lsd.pipelines.diffusers.files import CheckpointFiles
from mirage_lsd.pipelines.diffusers.loading import load_checkpoint
from mirage_lsd.pipelines.diffusers.painter import Painter
from mirage_lsd.pipelines.diffusers.recipe import Recipe
from mirage_lsd.pipelines.diffusers.select_graphs import compiled_by
from mirage_lsd.pipelines.diffusers.state import StreamState


def pictures(files: CheckpointFiles, accel: str) -> tuple[list[np.ndarray[Any, Any]], list[str]]:
    checkpoint = load_checkpoint(files, CPU)
    checkpoint.compiled = compiled_by(accel, checkpoint)
    painter, state, found = Painter(checkpoint, Recipe(skip=False)), StreamState(SPEC), []
    for i in range(4):
        painted = painter.paint(wall_frame(i + 1, 0.1 * i), state, asking(steps=2.0))
        found.append(painted.pixels.astype(int))
        if checkpoint.compiled is not None:
            checkpoint.compiled.wait()
    return found, [] if checkpoint.compiled is None else checkpoint.compiled.ready()


def main() -> None:
    torch.set_num_threads(1)
    kind = sys.argv[1]
    with tempfile.TemporaryDirectory() as made, contextlib.redirect_stderr(sys.stdout):
        folder = tiny.write_checkpoint(Path(made, kind), kind)
        nets = (("depth", tiny.write_controlnet(Path(made, "control-depth"))),) if kind == "sd" else ()
        files = CheckpointFiles(folder, controlnets=nets)
        wanted, _ = pictures(files, "eager")
        found, ready = pictures(files, "tensorrt")
    off = max(float(np.abs(a - b).mean()) for a, b in zip(found, wanted, strict=True))
    print(json.dumps({"ready": sorted(ready), "off": off}), flush=True)


if __name__ == "__main__":
    main()
