"""From training checkpoints to the weights that ship."""

from __future__ import annotations

import json
from pathlib import Path

import torch

from mirage_lsd.models.mirage_lsd_v1 import NetworkConfig
from mirage_lsd.models.weights_file import load_weights, save_weights


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


def export_mean(sources: list[Path], weights: Path) -> dict[str, object]:
    """Writes the mean of several weights that were trained one from another or from the same beginning; returns its card, which tells which.

    Such a mean generalises better than any of them (Wortsman et al., "Model soups", 2022).

    Raises:
        ValueError: a file can't be read, or they are not of one network.
    """
    models = [load_weights(source) for source in sources]
    if any(model.config != models[0].config for model in models):
        raise ValueError("The mean takes weights of networks of the same sizes.")
    states = [model.state_dict() for model in models]
    mean = {name: torch.stack([state[name] for state in states]).mean(0) for name in states[0]}
    last = sources[-1].with_suffix(".json")
    card: dict[str, object] = json.loads(last.read_text()) if last.is_file() else {}
    card |= {"model": weights.stem, "mean_of": [source.stem for source in sources], "metrics": {}}
    save_weights(mean, models[0].config, weights, card)
    return card
