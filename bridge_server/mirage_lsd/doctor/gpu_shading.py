"""Whether a GPU of any vendor can shade where the model runs on the CPU."""

from __future__ import annotations

from ..accel.gpu import GpuUnavailableError
from ..accel.webgpu import find_adapter, may_have_gpu
from .finding import Finding

_NAME = "GPU shading"


def check_gpu_shading() -> Finding:
    """A GPU that `serve` would try; that there is none is no fault."""
    if not may_have_gpu():
        return Finding(_NAME, "ok", "there is no GPU here; the CPU shades")
    try:
        adapter = find_adapter()
    except GpuUnavailableError as error:
        return Finding(_NAME, "ok", f"the CPU shades. {error}")
    if adapter.software:
        return Finding(_NAME, "ok", f"the CPU shades; {adapter.name} computes on the CPU, too")
    return Finding(_NAME, "ok", f"{adapter.name} by {adapter.api}, where it is faster than the CPU (serve --shade-on)")
