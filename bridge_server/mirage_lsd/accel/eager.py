"""PyTorch as it is: on CUDA in half precision, and on a CPU where OpenVINO can't be had."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from .base import CompiledModule


class EagerBackend:
    """Runs modules with PyTorch on one device.

    Args:
        half: on CUDA, compute in float16 where autocast does; a CPU has float32 in either case.
    """

    name = "eager"

    def __init__(self, device: torch.device, *, half: bool = True) -> None:
        self.device = device
        self.dtype = torch.float16 if device.type == "cuda" and half else torch.float32
        self.precision = "fp16" if self.dtype == torch.float16 else "fp32"

    def compile(self, module: nn.Module, example: tuple[Tensor, ...], *, exact: bool = False) -> CompiledModule:
        """Moves the module to the device; half precision by autocast unless `exact`."""
        module = module.to(self.device).eval()
        half = self.dtype == torch.float16 and not exact

        @torch.inference_mode()
        def call(*inputs: Tensor) -> tuple[Tensor, ...]:
            with torch.autocast(self.device.type, dtype=torch.float16, enabled=half):
                outputs = module(*(x.to(self.device) for x in inputs))
            return outputs if isinstance(outputs, tuple) else (outputs,)

        return call
