"""What compilers for cards make of a network is tried before it is used, and left where it fails."""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable

import torch
from torch import Tensor, nn

from .base import CompiledModule

Shape = tuple[int, ...]


class DifferentResultError(RuntimeError):
    """The compiled network gives something else than the network; one sentence."""


class Reference:
    """A module on the CPU in float32, and what it makes of inputs that leave nothing at zero.

    Attributes:
        module: a copy; the one it was made from may be on any device, and stays as it is. inputs, outputs: of the trial.
    """

    def __init__(self, module: nn.Module, example: tuple[Tensor, ...]) -> None:
        self.module = copy.deepcopy(module).cpu().eval()
        draw = torch.Generator().manual_seed(0)
        self.inputs = tuple(torch.randn(x.shape, generator=draw) * 0.3 for x in example)
        with torch.inference_mode():
            outputs = self.module(*self.inputs)
        self.outputs: tuple[Tensor, ...] = outputs if isinstance(outputs, tuple) else (outputs,)

    @property
    def input_shapes(self) -> list[Shape]:
        """In order."""
        return [tuple(x.shape) for x in self.inputs]

    @property
    def output_shapes(self) -> list[Shape]:
        """In order."""
        return [tuple(x.shape) for x in self.outputs]

    def check(self, run: CompiledModule, most: float) -> None:
        """Runs the trial.

        Args:
            most: root of the mean squared difference over the spread, of each output.

        Raises:
            DifferentResultError: it is more, or no number.
        """
        for found, wanted in zip(run(*self.inputs), self.outputs, strict=True):
            off = float(
                (found.float().cpu() - wanted).square().mean().sqrt() / wanted.std(correction=0).clamp_min(1e-6)
            )
            if not off <= most:
                raise DifferentResultError(
                    f"What was compiled gives something else than the network (off by {off:.2g} of its spread)."
                )


class OrElse:
    """Runs a compiled network until it fails, and another way from then on: a driver may be reset, or a game take the card's memory."""

    def __init__(
        self,
        compiled: CompiledModule,
        compile_otherwise: Callable[[], CompiledModule],
        tell: Callable[[Exception], None],
    ) -> None:
        self._compiled: CompiledModule | None = compiled
        self._compile_otherwise, self._tell = compile_otherwise, tell
        self._otherwise: CompiledModule | None = None
        self._switching = threading.Lock()

    def __call__(self, *inputs: Tensor) -> tuple[Tensor, ...]:
        compiled = self._compiled
        if compiled is not None:
            try:
                return compiled(*inputs)
            except RuntimeError as error:
                self._give_up(error)
        assert self._otherwise is not None
        return self._otherwise(*inputs)

    def _give_up(self, error: Exception) -> None:
        with self._switching:
            if self._otherwise is None:
                self._tell(error)
                self._otherwise = self._compile_otherwise()
            self._compiled = None


def check_shapes(inputs: tuple[Tensor, ...], expected: list[Shape]) -> None:
    """Before addresses are handed on without sizes.

    Raises:
        ValueError: the inputs have other shapes.
    """
    if (shapes := [tuple(x.shape) for x in inputs]) != expected:
        raise ValueError(f"The inputs are {shapes}; this was compiled for {expected}.")
