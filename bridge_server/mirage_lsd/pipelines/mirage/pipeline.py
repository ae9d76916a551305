"""The pipeline of `mirage-lsd-v1`: anchor -> motion -> denoise -> shade."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from ...accel.base import CompiledModule
from ...accel.select import resolve_device, select_backend
from ...controls import Controls, ControlSpec, Reading
from ...frame import InputFrame, OutputFrame
from ...models.guide import GUIDE_CHANNELS
from ...models.mirage_lsd_v1 import CONTEXT_STRIDE, Memory, base_size, empty_memory
from ...models.seed import seed_offset
from ...models.weights_file import load_weights
from ..base import StreamSpec
from ..caches import SIZES_KEPT, ControlMemo, LruCache
from .anchor import AnchoredFrame, EstimatedGuide, anchor
from .denoise import DenoisingTrunk
from .frame_inputs import frame_inputs
from .guided_context import GuidedContext
from .look import Look, control_specs
from .motion import Flow, WarpedHistory, temporal_accumulate, warp_history
from .shade import Shading, select_shading
from .state import StreamState
from .vocabulary import read_words

# Where the sun stands when neither the frame nor the controls say it.
_DEFAULT_SUN = {
    "day": (0.45, 0.75, 0.48),
    "overcast": (0.3, 0.85, 0.43),
    "sunset": (0.7, 0.2, -0.69),
    "night": (-0.5, 0.65, 0.57),
    "neon": (0.3, 0.6, -0.74),
    "fog": (0.4, 0.7, 0.59),
}
LARGEST_SIDE = 4096
WarpHistory = Callable[[AnchoredFrame, StreamState, Shading, Flow], WarpedHistory]
# Flow, estimator and edges of a size.
_MODULES_WITHOUT_GEOMETRY = 3


class _CompiledTrunk(NamedTuple):
    """A trunk's compiled form, and its modulation."""

    run: CompiledModule
    modulation: ControlMemo[Tensor]


