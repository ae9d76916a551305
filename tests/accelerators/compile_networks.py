"""A process that compiles networks and tries them, for tests that need a driver found at the start of a process:

    python compile_networks.py STEPS

STEPS: a JSON list of objects, all keys optional: `way` (tensorrt, tensorrt-fp32, vulkan), `what` (small, trunk), `fault` (of the stand-in for
TensorRT), `damage` (to what the cache folder has, before). Prints a line of JSON for each: how far each output was off (largest difference; root
of the mean square over the spread), call after call, what ran, and what was logged.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
from pathlib import Path
from typing import Any

import torch
from torch import nn

from mirage_lsd.accel.eager import EagerBackend
from mirage_lsd.accel.select import select_backend
from mirage_lsd.models.guide import GUIDE_CHANNELS
from mirage_lsd.models.mirage_lsd_v1 import empty_memory
from mirage_lsd.models.weights_file import load_weights
from mirage_lsd.pipelines.mirage.denoise import DenoisingTrunk
from mirage_lsd.pipelines.registry import WEIGHTS_FOLDER

CPU = torch.device("cpu")
CALLS = 3
Tensors = tuple[torch.Tensor, ...]
DAMAGES = {
    "empty": lambda whole: b"",
    "half": lambda whole: whole[: len(whole) // 2],
    "flipped": lambda whole: whole[:-1] + bytes([whole[-1] ^ 1]),
    "foreign": lambda whole: whole.replace(b'"compiler"', b'"something"', 1),
    "no header": lambda whole: whole.partition(b"\n")[2],
}


class Small(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv, self.mix = nn.Conv2d(3, 8, 3, padding=1), nn.Linear(8, 4)

    def forward(self, picture: torch.Tensor, added: torch.Tensor) -> Tensors:
        found = torch.nn.functional.silu(self.conv(picture)) + added
        return found, self.mix(found.permute(0, 2, 3, 1))


def small_and_inputs() -> tuple[nn.Module, Tensors]:
    torch.manual_seed(0)
    return Small().eval(), (torch.rand(1, 3, 16, 24), torch.rand(1, 8, 16, 24))


def trunk_and_inputs(height: int, width: int) -> tuple[nn.Module, Tensors]:
    model = load_weights(WEIGHTS_FOLDER / "mirage-lsd-v1.safetensors")
    trunk = DenoisingTrunk(model, 2).eval()
    draw = torch.Generator().manual_seed(1)
    controls = torch.zeros(1, model.config.controls)
    controls[0, 0] = controls[0, len(model.config.scenes)] = 1.0
    past, tokens = (torch.randn(x.shape, generator=draw) for x in empty_memory(model.config, 1, height, width))
    guide = torch.rand(1, height, width, GUIDE_CHANNELS, generator=draw) * 2 - 1
    noise = torch.randn(1, 3, height, width, generator=draw)
    return trunk, (guide, trunk.modulation(controls), torch.tanh(past), tokens, noise)


def tried(way: str, what: str) -> dict[str, Any]:
    # The trunk's size has an odd number of tokens either way.
    network, inputs = small_and_inputs() if what == "small" else trunk_and_inputs(48, 80)
    backend = select_backend(CPU, 1, way.removesuffix("-fp32"), half=not way.endswith("-fp32"))
    run, eager = backend.compile(network, inputs), EagerBackend(CPU).compile(network, inputs)
    off = []
    for call in range(CALLS):
        mine = tuple(x * (1 + 0.1 * call) for x in inputs)
        pairs = list(zip(run(*mine), eager(*mine), strict=True))
        off.append([[float((a - b).abs().max()), float((a - b).square().mean().sqrt() / b.std())] for a, b in pairs])
    return {"backend": backend.name, "precision": backend.precision, "off": off}


def main() -> None:
    torch.set_num_threads(1)
    for step in json.loads(sys.argv[1]):
        os.environ["TENSORRT_STAND_IN_FAULT"] = step.get("fault", "")
        folder = Path(os.environ["MIRAGE_LSD_CACHE"])
        if damage := step.get("damage"):
            (path,) = folder.glob("*.plan")
            path.write_bytes(DAMAGES[damage](path.read_bytes()))
        logged = io.StringIO()
        with contextlib.redirect_stdout(logged):
            found = tried(step.get("way", "tensorrt-fp32"), step.get("what", "small"))
        plans = {path.name: path.stat().st_ino for path in folder.glob("*.plan")}
        print(json.dumps({**found, "log": logged.getvalue(), "plans": plans}), flush=True)


if __name__ == "__main__":
    main()
