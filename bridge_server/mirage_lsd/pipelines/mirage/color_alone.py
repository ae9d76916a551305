"""The networks for frames without depth and camera: how things moved, and what geometry a picture lets expect."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor, nn

from ...accel.base import Backend, CompiledModule
from ...models.estimator import ESTIMATE_STRIDE, estimated_guide
from ...models.mirage_lsd_v1 import CONTEXT_STRIDE, MirageLSDv1
from ..caches import SIZES_KEPT, LruCache
from .anchor import AnchoredFrame
from .edge_upsampling import EdgeUpsampling
from .estimated_geometry import UPSAMPLED, VirtualView, inputs_of, next_view
from .motion import WarpedHistory
from .picture_layers import Layers, seen_by_network
from .sampled_depth import resample_depth
from .state import StreamState

# Flow, estimator, edges of the estimate and of the context, of a size.
_MODULES = 4
# Between two estimates the last one goes with the flow.
_ESTIMATE_EVERY = 2
# How often an estimate is smoothed before it takes the picture's edges.
_SMOOTHED = 5


class ColorAlone:
    """The networks that only streams without geometry need, compiled for each size."""

    def __init__(self, model: MirageLSDv1, backend: Backend) -> None:
        self._model, self._backend = model, backend
        self._estimate_edges = EdgeUpsampling(ESTIMATE_STRIDE, _SMOOTHED)
        self._context_edges = EdgeUpsampling(CONTEXT_STRIDE)
        self._modules: LruCache[CompiledModule] = LruCache(SIZES_KEPT * _MODULES)

    def prepare(self, base: tuple[int, int]) -> None:
        """Compiles for a base size (h, w), and runs nothing: the worker may be running the same modules for another stream."""
        picture = torch.zeros(1, 3, *base)
        cells = [side // ESTIMATE_STRIDE for side in base]
        coarse = [side // CONTEXT_STRIDE for side in base]
        self._compiled(self._model.flow, picture, picture)
        self._compiled(self._model.estimator, picture)
        self._compiled(self._estimate_edges, torch.zeros(1, len(UPSAMPLED), *cells), picture)
        self._compiled(self._context_edges, torch.zeros(1, self._model.config.context, *coarse), picture)

    def _compiled(self, module: nn.Module, *inputs: Tensor) -> CompiledModule:
        key = (type(module).__name__, inputs[0].shape)
        # Depth needs more digits than bfloat16 has.
        exact = module is self._estimate_edges
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
        view = self._view(anchored, past, state)
        upsampled = view.upsampled
        if upsampled is None:
            cells = view.estimate[:, UPSAMPLED].contiguous()
            upsampled = self._run(self._estimate_edges, cells, anchored.color).float().cpu()
            # The module overwrites what it gave when it is called again.
            state.view = replace(view, upsampled=upsampled.clone())
        gray = seen_by_network(layers, exposure)
        inputs = inputs_of(anchored.inputs, view, upsampled, gray, output)
        assert inputs.depth is not None
        depth = torch.from_numpy(resample_depth(inputs.depth, *anchored.base))[None, None]
        return AnchoredFrame(inputs, anchored.base, depth, anchored.motion)

    def greybox_guide(self, anchored: AnchoredFrame, past: WarpedHistory, state: StreamState) -> Tensor:
        """(1, h, w, GUIDE_CHANNELS), what the trunk is told of a grey box; remembers the view for the next frame."""
        view = self._view(anchored, past, state)
        return estimated_guide(anchored.color, view.estimate).permute(0, 2, 3, 1).contiguous()

    def with_edges(self, context: Tensor, picture: Tensor) -> Tensor:
        """The context (1, C, h / 8, w / 8) at half the base size, with the edges of the picture (1, 3, h, w) in -1..1."""
        return self._run(self._context_edges, context.contiguous(), picture).float().cpu()

    def _view(self, anchored: AnchoredFrame, past: WarpedHistory, state: StreamState) -> VirtualView:
        estimate = None
        if state.view is None or past.step is None or state.frames % _ESTIMATE_EVERY == 0:
            estimate = self._run(self._model.estimator, anchored.color).float().cpu()
        state.view = next_view(estimate, state.view, past.step, anchored.base)
        return state.view
