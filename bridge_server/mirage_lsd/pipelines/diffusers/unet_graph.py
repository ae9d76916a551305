"""A UNet or a ControlNet with all that it is told as tensors that go in, and what it gives as tensors that come out: what a compiler can take."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn

from .attention import Desk, FrameMemory, GraphMemory
from .compiled import Compiled, described

Arguments = dict[str, Any]


class NetworkGraph(nn.Module):
    """`layout`: the arguments besides latents and times, tensors as their numbers in the order they come in. `layers`: those with a memory."""

    def __init__(self, network: Any, layout: Arguments, desk: Desk, layers: tuple[str, ...]) -> None:
        super().__init__()
        self.network, self.layout, self.desk, self.layers = network, layout, desk, layers

    def extra_repr(self) -> str:
        """What of it is in no weight."""
        return repr((self.layout, self.layers, described(self.network)))

    def forward(self, x: Tensor, times: Tensor, *more: Tensor) -> tuple[Tensor, ...]:
        """The network's outputs, and after them what its layers will remember."""
        told = len(more) - 2 * len(self.layers)
        memory = GraphMemory(self.layers, more[told:])
        self.desk.memory, self.desk.step = memory if self.layers else None, 0
        try:
            found = self.network(x, times, **_filled(self.layout, more), return_dict=False)
        finally:
            self.desk.memory = None
        # A ControlNet gives a list and one more.
        outputs = tuple(y for part in found for y in (part if isinstance(part, list | tuple) else (part,)))
        return (*outputs, *memory.seen())


def run_graph(
    compiled: Compiled, what: str, network: Any, x: Tensor, times: Tensor, arguments: Arguments, desk: Desk
) -> tuple[Tensor, ...] | None:
    """What the network gives by a graph, in float32; None where PyTorch has to do it: as long as there is no graph, and where the desk has a
    memory that has nothing in it yet."""
    memory, step = desk.memory, desk.step
    layers: tuple[str, ...] = ()
    kept: list[Tensor] = []
    if isinstance(memory, FrameMemory) and what == "unet":
        layers = tuple(sorted(layer for layer, at in memory.last if at == step))
        kept = [some[(layer, step)] for some in (memory.last, memory.sink) for layer in layers]
        if not layers or any(one.shape[0] != x.shape[0] for one in kept):
            return None
    tensors: list[Tensor] = []
    layout = _flattened(arguments, tensors)
    inputs = tuple(one.float() for one in (x, times, *tensors, *kept))
    found = compiled.run(
        what, (repr(layout), layers), inputs, lambda: NetworkGraph(network, layout, _desk_of(network) or desk, layers)
    )
    if found is None:
        return None
    outputs = len(found) - len(layers)
    if isinstance(memory, FrameMemory):
        for layer, hidden in zip(layers, found[outputs:], strict=True):
            memory.remember((layer, step), hidden)
    return found[:outputs]


def _desk_of(network: Any) -> Desk | None:
    desks = [getattr(one, "desk", None) for one in network.attn_processors.values()]
    return next((desk for desk in desks if isinstance(desk, Desk)), None)


def _flattened(value: Any, tensors: list[Tensor]) -> Any:
    """`value` with each tensor replaced by its number in `tensors`, where it is put."""
    if isinstance(value, Tensor):
        tensors.append(value)
        return _Hole(len(tensors) - 1)
    if isinstance(value, dict):
        return {key: _flattened(one, tensors) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_flattened(one, tensors) for one in value)
    return value


def _filled(layout: Any, tensors: tuple[Tensor, ...]) -> Any:
    """The way back."""
    if isinstance(layout, _Hole):
        return tensors[layout.number]
    if isinstance(layout, dict):
        return {key: _filled(one, tensors) for key, one in layout.items()}
    if isinstance(layout, list | tuple):
        return type(layout)(_filled(one, tensors) for one in layout)
    return layout


class _Hole:
    """Where a tensor goes."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __repr__(self) -> str:
        return f"<{self.number}>"
