"""Weights on disk: safetensors in float16, the network's sizes in the file's metadata."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from .mirage_lsd_v1 import MirageLSDv1, NetworkConfig


def save_weights(state: dict[str, Tensor], config: NetworkConfig, path: Path, card: dict[str, object]) -> None:
    """Writes float16 weights and, beside them, the model card as JSON."""
    halves = {name: value.detach().to("cpu", torch.float16).contiguous() for name, value in state.items()}
    save_file(halves, path, metadata={"config": json.dumps(asdict(config))})
    path.with_suffix(".json").write_text(json.dumps(card, indent=2) + "\n")


def load_weights(path: Path) -> MirageLSDv1:
    """The network of a file, float32, in evaluation mode.

    Raises:
        ValueError: the file is missing, damaged or of another network; one sentence.
    """
    try:
        with safe_open(path, framework="pt") as file:
            raw = json.loads((file.metadata() or {})["config"])
            state = {name: file.get_tensor(name).float() for name in file.keys()}  # noqa: SIM118 - not a dict
    except (OSError, SafetensorError, KeyError, json.JSONDecodeError) as error:
        raise ValueError(
            f"The weights {path} can't be read ({error}); install mirage-lsd again or train them with `mirage-lsd train`."
        ) from error
    sizes: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in raw.items()}
    config = NetworkConfig(**sizes)
    model = MirageLSDv1(config)
    try:
        model.load_state_dict(state)
    except RuntimeError as error:
        raise ValueError(
            f"The weights {path} belong to another version of the network; install mirage-lsd again."
        ) from error
    return model.eval()
