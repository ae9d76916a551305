"""The compiled trunks: one for each base size and number of steps."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import torch
from torch import Tensor

from ...accel.base import Backend, CompiledModule
from ...controls import Controls
from ...models.guide import GUIDE_CHANNELS
from ...models.mirage_lsd_v1 import MirageLSDv1, empty_memory
from ..caches import SIZES_KEPT, ControlMemo, LruCache
from .denoise import DenoisingTrunk
from .look import MOST_STEPS
from .state import StreamState


class CompiledTrunk(NamedTuple):
    """A trunk's compiled form, and its modulation."""

    run: CompiledModule
    modulation: ControlMemo[Tensor]


class Trunks:
    """Compiles trunks, and keeps those of the last sizes. `get` may be called by several threads.

    Args:
        backend: runs the trunks of streams of pictures. context_backend: those of streams of contexts; may be the same.
    """

    def __init__(self, model: MirageLSDv1, backend: Backend, context_backend: Backend) -> None:
        self._model, self._backend, self._context_backend = model, backend, context_backend
        self._compiled: LruCache[CompiledTrunk] = LruCache(SIZES_KEPT)
        self._compiler = ThreadPoolExecutor(1, "trunk compiler")

    def close(self) -> None:
        """Begins no other compilation."""
        self._compiler.shutdown(wait=False, cancel_futures=True)

    def get(self, base: tuple[int, int], steps: int, contexts: bool = False) -> CompiledTrunk:
        """The trunk for a base size (h, w); compiles it where it is new (seconds)."""

        def make() -> CompiledTrunk:
            h, w = base
            frame, picture = torch.zeros(1, h, w, GUIDE_CHANNELS), torch.zeros(1, 3, h, w)
            controls, memory = torch.zeros(1, self._model.config.controls), empty_memory(self._model.config, 1, h, w)
            trunk = DenoisingTrunk(self._model, steps)
            inputs = (frame, trunk.modulation(controls), *memory, picture)
            return CompiledTrunk(backend.compile(trunk, inputs), ControlMemo(trunk.modulation))

        backend = self._context_backend if contexts else self._backend
        return self._compiled.get(self._key(base, steps, contexts), make)

    def _key(self, base: tuple[int, int], steps: int, contexts: bool) -> tuple[tuple[int, int], int, bool]:
        """Equal for trunks that are one and the same."""
        return base, steps, contexts and self._context_backend is not self._backend

    def steps(self, state: StreamState, base: tuple[int, int], controls: Controls, *, waits: bool) -> int:
        """Sampling steps of a stream's next context. A trunk that is new for the size is compiled beside the frames, which go on as before;
        `waits`: this frame waits for it.

        Raises:
            Exception: what the compilation raised, on the first frame after it.
        """
        wanted = min(max(round(controls.number("steps", MOST_STEPS)), 1), state.steps)
        contexts = state.spec.contexts
        if wanted != state.steps_now and not waits and self._key(base, wanted, contexts) not in self._compiled:
            if state.next_trunk is None:
                state.next_trunk = self._compiler.submit(self.get, base, wanted, contexts)
            elif state.next_trunk.done():
                failed, state.next_trunk = state.next_trunk, None
                failed.result()
            return state.steps_now
        state.next_trunk, state.steps_now = None, wanted
        return wanted
