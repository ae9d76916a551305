"""What training computes in: half as many bits where that is faster."""

from __future__ import annotations

import torch

# Of the names of `torch.cpu.get_capabilities`, those that mean instructions for bfloat16.
_BFLOAT16 = ("avx512_bf16", "amx_bf16")


def mixed_precision(device: torch.device | str) -> torch.autocast:
    """bfloat16 on a device that has it. A CPU without it computes it in pieces, and a convolution's step takes ten times as long as in float32."""
    kind = torch.device(device).type
    capabilities = torch.cpu.get_capabilities()
    has_it = kind != "cpu" or any(capabilities.get(name, False) for name in _BFLOAT16)
    return torch.autocast(kind, dtype=torch.bfloat16, enabled=has_it)