class MiragePipeline:
    """`mirage-lsd-v1` behind the `Pipeline` interface. One call at a time."""

    planes: tuple[str, ...] = ("color", "depth", "motion", "normal", "ids")
    accepts = frozenset({"cpu"})

    def __init__(self, weights: Path, device: str = "auto") -> None:
        self.name = weights.stem
        self.device = resolve_device(device)
        self.backend = select_backend(self.device)
        if self.backend.name == "openvino":
            # What is left to PyTorch are small operations; a second pool of threads would only get in OpenVINO's way.
            torch.set_num_threads(1)
        self.model = load_weights(weights).to(self.device)
        self.scenes = self.model.config.scenes
        self.lightings = self.model.config.lightings
        self.controls: tuple[ControlSpec, ...] = control_specs(self.scenes, self.lightings)
        self.shading: Shading = select_shading(self.model, self.backend, self.device)
        # Replaceable, so that an evaluation can measure what the past is worth.
        self.warp_history: WarpHistory = warp_history
        self._trunks: LruCache[_CompiledTrunk] = LruCache(SIZES_KEPT)
        self._estimated_guide, self._guided_context = EstimatedGuide(self.model.estimator), GuidedContext()
        self._without_geometry: LruCache[CompiledModule] = LruCache(SIZES_KEPT * _MODULES_WITHOUT_GEOMETRY)

    def read_controls(self, values: Mapping[str, Any], targets: Mapping[str, Any]) -> Reading:
        """Reads the words of `prompt` and `appearance`; see `Pipeline.read_controls`."""
        return read_words(values, targets, self.scenes, self.lightings)

    def create_state(self, spec: StreamSpec) -> StreamState:
        """A fresh state; compiles for the stream's size, if that was not done yet (a few seconds).

        Raises:
            ValueError: the picture is too large.
        """
        largest = max(spec.width, spec.height, spec.output_width, spec.output_height)
        if largest > LARGEST_SIDE:
            raise ValueError(f"A side of {largest} pixels is too large; the model renders up to {LARGEST_SIDE}.")
        base = base_size(spec.output_height, spec.output_width)
        self._trunk(base, spec.steps)
        if "depth" not in spec.planes:
            # Compiled here and not run: the worker may be running the same modules for another stream.
            picture = torch.zeros(1, 3, *base)
            cells = (side // CONTEXT_STRIDE for side in base)
            self._compiled(self.model.flow, picture, picture)
            self._compiled(self._estimated_guide, picture)
            self._compiled(self._guided_context, torch.zeros(1, self.model.config.context, *cells), picture)
        else:
            self.shading.prepare(base, (spec.output_height, spec.output_width))
        noise = torch.randn(1, 3, *base, generator=torch.Generator().manual_seed(spec.seed))
        return StreamState(spec, noise, empty_memory(self.model.config, 1, *base))

    def _trunk(self, base: tuple[int, int], steps: int) -> _CompiledTrunk:
        def make() -> _CompiledTrunk:
            h, w = base
            frame, picture = torch.zeros(1, h, w, GUIDE_CHANNELS), torch.zeros(1, 3, h, w)
            controls, memory = torch.zeros(1, self.model.config.controls), empty_memory(self.model.config, 1, h, w)
            trunk = DenoisingTrunk(self.model, steps)
            inputs = (frame, trunk.modulation(controls), *memory, picture)
            return _CompiledTrunk(self.backend.compile(trunk, inputs), ControlMemo(trunk.modulation))

        return self._trunks.get((base, steps), make)

    def _run(self, module: nn.Module, *inputs: Tensor) -> Tensor:
        """One of the modules for streams without geometry, compiled for a size when it is first called: other streams never need them."""
        return self._compiled(module, *inputs)(*inputs)[0]

    def _compiled(self, module: nn.Module, *inputs: Tensor) -> CompiledModule:
        key = (type(module).__name__, inputs[0].shape)
        return self._without_geometry.get(key, lambda: self.backend.compile(module, inputs))

    def _flow(self, now: Tensor, before: Tensor) -> Tensor:
        return self._run(self.model.flow, now, before).float().cpu()

    def _estimate(self, picture: Tensor) -> Tensor:
        return self._run(self._estimated_guide, picture)

    def _with_edges(self, context: Tensor, picture: Tensor) -> Tensor:
        """The context of a frame without geometry, with the edges of its picture."""
        return self._run(self._guided_context, context.contiguous(), picture.contiguous()).float().cpu()

    def _control_vector(self, look: Look) -> Tensor:
        weights = [look.scene.get(name, 0.0) for name in self.scenes]
        weights += [look.lighting.get(name, 0.0) for name in self.lightings]
        return torch.tensor([weights])

    def _sun(self, frame: InputFrame, look: Look) -> tuple[float, float, float]:
        direction = frame.sun.direction if frame.sun is not None else look.sun_direction
        if direction is None:
            parts = [np.array(_DEFAULT_SUN.get(k, (0.4, 0.8, 0.45))) * v for k, v in look.lighting.items()]
            direction = tuple(np.sum(parts, axis=0))
        vector = np.asarray(direction, np.float64)
        length = float(np.linalg.norm(vector))
        if not np.isfinite(length) or length < 1e-6:
            raise ValueError("The sun's direction has no length; send a unit vector towards the sun.")
        return (float(vector[0] / length), float(vector[1] / length), float(vector[2] / length))

    def process(self, frame: InputFrame, state: Any, controls: Controls) -> OutputFrame:
        """Renders one frame; see `Pipeline.process`."""
        assert isinstance(state, StreamState)
        output = (state.spec.output_height, state.spec.output_width)
        base = base_size(*output)
        clock = time.perf_counter
        marks = [clock()]
        look = Look.of(controls)
        inputs = frame_inputs(frame, look, self._sun(frame, look), seed_offset(look.seed).numpy())
        # The controls changed, so the history is invalid. From here on nothing can fail.
        if frame.reset or (state.look is not None and state.look != look):
            state.reset()
        anchored = anchor(frame, inputs, base, self.shading, self._estimate)
        marks.append(clock())
        past = self.warp_history(anchored, state, self.shading, self._flow)
        marks.append(clock())
        vector = self._control_vector(look)
        noise = state.screen_noise if anchored.noise is None else anchored.noise
        trunk = self._trunk(base, state.spec.steps)
        found, features, tokens = trunk.run(anchored.guide, trunk.modulation(vector), *past.memory, noise)
        context = temporal_accumulate(found.float().cpu().permute(0, 3, 1, 2), past)
        marks.append(clock())
        shaded = context if inputs.depth is not None else self._with_edges(context, anchored.color)
        picture = self.shading.shade(inputs, shaded.permute(0, 2, 3, 1), vector, output)
        marks.append(clock())
        _remember(state, anchored, frame, look, past.memory, features.cpu(), tokens.cpu(), context)
        stages = ("anchor", "motion", "denoise", "shade")
        timings = {name: round((b - a) * 1e6) for name, a, b in zip(stages, marks[:-1], marks[1:], strict=True)}
        return OutputFrame(picture, timings)


def _remember(
    state: StreamState, anchored: AnchoredFrame, frame: InputFrame, look: Look, memory: Memory,
    features: Tensor, tokens: Tensor, context: Tensor,
) -> None:  # fmt: skip
    """Copies what the next frame needs out of arrays that will be overwritten."""
    sink = tokens if state.frames == 0 else memory.tokens[:, tokens.shape[1] :]
    past = torch.cat([features[:, None].float(), memory.past[:, :-1]], 1)
    state.memory = Memory(past, torch.cat([tokens.float(), sink], 1))
    state.context = context.clone()
    state.depth = anchored.depth.clone() if anchored.inputs.depth is not None else None
    # Only the flow network looks at it, and reading it out of the guide takes as long as everything else here.
    state.color = anchored.color.clone() if anchored.inputs.depth is None else None
    state.camera, state.look = frame.camera, look
    state.frames += 1
