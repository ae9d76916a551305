"""What compiles the networks for a GPU, where there is one."""

from __future__ import annotations

import importlib.util

from ..accel.tensorrt_builder import installed_tensorrt
from ..accel.webgpu import may_have_gpu
from .device import nvidia_card
from .finding import Finding

_NAME = "networks on a GPU"


def check_network_compilers() -> Finding:
    """TensorRT for an NVIDIA card, ncnn for any other; that there is none is no fault. Looked for, not imported, which would take seconds."""
    has_ncnn = all(importlib.util.find_spec(name) is not None for name in ("ncnn", "pnnx"))
    vulkan = "serve --device vulkan" if has_ncnn else "pip install 'mirage-lsd[vulkan]', then serve --device vulkan"
    if card := nvidia_card():
        if found := installed_tensorrt():
            return Finding(_NAME, "ok", f"{found} on {card}; serve builds its engines at the first start")
        return Finding(_NAME, "ok", f"{card} without TensorRT; pip install 'mirage-lsd[tensorrt]' may be faster")
    if may_have_gpu():
        return Finding(_NAME, "ok", f"none by default; a GPU of any vendor can be tried: {vulkan}")
    return Finding(_NAME, "ok", "there is no GPU here; the CPU runs the networks")
