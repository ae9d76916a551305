"""Muon: momentum whose update is made orthogonal (Jordan et al., 2024, "Muon: an optimizer for hidden layers in neural networks").

PyTorch's own takes single matrices only; the head has a stack of them for each theme, and convolutions have kernels. On the head it reached after
350 steps what Adam does not reach in 2,000 (26.7 dB against 23.3 dB on the same pixels).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

_MOMENTUM = 0.95
# The quintic iteration's coefficients, steepest at zero (ibid.).
_A, _B, _C = 3.4445, -4.7750, 2.0315


def orthogonalized(matrices: Tensor, steps: int = 5) -> Tensor:
    """The nearest (semi-)orthogonal matrices, roughly: (..., R, C) with singular values brought to about 1."""
    x = matrices / (matrices.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    tall = x.shape[-2] > x.shape[-1]
    if tall:
        x = x.mT
    for _ in range(steps):
        square = x @ x.mT
        x = _A * x + (_B * square + _C * square @ square) @ x
    result: Tensor = x.mT if tall else x
    return result


class Muon(torch.optim.Optimizer):
    """For parameters of at least two dimensions. 3-D: a stack of matrices; 4-D and 5-D: a convolution's kernel, seen as out x the rest."""

    def __init__(self, parameters: Iterable[Tensor], lr: float) -> None:
        # As a group: where only the flow network or the estimator is trained there is nothing for Muon.
        super().__init__([{"params": list(parameters)}], {"lr": lr})

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:  # type: ignore[override]
        """One update of every parameter that has a gradient."""
        assert closure is None
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                state = self.state[p]
                if not state:
                    state["momentum"] = torch.zeros_like(p)
                momentum: Tensor = state["momentum"]
                momentum.mul_(_MOMENTUM).add_(p.grad)
                update = p.grad + _MOMENTUM * momentum
                matrices = update.flatten(1) if p.dim() > 3 else update
                rows, columns = matrices.shape[-2:]
                matrices = orthogonalized(matrices) * max(1.0, rows / columns) ** 0.5
                p.add_(matrices.reshape(p.shape), alpha=-group["lr"])
