"""The pipeline of `mirage-lsd-v1`: anchor -> motion -> denoise -> upscale."""

from __future__ import annotations

import time
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..accel.base import CompiledModule
from ..accel.select import resolve_device, select_backend
from ..models.guide import GUIDE_CHANNELS
from ..models.mirage_lsd_v1 import base_size
from ..models.seed import seed_offset
from ..models.weights_file import load_weights
from .anchor import Anchor
from .base import StreamSpec
from .denoise import denoise
from .frame import Controls, InputFrame, OutputFrame
from .motion import warp_history
from .stream_state import StreamState
from .upscale import Shade

# Where the sun stands when neither the frame nor the controls say it.
_DEFAULT_SUN = {
    "day": (0.45, 0.75, 0.48),
    "night": (-0.5, 0.65, 0.57),
    "neon": (0.3, 0.6, -0.74),
    "sunset": (0.7, 0.2, -0.69),
}
# Compiled sizes kept at once; a further one displaces the one that was not used for longest.
_SIZES_KEPT = 8


class _Compiled:
    """Everything compiled for one output size."""

    def __init__(self, pipeline: MiragePipeline, output: tuple[int, int]) -> None:
        backend, model = pipeline.backend, pipeline.model
        h, w = base_size(*output)
        self.base = (h, w)
        self.anchor = Anchor(backend, (h, w), output)
        guide = torch.zeros(1, GUIDE_CHANNELS, h, w)
        controls = torch.zeros(1, len(model.config.scenes) + len(model.config.lightings))
        trunk_inputs = (torch.zeros(1, 3, h, w), guide, torch.zeros(1, 4, h, w), torch.ones(1), controls)
        with torch.no_grad():
            x0, features, stem = model.trunk(*(x.to(pipeline.device) for x in trunk_inputs))
        self.trunk: CompiledModule = backend.compile(model.trunk, trunk_inputs)
        head_inputs = (torch.zeros(1, GUIDE_CHANNELS, *output), features.cpu(), stem.cpu(), x0.cpu(), controls)
        self.shade: CompiledModule = backend.compile(Shade(model.head), head_inputs)


class MiragePipeline:
    """`mirage-lsd-v1` behind the `Pipeline` interface. One call at a time."""

    planes: tuple[str, ...] = ("color", "depth", "motion", "normal")

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
        self._sizes: OrderedDict[tuple[int, int], _Compiled] = OrderedDict()

    def create_state(self, spec: StreamSpec) -> StreamState:
        """A fresh state; compiles for the stream's size, if that was not done yet (a few seconds)."""
        compiled = self._for_size(spec)
        if "depth" in spec.planes:
            compiled.anchor.prepare("normal" in spec.planes)
        noise = torch.randn(1, 3, *compiled.base, generator=torch.Generator().manual_seed(spec.seed))
        return StreamState(spec, noise)

    def _for_size(self, spec: StreamSpec) -> _Compiled:
        size = (spec.output_height, spec.output_width)
        if size not in self._sizes:
            self._sizes[size] = _Compiled(self, size)
            while len(self._sizes) > _SIZES_KEPT:
                self._sizes.popitem(last=False)
        self._sizes.move_to_end(size)
        return self._sizes[size]

    def _control_vector(self, controls: Controls) -> Tensor:
        weights = [controls.scene.get(name, 0.0) for name in self.scenes]
        weights += [controls.lighting.get(name, 0.0) for name in self.lightings]
        return torch.tensor([weights])

    def _sun(self, frame: InputFrame, controls: Controls) -> tuple[float, float, float]:
        direction = frame.sun.direction if frame.sun is not None else controls.sun_direction
        if direction is None:
            parts = [np.array(_DEFAULT_SUN.get(k, (0.4, 0.8, 0.45))) * v for k, v in controls.lighting.items()]
            direction = tuple(np.sum(parts, axis=0))
        vector = np.asarray(direction, np.float64)
        length = float(np.linalg.norm(vector))
        if not np.isfinite(length) or length < 1e-6:
            raise ValueError("The sun's direction has no length; send a unit vector towards the sun.")
        return (float(vector[0] / length), float(vector[1] / length), float(vector[2] / length))

    def process(self, frame: InputFrame, state: Any, controls: Controls) -> OutputFrame:
        """Renders one frame; see `Pipeline.process`."""
        assert isinstance(state, StreamState)
        compiled = self._for_size(state.spec)
        clock = time.perf_counter
        marks = [clock()]
        if frame.reset:
            state.reset()
        anchored = compiled.anchor.run(frame, self._sun(frame, controls), seed_offset(controls.seed))
        marks.append(clock())
        same = state.controls is not None and (controls.scene, controls.lighting, controls.seed) == (
            state.controls.scene, state.controls.lighting, state.controls.seed,
        )  # fmt: skip
        history = warp_history(anchored, state, same)
        marks.append(clock())
        vector = self._control_vector(controls)
        noise = state.screen_noise if anchored.noise is None else anchored.noise
        x0, features, stem = denoise(compiled.trunk, anchored.guide, history, noise, vector, state.spec.steps)
        marks.append(clock())
        (pixels,) = compiled.shade(anchored.full_guide, features, stem, x0, vector)
        picture = pixels[0].cpu().numpy()
        marks.append(clock())
        state.picture = x0.detach().to("cpu", copy=True).clamp(-1, 1)
        state.depth = anchored.depth if anchored.lens is not None else None
        state.color, state.camera, state.controls = anchored.color, frame.camera, controls
        state.frames += 1
        stages = ("anchor", "motion", "denoise", "upscale")
        timings = {name: round((b - a) * 1e6) for name, a, b in zip(stages, marks[:-1], marks[1:], strict=True)}
        return OutputFrame(picture.copy(), timings)
