"""Chooses how networks run on a device."""

from __future__ import annotations

import structlog
import torch

from .base import Backend
from .eager import EagerBackend

_log = structlog.get_logger(__name__)


def resolve_device(device: str) -> torch.device:
    """ "auto", "cpu", "cuda", "cuda:N" to a device.

    Raises:
        ValueError: there is no such device; one sentence.
    """
    if device == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        resolved = torch.device(device)
    except RuntimeError as error:
        raise ValueError(f"{device!r} is no device; use auto, cpu, cuda or cuda:N.") from error
    if resolved.type not in ("cpu", "cuda"):
        raise ValueError(f"{device!r} is not supported; use auto, cpu, cuda or cuda:N.")
    if resolved.type == "cuda" and not torch.cuda.is_available():
        raise ValueError("There is no CUDA device here; use --device cpu, or run `mirage-lsd doctor`.")
    return resolved


def select_backend(device: torch.device, threads: int | None = None) -> Backend:
    """OpenVINO on a CPU, on at most `threads` (None: `usable_cores()`), eager half precision on CUDA; falls back to eager with a line in the log."""
    if device.type == "cpu":
        try:
            from .openvino_cpu import OpenVinoBackend

            return OpenVinoBackend(threads)
        except (ImportError, RuntimeError) as error:
            _log.warning("openvino_unavailable", error=str(error), consequence="eager PyTorch, several times slower")
    return EagerBackend(device)
