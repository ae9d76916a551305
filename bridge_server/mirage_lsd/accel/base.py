"""One callable, several ways to run it."""

from __future__ import annotations

from typing import Protocol

from torch import Tensor, nn


class CompiledModule(Protocol):
    """A network part for inputs of fixed shapes. The outputs may be overwritten by the next call."""

    def __call__(self, *inputs: Tensor) -> tuple[Tensor, ...]: ...


class Backend(Protocol):
    """Compiles modules. `name` and `precision` are for the log and the reports."""

    name: str
    precision: str

    def compile(self, module: nn.Module, example: tuple[Tensor, ...], *, exact: bool = False) -> CompiledModule:
        """Compiles for the shapes of `example`; `exact`: keep float32 (the hashes of the fields need every bit)."""
        ...
