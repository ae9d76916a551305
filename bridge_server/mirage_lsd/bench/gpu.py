"""Everything that is to be known of a new card, in one report: `docs/GPU.md` is its run-book."""

from __future__ import annotations

import platform
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..client.local_daemon import DaemonProcess
from ..cuda.driver import CudaDriver, CudaError
from ..cuda.probe import ipc_problem
from .cuda_hop import measure_cuda_hop
from .errors import BenchError
from .stream import StreamJob, measure_stream

# What is hoped for at 1280x720, and was never measured.
GOAL = {"fps": 240.0, "p95_ms": 8.0}


@dataclass(frozen=True, slots=True)
class GpuJob:
    """What to measure. `card`: the card's number; `frames`: of each hop, and runs of each trunk; `seconds`: of each stream."""

    sizes: tuple[tuple[int, int], ...]
    frames: int = 500
    seconds: float = 30.0
    steps: int = 3
    card: int = 0


def measure_gpu(job: GpuJob, tell: Callable[[str], None]) -> dict[str, Any]:
    """Measures part after part; one that can't be had is a sentence under `skipped` and the rest goes on.

    Args:
        tell: called with what is being measured.

    Raises:
        BenchError: there is no card.
    """
    try:
        driver = CudaDriver(job.card)
        with driver.current():
            total = int(driver.call("cuMemGetInfo")[1])
        card = {"name": driver.name, "uuid": driver.uuid, "memory_mb": total >> 20, "ipc": ipc_problem() or "works"}
        driver.close()
    except CudaError as error:
        raise BenchError(f"no NVIDIA GPU: {error}") from None
    report: dict[str, Any] = {"card": card, "system": platform.platform(), "skipped": {}}

    def part(name: str, measure: Callable[[], Any]) -> None:
        tell(name)
        try:
            report[name] = measure()
        except (BenchError, CudaError, OSError, RuntimeError, ValueError) as error:
            report["skipped"][name] = str(error).splitlines()[0] if str(error) else type(error).__name__

    part("golden", lambda: _golden(job))
    part("hop", lambda: [measure_cuda_hop(size, job.frames, job.card) for size in job.sizes])
    part("shaders", lambda: [_shaders(job, size) for size in job.sizes])
    part("trunk", lambda: [_trunk(job, size) for size in job.sizes])
    part("stream", lambda: [_stream(job, size, "eager") for size in job.sizes])
    part("stream_graph", lambda: [_stream(job, size, "graph") for size in job.sizes])
    part("stream_on_card", lambda: [_stream(job, size, "graph", on_card=True) for size in job.sizes])
    part("stream_tensorrt", lambda: [_stream(job, size, "tensorrt") for size in job.sizes])
    return report


def _golden(job: GpuJob) -> dict[str, Any]:
    from .golden import compare_devices

    return compare_devices(f"cuda:{job.card}")


def _shaders(job: GpuJob, size: tuple[int, int]) -> dict[str, Any]:
    from .shaders import measure_shaders

    return measure_shaders(size, job.frames)


def _trunk(job: GpuJob, size: tuple[int, int]) -> dict[str, Any]:
    from ..accel.select import resolve_device
    from .trunk import measure_trunk

    return measure_trunk(resolve_device(f"cuda:{job.card}"), size, job.steps, job.frames)


def _stream(job: GpuJob, size: tuple[int, int], accel: str, *, on_card: bool = False) -> dict[str, Any]:
    """What a game gets, and the card's free memory before and after. Its frames go through host memory, or stay `on_card`."""
    from ..accel.select import resolve_device

    width, height = size
    device = f"cuda:{job.card}"
    resolve_device(device)
    free_before = _free_mb(job.card)
    with DaemonProcess("mirage-lsd-v1", device, extra=("--accel", accel)) as daemon:
        stream = StreamJob(
            daemon.endpoint, width, height, "mirage-lsd-v1", job.steps, "auto", daemon.device, job.seconds / 2,
            daemon_pid=daemon.pid, card=job.card if on_card else None,
        )  # fmt: skip
        measure_stream(stream, lambda frames, elapsed_s: None)
        free_half = _free_mb(job.card)
        figures = measure_stream(stream, lambda frames, elapsed_s: None)
        free_end = _free_mb(job.card)
    figures["card_mb"] = {"taken": free_before - free_half, "grown_in_second_half": free_half - free_end}
    figures["goal"] = goal_met(figures)
    return figures


def goal_met(figures: dict[str, Any]) -> dict[str, bool]:
    """Whether a stream is as fast as is hoped for."""
    return {"fps": figures["fps"] >= GOAL["fps"], "p95_ms": figures["latency_ms"]["p95"] < GOAL["p95_ms"]}


def _free_mb(card: int) -> int:
    driver = CudaDriver(card)
    with driver.current():
        free = int(driver.call("cuMemGetInfo")[0])
    driver.close()
    return free >> 20
