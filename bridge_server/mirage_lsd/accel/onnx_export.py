"""PyTorch networks as ONNX, for those who compile it for a card."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import cast

import torch
from torch import Tensor, nn

from .tracing import tracing

# The newest that PyTorch's tracing exporter knows well, and all readers have.
_OPSET = 18


def input_names(count: int) -> list[str]:
    """What the graph calls its inputs."""
    return [f"input{i}" for i in range(count)]


def output_names(count: int) -> list[str]:
    """What the graph calls its outputs."""
    return [f"output{i}" for i in range(count)]


def export_onnx(module: nn.Module, example: tuple[Tensor, ...], outputs: int, *, half: bool) -> bytes:
    """A module on the CPU in float32 as a graph for inputs of the example's shapes.

    Args:
        outputs: how many the module has.
        half: convolutions and products of matrices in float16, as autocast does it; inputs and outputs stay float32. Where a reader takes types
            as they are written (TensorRT), that is where its precision is said.

    Raises:
        RuntimeError: the package onnx is missing, or the exporter doesn't know something in the module.
    """
    example = tuple(x.cpu() for x in example)
    # Not the exporter on torch.export: it takes fifteen times as long for these networks, and needs a package more.
    with (
        tempfile.TemporaryDirectory(prefix="mirage-lsd-") as folder,
        tracing(),
        torch.autocast("cpu", torch.float16, enabled=half, cache_enabled=False),
    ):
        written = Path(folder, "network.onnx")
        torch.onnx.export(
            _Float32Ends(module).eval(), example, written, dynamo=False, opset_version=_OPSET,
            input_names=input_names(len(example)), output_names=output_names(outputs),
        )  # fmt: skip
        return written.read_bytes()


class _Float32Ends(nn.Module):
    """The module with outputs in float32, always as a tuple."""

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.module = module

    def forward(self, *inputs: Tensor) -> tuple[Tensor, ...]:
        outputs = self.module(*inputs)
        return tuple(x.float() for x in (outputs if isinstance(outputs, tuple) else (cast(Tensor, outputs),)))
