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


ACCELS = ("auto", "eager", "graph")


def select_backend(
    device: torch.device, threads: int | None = None, accel: str = "auto", *, half: bool = True
) -> Backend:
    """Chooses how networks run.

    Args:
        threads: on a CPU, at most so many; None: `usable_cores()`.
        accel: "auto": OpenVINO on a CPU, where that can't be had eager with a line in the log; eager on CUDA. "eager": PyTorch as it is.
            "graph": captured CUDA graphs.
        half: float16 on CUDA.

    Raises:
        ValueError: no such way, or not on this device; one sentence.
    """
    if accel not in ACCELS:
        raise ValueError(f"{accel!r} is no way to run networks; use {', '.join(ACCELS)}.")
    if accel == "graph":
        if device.type != "cuda":
            raise ValueError("--accel graph is for CUDA devices; leave it out on a CPU.")
        from .cuda_graph import GraphBackend

        return GraphBackend(device, half=half)
    if device.type == "cpu" and accel == "auto":
        try:
            from .openvino_cpu import OpenVinoBackend

            return OpenVinoBackend(threads)
        except (ImportError, RuntimeError) as error:
            _log.warning("openvino_unavailable", error=str(error), consequence="eager PyTorch, several times slower")
    return EagerBackend(device, half=half)
