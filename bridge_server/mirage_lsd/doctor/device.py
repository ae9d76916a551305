"""What the models can run on."""

from __future__ import annotations

import os

from .finding import Finding

_NAME = "device"


def check_device() -> Finding:
    """CUDA if there is some, else the CPU and whether it has bfloat16."""
    try:
        import torch

        if torch.cuda.is_available():
            names = ", ".join(torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count()))
            return Finding(_NAME, "ok", f"CUDA: {names}")
    except Exception as error:  # a broken driver can raise anything
        return Finding(_NAME, "problem", f"PyTorch can't say ({error})", "pip install --force-reinstall torch")
    try:
        import openvino

        core = openvino.Core()
        cpu = f"CPU: {str(core.get_property('CPU', 'FULL_DEVICE_NAME')).strip()}, {os.cpu_count()} threads"
        capabilities = core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    except Exception as error:  # as above
        mend = "pip install --force-reinstall openvino; without it PyTorch runs the model, several times slower"
        return Finding(_NAME, "warning", f"OpenVINO does not see the CPU ({error})", mend)
    if "BF16" in capabilities:
        return Finding(_NAME, "ok", f"{cpu}, bfloat16")
    mend = "nothing to mend, but slower: a CPU with bfloat16 (AVX-512 BF16 or AMX) or an NVIDIA GPU would be faster"
    return Finding(_NAME, "warning", f"{cpu}, no bfloat16", mend)
