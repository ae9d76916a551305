"""What a daemon's recording is headed with, and how a daemon's pipelines get into it."""

from __future__ import annotations

import atexit
import hashlib
import platform
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .. import __version__
from ..pipelines.base import Pipeline
from .pipeline import RecordingPipeline
from .writer import RecordingWriter


def start_recording(
    path: Path, models: list[str], device: str, max_bytes: int, *, results: bool
) -> Callable[[Callable[[], Pipeline]], Pipeline]:
    """Opens the file; returns what loads a pipeline so that it is recorded. The file is finished when the process ends.

    Raises:
        OSError: the file can't be made.
    """
    writer = RecordingWriter(path, recording_head(models, device), max_bytes)
    atexit.register(writer.close)
    return lambda load: RecordingPipeline(load(), writer, results=results)


def recording_head(models: list[str], device: str) -> dict[str, Any]:
    """What decides whether a replay can come out the same: version, weights, device, machine."""
    return {
        "version": __version__,
        "models": models,
        "weights": {model: digest for model in models if (digest := weights_digest(model))},
        "device": device,
        "machine": f"{platform.machine()} {platform.system()} {platform.python_version()}",
    }


def weights_digest(model: str) -> str:
    """SHA-256 of a model's weights file; "" for a model without one."""
    from ..pipelines.registry import WEIGHTS_FOLDER

    path = Path(model) if model.endswith(".safetensors") else WEIGHTS_FOLDER / f"{model}.safetensors"
    if not path.is_file():
        return ""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
