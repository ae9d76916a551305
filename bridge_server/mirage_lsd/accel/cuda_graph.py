"""A network part as one captured CUDA graph. Never run on a card so far: it is used where it is asked for (`serve --accel graph`), and
`mirage-lsd bench gpu` compares it with eager PyTorch."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from .base import CompiledModule

_WARM_UP_RUNS = 3


class GraphBackend:
    """Captures each module once for its shapes; what then costs time is the card's own, not the launches of some hundred kernels.

    Args:
        device: a CUDA device. half: as for `EagerBackend`.
    """

    name = "graph"

    def __init__(self, device: torch.device, *, half: bool = True) -> None:
        self.device = device
        self.precision = "fp16" if half else "fp32"
        self._half = half

    def compile(self, module: nn.Module, example: tuple[Tensor, ...], *, exact: bool = False) -> CompiledModule:
        """See `Backend.compile`. May be called beside a thread that runs other modules."""
        return capture(module, example, self.device, half=self._half and not exact)


def capture(module: nn.Module, example: tuple[Tensor, ...], device: torch.device, *, half: bool) -> CompiledModule:
    """Captures a module for the shapes of `example`.

    Args:
        device: a CUDA device; the module is moved there. half: compute in float16 where autocast does.

    Returns:
        A callable that takes tensors on any device. Its outputs are overwritten by the next call.
    """
    module = module.to(device).eval()
    inputs = tuple(x.to(device) for x in example)

    def run() -> tuple[Tensor, ...]:
        with torch.autocast("cuda", dtype=torch.float16, enabled=half):
            outputs = module(*inputs)
        return outputs if isinstance(outputs, tuple) else (outputs,)

    with torch.inference_mode():
        beside = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]
        beside.wait_stream(torch.cuda.current_stream(device))
        with torch.cuda.stream(beside):  # libraries allocate and choose their kernels in the first runs
            for _ in range(_WARM_UP_RUNS):
                run()
        torch.cuda.current_stream(device).wait_stream(beside)
        graph = torch.cuda.CUDAGraph()
        # What other threads do with the card meanwhile must not end the capture.
        with torch.cuda.graph(graph, capture_error_mode="thread_local"):
            outputs = run()

    @torch.inference_mode()
    def call(*given: Tensor) -> tuple[Tensor, ...]:
        for target, source in zip(inputs, given, strict=True):
            target.copy_(source)
        graph.replay()
        return outputs

    return call
