"""A checkpoint's networks as one of `accel`'s compilers makes them: graphs for the shapes that a stream has.

While one is made, in a thread of its own, PyTorch paints; what is made is seen to give what the network gives before it is used.
"""

from __future__ import annotations

import copy
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from importlib.metadata import version
from typing import Any

import structlog
import torch
from torch import Tensor, nn

from ...accel.base import Backend, CompiledModule
from ...accel.verified import Reference

_log = structlog.get_logger(__name__)
# Graphs that are kept: two sizes of pictures, with and without guidance.
_MOST_GRAPHS = 16
# See `Reference.check`; in half precision, and where a CPU has bfloat16.
_MOST_OFF = 0.05


class GraphUnavailableError(RuntimeError):
    """The compiler can't have this network; the sentence says why."""


class AsItIs:
    """What `accel` falls back on: nothing. Whoever asked has the network itself, in PyTorch."""

    name, precision = "PyTorch", "as loaded"

    def compile(self, module: nn.Module, example: tuple[Tensor, ...], *, exact: bool = False) -> CompiledModule:
        """Raises GraphUnavailableError."""
        raise GraphUnavailableError("PyTorch runs it")


class Compiled:
    """Graphs of one checkpoint's networks. Used by one thread.

    Args:
        backend: what compiles. `apart`: in a thread of its own, which is what streams want.
    """

    def __init__(self, backend: Backend, *, apart: bool = True) -> None:
        self._backend, self._apart = backend, apart
        # None: on its way, or not to be had.
        self._graphs: OrderedDict[Hashable, CompiledModule | None] = OrderedDict()
        self._one_at_a_time = threading.Lock()
        self._working: list[threading.Thread] = []
        self._refused: set[str] = set()

    @property
    def name(self) -> str:
        """What compiles."""
        return self._backend.name

    def run(
        self, what: str, layout: Hashable, inputs: tuple[Tensor, ...], module: Callable[[], nn.Module], *, exact: bool = False
    ) -> tuple[Tensor, ...] | None:  # fmt: skip
        """Runs a graph; None where there is none (yet): PyTorch does it then.

        Args:
            what: the network's name, for the log. layout: what of the network differs besides the shapes. inputs: float32.
            module: makes the network for these inputs, with tensors alone going in and out. exact: no half precision.
        """
        key = (what, layout, tuple(tuple(x.shape) for x in inputs))
        if key not in self._graphs:
            self._graphs[key] = None
            while len(self._graphs) > _MOST_GRAPHS:
                self._graphs.popitem(last=False)
            if what not in self._refused:
                self._begin(what, key, inputs, module, exact)
        self._graphs.move_to_end(key)
        graph = self._graphs[key]
        if graph is None:
            return None
        try:
            # A graph's outputs are overwritten by its next call, and latents outlive it.
            return tuple(x.clone() for x in graph(*inputs))
        except RuntimeError as error:
            self._graphs[key] = None
            self._refuse(what, error)
            return None

    def wait(self) -> None:
        """Until every graph that was asked for is there, or is not to be had."""
        for thread in self._working:
            thread.join()
        self._working.clear()

    def ready(self) -> list[str]:
        """The names of the networks that have a graph."""
        return [str(key[0]) for key, graph in self._graphs.items() if graph is not None and isinstance(key, tuple)]

    def _begin(
        self, what: str, key: Hashable, inputs: tuple[Tensor, ...], module: Callable[[], nn.Module], exact: bool
    ) -> None:
        example = tuple(x.detach().clone().cpu() for x in inputs)

        def make() -> None:
            try:
                with self._one_at_a_time, torch.inference_mode(False), torch.no_grad():
                    # A copy: the thread must not meet a network that is at work.
                    network = copy.deepcopy(module()).cpu().float().eval().requires_grad_(False)
                    graph = self._backend.compile(network, example, exact=exact)
                    Reference(network, example).check(graph, _MOST_OFF)
            except Exception as error:  # an upgrade of a compiler may raise anything, and must not stop the stream
                self._refuse(what, error)
            else:
                if key in self._graphs:
                    self._graphs[key] = graph

        if not self._apart:
            make()
            return
        thread = threading.Thread(target=make, name=f"compile {what}", daemon=True)
        self._working = [other for other in self._working if other.is_alive()] + [thread]
        thread.start()

    def _refuse(self, what: str, error: Exception) -> None:
        if what not in self._refused:
            self._refused.add(what)
            if isinstance(error, GraphUnavailableError):
                return  # the compiler has said why
            said = " ".join(str(error).split())[:300] or type(error).__name__
            _log.warning("graph_not_used", network=what, by=self.name, error=said, consequence="PyTorch runs it")


def described(network: Any) -> str:
    """What of a network is in no weight: its configuration, but for where it was loaded from, and who builds it."""
    config = {key: value for key, value in dict(network.config).items() if not key.startswith("_")}
    return repr((version("diffusers"), sorted(config.items())))


class EncodeGraph(nn.Module):
    """Pictures (1, 3, H, W) in -1..1 to latents as the autoencoder has them, unscaled."""

    def __init__(self, vae: Any) -> None:
        super().__init__()
        self.vae = vae

    def extra_repr(self) -> str:
        """See `described`."""
        return described(self.vae)

    def forward(self, picture: Tensor) -> Tensor:
        found = self.vae.encode(picture)
        return found.latents if hasattr(found, "latents") else found.latent_dist.mode()  # type: ignore[no-any-return]


class DecodeGraph(nn.Module):
    """The way back."""

    def __init__(self, vae: Any) -> None:
        super().__init__()
        self.vae = vae

    def extra_repr(self) -> str:
        """See `described`."""
        return described(self.vae)

    def forward(self, latent: Tensor) -> Tensor:
        return self.vae.decode(latent).sample  # type: ignore[no-any-return]
