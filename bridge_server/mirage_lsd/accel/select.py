"""Chooses how networks run on a device."""

from __future__ import annotations

import structlog
import torch

from ..cuda.driver import CudaError
from .base import Backend
from .eager import EagerBackend
from .gpu import GpuUnavailableError
from .tensorrt_builder import TensorRtError, installed_tensorrt

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


ACCELS = ("auto", "eager", "graph", "tensorrt", "vulkan")


def split_device(device: str, accel: str) -> tuple[torch.device, str]:
    """As `resolve_device`, and "vulkan": the CPU, whose networks run on a GPU of any vendor.

    Raises:
        ValueError: there is no such device; one sentence.
    """
    if device == "vulkan":
        return torch.device("cpu"), "vulkan" if accel == "auto" else accel
    return resolve_device(device), accel


def select_backend(
    device: torch.device, threads: int | None = None, accel: str = "auto", *, half: bool = True
) -> Backend:
    """Chooses how networks run.

    Args:
        threads: on a CPU, at most so many; None: `usable_cores()`.
        accel: "auto": OpenVINO on a CPU, where that can't be had eager with a line in the log; on CUDA TensorRT where it is installed, else
            eager. "eager": PyTorch as it is. "graph": captured CUDA graphs. "tensorrt": TensorRT on an NVIDIA card, also beside a PyTorch
            for CPUs. "vulkan": ncnn on a GPU of any vendor, beside the CPU. What the last two can't run goes the way of "auto" without them.
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
    if accel == "vulkan":
        return _vulkan(device, threads)
    if accel == "tensorrt":
        try:
            return _tensorrt(device, threads, half=half)
        except (TensorRtError, CudaError) as error:
            raise ValueError(str(error)) from error
    if accel == "auto" and device.type == "cuda" and installed_tensorrt() is not None:
        try:
            return _tensorrt(device, threads, half=half)
        except (TensorRtError, CudaError) as error:
            _log.warning("tensorrt_not_used", error=str(error), consequence="eager PyTorch")
    return _without_compiler(device, threads, accel, half=half)


def _without_compiler(device: torch.device, threads: int | None, accel: str, *, half: bool) -> Backend:
    if device.type == "cpu" and accel == "auto":
        try:
            from .openvino_cpu import OpenVinoBackend

            return OpenVinoBackend(threads)
        except (ImportError, RuntimeError) as error:
            _log.warning("openvino_unavailable", error=str(error), consequence="eager PyTorch, several times slower")
    return EagerBackend(device, half=half)


def _tensorrt(device: torch.device, threads: int | None, *, half: bool) -> Backend:
    from .tensorrt import TensorRtBackend

    return TensorRtBackend(device, _without_compiler(device, threads, "auto", half=half), half=half)


def _vulkan(device: torch.device, threads: int | None) -> Backend:
    if device.type != "cpu":
        raise ValueError("--accel vulkan is for networks beside the CPU; use --device vulkan or --device cpu.")
    from .ncnn_vulkan import NcnnBackend

    try:
        return NcnnBackend(_without_compiler(device, threads, "auto", half=False))
    except GpuUnavailableError as error:
        raise ValueError(str(error)) from error
