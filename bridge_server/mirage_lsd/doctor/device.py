"""What the models can run on."""

from __future__ import annotations

import os
import subprocess

from ..openvino_core import openvino_core
from .finding import Finding

_NAME = "device"


def nvidia_card() -> str:
    """The name of the first NVIDIA card, as its driver tells it; "" where there is none."""
    try:
        done = subprocess.run(
            ["nvidia-smi", "--query-gpu=name", "--format=csv,noheader"], capture_output=True, text=True, timeout=10.0
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    lines = done.stdout.strip().splitlines()
    return lines[0].strip() if done.returncode == 0 and lines else ""


def _cuda_hint() -> str:
    import torch

    if torch.version.cuda is None:
        return "this PyTorch is for CPUs only: pip install --force-reinstall torch --index-url https://download.pytorch.org/whl/cu128"
    return "the driver is too old for this PyTorch, or the container has no access to the card (Docker: `--gpus all`)"


def check_device() -> Finding:
    """CUDA if there is some, else the CPU and whether it has bfloat16."""
    try:
        import torch

        if torch.cuda.is_available():
            names = ", ".join(torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count()))
            return Finding(_NAME, "ok", f"CUDA: {names}")
    except Exception as error:  # a broken driver can raise anything
        return Finding(_NAME, "problem", f"PyTorch can't say ({error})", "pip install --force-reinstall torch")
    if card := nvidia_card():
        return Finding(_NAME, "warning", f"there is an NVIDIA card ({card}) that PyTorch does not use", _cuda_hint())
    try:
        core = openvino_core()
        cpu = f"CPU: {str(core.get_property('CPU', 'FULL_DEVICE_NAME')).strip()}, {os.cpu_count()} threads"
        capabilities = core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    except Exception as error:  # as above
        hint = "pip install --force-reinstall openvino; without it PyTorch runs the model, several times slower"
        return Finding(_NAME, "warning", f"OpenVINO does not see the CPU ({error})", hint)
    if "BF16" in capabilities:
        return Finding(_NAME, "ok", f"{cpu}, bfloat16")
    hint = "nothing to do, but slower: a CPU with bfloat16 (AVX-512 BF16 or AMX) or an NVIDIA GPU would be faster"
    return Finding(_NAME, "warning", f"{cpu}, no bfloat16", hint)
