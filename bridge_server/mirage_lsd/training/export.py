"""From a training checkpoint to the weights that ship."""

from __future__ import annotations

from pathlib import Path

import torch

from ..models.mirage_lsd_v1 import NetworkConfig
from ..models.weights_file import save_weights


def export_checkpoint(checkpoint: Path, weights: Path, metrics: dict[str, object] | None = None) -> dict[str, object]:
    """Writes the averaged weights of a checkpoint as float16 safetensors, with the model card beside them. Returns the card."""
    saved = torch.load(checkpoint, map_location="cpu", weights_only=True)
    card: dict[str, object] = {
        "model": weights.stem,
        "license": "Apache-2.0",
        "data": "procedural worlds rendered by mirage_lsd.training.worlds while training; no pictures from elsewhere",
        "recipe": "the geometry estimator on grey-box pictures; the head alone on scattered pixels; the whole network: x0-prediction at random times and "
        "through the unrolled sampler with learned times, with its own memory of the frame before and a steady context, nearly half of the examples as "
        "color alone, FlowNet-lite along; the head again with the frozen trunk's context; L1, L2 and edges at both resolutions; Muon and AdamW, averaged weights",
        "command": "mirage-lsd train --run FOLDER --minutes 80 --seed 0 && mirage-lsd train --run FOLDER --export FILE",
        "steps": saved["step"],
        "training_minutes": round(saved["seconds"] / 60, 1),
        "parameters": sum(v.numel() for v in saved["average"].values()),
        "metrics": metrics or {},
    }
    save_weights(saved["average"], NetworkConfig(), weights, card)
    return card
