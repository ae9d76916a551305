"""What a training run is asked to do."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

# What a run may train; the other parts stay as they are. The step times belong to the denoiser.
PARTS = ("estimator", "flow", "encoder", "denoiser", "head")


@dataclass(frozen=True)
class TrainingOptions:
    """Options of a run; `minutes` is the time budget of this call, over which the learning rate falls to zero.

    `start`: weights (.safetensors) that a run without a checkpoint begins with; the shader's own stage is left out then.
    `parts`: of PARTS. `head` alone means its last stage, on the frozen trunk's context.
    """

    run: Path
    minutes: float
    batch: int = 4
    renew: int = 1
    pool: int = 400
    learning_rate: float = 0.02
    seed: int = 0
    device: str = "cpu"
    start: Path | None = None
    parts: tuple[str, ...] = PARTS
