"""Which compiler a checkpoint's networks get."""

from __future__ import annotations

import structlog

from ...accel.base import Backend
from ...accel.cores import usable_cores
from ...accel.select import ACCELS
from ...cuda.driver import CudaError
from .compiled import AsItIs, Compiled
from .loading import Checkpoint

_log = structlog.get_logger(__name__)
# UNets with more parameters stay with PyTorch on a CPU: each graph is a copy of the weights, in memory and on the disk.
_MOST_ON_CPU = 100_000_000


def compiled_by(accel: str, checkpoint: Checkpoint, *, half: bool = True) -> Compiled | None:
    """None: PyTorch runs them.

    Args:
        accel: "auto": OpenVINO for small checkpoints on a CPU, else PyTorch. "eager": PyTorch. "tensorrt": TensorRT on an NVIDIA card.

    Raises:
        ValueError: this can't be had; one sentence.
    """
    if accel not in ACCELS:
        raise ValueError(f"{accel!r} is no way to run networks; use {', '.join(ACCELS)}.")
    if accel in ("graph", "vulkan"):
        raise ValueError(f"--accel {accel} is for the shipped networks; checkpoints take auto, eager or tensorrt.")
    if accel == "tensorrt":
        return Compiled(_tensorrt(checkpoint, half=half))
    small = sum(p.numel() for p in checkpoint.unet.parameters()) <= _MOST_ON_CPU
    if accel == "auto" and checkpoint.device.type == "cpu" and small:
        try:
            from ...accel.openvino_cpu import OpenVinoBackend

            return Compiled(OpenVinoBackend(usable_cores()))
        except (ImportError, RuntimeError) as error:
            _log.warning("openvino_unavailable", error=str(error), consequence="PyTorch runs the checkpoint")
    return None


def _tensorrt(checkpoint: Checkpoint, *, half: bool) -> Backend:
    from ...accel.tensorrt import TensorRtBackend
    from ...accel.tensorrt_builder import TensorRtError

    try:
        return TensorRtBackend(checkpoint.device, AsItIs(), half=half)
    except (TensorRtError, CudaError) as error:
        raise ValueError(str(error)) from error
