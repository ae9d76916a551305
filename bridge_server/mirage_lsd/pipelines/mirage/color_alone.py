"""The networks for frames without depth and camera: how things moved, and what geometry a picture lets expect."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ...accel.base import Backend, CompiledModule
from ...models.estimator import ESTIMATE_STRIDE
from ...models.mirage_lsd_v1 import MirageLSDv1
from ..caches import SIZES_KEPT, LruCache
from .anchor import AnchoredFrame
from .edge_upsampling import EdgeUpsampling
from .estimated_geometry import UPSAMPLED, inputs_of, next_view
from .motion import WarpedHistory
from .picture_layers import Layers, seen_by_network
from .sampled_depth import resample_depth
from .state import StreamState

# Flow, estimator and edges of a size.
_MODULES = 3
# Between two estimates the last one goes with the flow.
_ESTIMATE_EVERY = 2


class ColorAlone:
    """The networks that only streams without geometry need, compiled for each size."""

    def __init__(self, model: MirageLSDv1, backend: Backend) -> None:
        self._model, self._backend = model, backend
        self._edge_upsampling = EdgeUpsampling()
        self._modules: LruCache[CompiledModule] = LruCache(SIZES_KEPT * _MODULES)

    def prepare(self, base: tuple[int, int]) -> None:
        """Compiles for a base size (h, w), and runs nothing: the worker may be running the same modules for another stream."""
        picture = torch.zeros(1, 3, *base)
        cells = (side // ESTIMATE_STRIDE for side in base)
        self._compiled(self._model.flow, picture, picture)
        self._compiled(self._model.estimator, picture)
        self._compiled(self._edge_upsampling, torch.zeros(1, len(UPSAMPLED), *cells), picture)

    def _compiled(self, module: nn.Module, *inputs: Tensor) -> CompiledModule:
        key = (type(module).__name__, inputs[0].shape)
        # Depth needs more digits than bfloat16 has.
        exact = module is self._edge_upsampling
        return self._modules.get(key, lambda: self._backend.compile(module, inputs, exact=exact))

    def _run(self, module: nn.Module, *inputs: Tensor) -> Tensor:
        return self._compiled(module, *inputs)(*inputs)[0]

    def flow(self, now: Tensor, before: Tensor) -> Tensor:
        """See `motion.Flow`."""
        return self._run(self._model.flow, now, before).float().cpu()

    def estimated(
        self, anchored: AnchoredFrame, past: WarpedHistory, state: StreamState, layers: Layers, exposure: float,
        output: tuple[int, int],
    ) -> AnchoredFrame:  # fmt: skip
        """The frame with the geometry that its picture lets expect; remembers the view for the next one."""
        estimate = None
        if state.view is None or past.step is None or state.frames % _ESTIMATE_EVERY == 0:
            estimate = self._run(self._model.estimator, anchored.color).float().cpu()
        state.view = next_view(estimate, state.view, past.step, anchored.base)
        cells = state.view.estimate[:, UPSAMPLED].contiguous()
        upsampled = self._run(self._edge_upsampling, cells, anchored.color).float().cpu()
        gray = seen_by_network(layers, exposure)
        inputs = inputs_of(anchored.inputs, state.view, upsampled, gray, output)
        assert inputs.depth is not None
        depth = torch.from_numpy(resample_depth(inputs.depth, *anchored.base))[None, None]
        return AnchoredFrame(inputs, anchored.base, depth, anchored.motion)
