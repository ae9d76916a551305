"""What shades where the model runs on the CPU, and why the GPUs would not: `serve` tries them in this order."""

from __future__ import annotations

from ..accel.gpu import GpuUnavailableError
from ..accel.webgpu import find_adapter, may_have_gpu
from ..cuda.driver import CudaError
from ..cuda.kernels import MIX, kernels_of
from .finding import Finding

_NAME = "GPU shading"


def check_gpu_shading() -> Finding:
    """A GPU that `serve` would try; that there is none is no fault."""
    reasons: list[str] = []
    for find in (_cuda, _vulkan):
        found, reason = find()
        if found:
            said = f"{found}, where it is faster than the CPU (serve --shade-on)"
            return Finding(_NAME, "ok", f"{said}; not {'; '.join(reasons)}" if reasons else said)
        reasons.append(reason)
    return Finding(_NAME, "ok", f"the CPU shades. Not {'; '.join(reasons)}")


def _cuda() -> tuple[str, str]:
    """A card whose kernels can be compiled and loaded, tried with the smallest of them; or why not."""
    try:
        kernels = kernels_of()
        kernels.prepare(MIX)
    except CudaError as error:
        return "", f"cuda: {error}".rstrip(".")
    return f"{kernels.driver.name} by cuda", ""


def _vulkan() -> tuple[str, str]:
    """A GPU that wgpu finds; or why not."""
    if not may_have_gpu():
        return "", "vulkan: there is no GPU here"
    try:
        adapter = find_adapter()
    except GpuUnavailableError as error:
        return "", f"vulkan: {error}".rstrip(".")
    if adapter.software:
        return "", f"vulkan: {adapter.name} computes on the CPU, too"
    return f"{adapter.name} by {adapter.api}", ""
