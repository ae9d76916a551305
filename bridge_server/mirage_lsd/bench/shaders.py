"""How long shading a frame takes on the CPU and on each GPU that can be had here, and how far their pictures lie apart."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from ..accel.select import select_backend
from ..clock import now_ns
from ..models.weights_file import load_weights
from ..pipelines.mirage.gpu_shade import trial_frame
from ..pipelines.mirage.select_shading import select_shading
from ..pipelines.registry import WEIGHTS_FOLDER
from .samples import Samples

_WARM_UP_RUNS = 3
_PLACES = ("cpu", "cuda", "vulkan")


def measure_shaders(size: tuple[int, int], runs: int, model: str = "mirage-lsd-v1") -> dict[str, Any]:
    """Shades one frame again and again, from planes in host memory to a picture there, as the daemon does.

    Args:
        size: width and height of the picture. runs: timed, with each.

    Returns:
        By what `serve --shade-on` takes: `name`, `ms` as p50, p95, max, and the `mean` and `largest` difference of a byte to the CPU's picture;
        `skipped`: by the same names, why one can't be had.
    """
    network = load_weights(WEIGHTS_FOLDER / f"{model}.safetensors")
    device = torch.device("cpu")
    output = (size[1], size[0])
    trial = trial_frame(network.head, output)
    report: dict[str, Any] = {"width": size[0], "height": size[1], "skipped": {}}
    reference: Any = None
    for place in _PLACES:
        try:
            shading = select_shading(network, select_backend(device), device, place)
        except ValueError as error:
            report["skipped"][place] = str(error)
            continue
        taken = Samples()
        for run in range(_WARM_UP_RUNS + runs):
            start = now_ns()
            picture = shading.shade(*trial, output)
            if run >= _WARM_UP_RUNS:
                taken.add((now_ns() - start) / 1e6)
        found = picture.astype(np.int16)
        reference = found if reference is None else reference
        apart = np.abs(found - reference)
        report[place] = {
            "name": shading.name, "ms": taken.p50_p95_max(), "mean": round(float(apart.mean()), 3), "largest": int(apart.max()),
        }  # fmt: skip
    return report
