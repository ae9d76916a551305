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

_LARGEST_SIZE = 1_024
_MOST_NAMES = 256


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
        sizes: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in raw.items()}
    except (OSError, SafetensorError, KeyError, AttributeError, json.JSONDecodeError) as error:
        raise ValueError(
            f"The weights {path} can't be read ({error}); install mirage-lsd again or train them with `mirage-lsd train`."
        ) from error
    try:
        model = MirageLSDv1(_config_of(sizes))
        model.load_state_dict(state)
        if not all(bool(value.isfinite().all()) for value in state.values()):
            raise ValueError("it holds numbers that are not finite")
    except (RuntimeError, TypeError, ValueError, AssertionError, ArithmeticError, MemoryError) as error:
        raise ValueError(
            f"The weights {path} belong to another version of the network, or are damaged ({_first_line(error)}); "
            "install mirage-lsd again."
        ) from error
    return model.eval()


def _config_of(sizes: dict[str, Any]) -> NetworkConfig:
    """Raises ValueError for sizes that no network of ours has: a hostile file must not make one of terabytes."""
    config = NetworkConfig(**sizes)
    numbers = (
        config.stem,
        *config.widths,
        config.temporal,
        config.memory,
        config.context,
        config.head,
        config.embedding,
    )
    if not all(type(number) is int and 1 <= number <= _LARGEST_SIZE for number in numbers):
        raise ValueError(f"its sizes are {numbers}")
    for names in (config.scenes, config.lightings):
        if not 1 <= len(names) <= _MOST_NAMES or not all(isinstance(name, str) for name in names):
            raise ValueError("its scenes or lightings are no list of names")
    return config


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return (lines[0] if lines else type(error).__name__)[:200]
