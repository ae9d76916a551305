"""The pipeline of `mirage-lsd-v1`: anchor -> motion -> denoise -> shade -> detail.

A frame without depth and camera gets an estimate of both after its motion is known; from there on it is an engine's frame.

On a CPU the denoising may run beside the rest, on a thread of its own: each frame is then shaded with the newest context there is, brought to where
the frame sees it. A context one frame old can't be told from a fresh one (57 dB between the pictures).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from ...accel.base import CompiledModule
from ...accel.cores import usable_cores
from ...accel.select import resolve_device, select_backend
from ...controls import Controls, ControlSpec, Reading
from ...frame import InputFrame, OutputFrame
from ...models.estimator import ESTIMATE_STRIDE
from ...models.guide import GUIDE_CHANNELS
from ...models.mirage_lsd_v1 import Memory, base_size, empty_memory
from ...models.seed import seed_offset
from ...models.weights_file import load_weights
from ...protocol.shading import ShadingShape
from ..base import StreamSpec
from ..caches import SIZES_KEPT, ControlMemo, LruCache
from ..context import ContextFrame, ShadingWeights
from ..resample import resample
from .anchor import AnchoredFrame, anchor
from .context_job import ContextJob, FreshContext
from .denoise import DenoisingTrunk
from .edge_upsampling import EdgeUpsampling
from .estimated_geometry import UPSAMPLED, inputs_of, next_view
from .frame_inputs import frame_inputs
from .head_weights import head_weights, shape_of
from .look import DETAIL, MOST_STEPS, Look, control_specs
from .motion import Flow, WarpedHistory, temporal_accumulate, warp_history
from .picture_layers import Layers, seen_by_network, split, textured, with_detail
from .sampled_depth import resample_depth
from .shade import Shading, select_shading
from .state import StreamState
from .trail import extended
from .trunk_thread import TrunkThread
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
# Where less of the picture than this was visible when the newest context was made, a frame waits for its own.
_FRESH_BELOW = 0.6
# Beside the shading, a new context for every third frame: on a walk with two cores 1.3 times the frames, 59 dB from a context for each.
CONTEXT_EVERY_BESIDE = 3
# What is worth asking `set_limits` for beside the shading, from the best to the cheapest.
_CONTEXT_INTERVALS_BESIDE = (CONTEXT_EVERY_BESIDE, 6, 12)
# Between two estimates the last one goes with the flow.
_ESTIMATE_EVERY = 2


class _CompiledTrunk(NamedTuple):
    """A trunk's compiled form, and its modulation."""

    run: CompiledModule
    modulation: ControlMemo[Tensor]


class MiragePipeline:
    """`mirage-lsd-v1` behind the `Pipeline` interface.

    `process` is called by one thread at a time; `create_state` and `set_limits` may be called by another one meanwhile, as they compile.

    Args:
        weights: a .safetensors file.
        device: auto, cpu, cuda, cuda:N.
        shade_beside_trunk: on a CPU with at least two cores, shade each frame with the newest context while the next one is made. Then
            what a frame looks like depends on how fast the machine is. Without it, and for streams whose spec says `exact`, each frame
            waits for its own context: the same frames give the same pictures.
        accel, half: how networks run, see `select_backend`.

    Raises:
        ValueError: no such device, or the weights can't be used.
    """

    planes: tuple[str, ...] = ("color", "depth", "motion", "normal", "ids")
    accepts = frozenset({"cpu"})

    def __init__(
        self,
        weights: Path,
        device: str = "auto",
        *,
        shade_beside_trunk: bool = False,
        accel: str = "auto",
        half: bool = True,
    ) -> None:
        self.name = weights.stem
        self.device = resolve_device(device)
        self._cores = usable_cores()
        # What a frame looks like then hangs on nothing but frames: nothing may be made beside them.
        self._exact = not shade_beside_trunk
        self.shades_beside_trunk = shade_beside_trunk and self.device.type == "cpu" and self._cores > 1
        # In step a frame that waits for its context is late all the same: fewer of them hold no rate.
        self.context_intervals: tuple[int, ...] = _CONTEXT_INTERVALS_BESIDE if self.shades_beside_trunk else (1,)
        # The trunk's small tensors gain less from threads than the loop over pixels does.
        self._trunk_threads = self._cores // 2 if self.shades_beside_trunk else self._cores
        self.backend = select_backend(self.device, self._trunk_threads, accel, half=half)
        # Nothing is shaded beside the trunk of a stream of contexts.
        self._context_backend = (
            select_backend(self.device, self._cores, accel, half=half) if self.shades_beside_trunk else self.backend
        )
        if self.backend.name == "openvino":
            # What is left to PyTorch are small operations; a second pool of threads would only get in OpenVINO's way.
            torch.set_num_threads(1)
        self.model = load_weights(weights).to(self.device)
        self.context_shape: ShadingShape | None = shape_of(self.model)
        self.scenes = self.model.config.scenes
        self.lightings = self.model.config.lightings
        self.controls: tuple[ControlSpec, ...] = control_specs(self.scenes, self.lightings)
        self.shading: Shading = select_shading(self.model, self.backend, self.device)
        self._trunk_thread = TrunkThread()
        self._compiler = ThreadPoolExecutor(1, "trunk compiler")
        self.shading.use_threads(_free_cores(self._cores, self._trunk_threads, self._trunk_thread))
        # Replaceable, so that an evaluation can measure what the past is worth.
        self.warp_history: WarpHistory = warp_history
        self._trunks: LruCache[_CompiledTrunk] = LruCache(SIZES_KEPT)
        self._edge_upsampling = EdgeUpsampling()
        self._without_geometry: LruCache[CompiledModule] = LruCache(SIZES_KEPT * _MODULES_WITHOUT_GEOMETRY)

    def read_controls(self, values: Mapping[str, Any], targets: Mapping[str, Any]) -> Reading:
        """Reads the words of `prompt` and `appearance`; see `Pipeline.read_controls`."""
        return read_words(values, targets, self.scenes, self.lightings)

    def create_state(self, spec: StreamSpec) -> StreamState:
        """A fresh state; compiles for the stream's size, if that was not done yet (a few seconds). Runs nothing.

        Raises:
            ValueError: the picture is too large.
        """
        largest = max(spec.width, spec.height, spec.output_width, spec.output_height)
        if largest > LARGEST_SIDE:
            raise ValueError(f"A side of {largest} pixels is too large; the model renders up to {LARGEST_SIDE}.")
        base = base_size(spec.output_height, spec.output_width)
        self._trunk(base, spec.steps, spec.contexts)
        if "depth" not in spec.planes:
            # Compiled here and not run: the worker may be running the same modules for another stream.
            picture = torch.zeros(1, 3, *base)
            cells = (side // ESTIMATE_STRIDE for side in base)
            self._compiled(self.model.flow, picture, picture)
            self._compiled(self.model.estimator, picture)
            self._compiled(self._edge_upsampling, torch.zeros(1, len(UPSAMPLED), *cells), picture)
        self.shading.prepare(base, (spec.output_height, spec.output_width))
        noise = torch.randn(1, 3, *base, generator=torch.Generator().manual_seed(spec.seed))
        every = CONTEXT_EVERY_BESIDE if self._beside(spec) else 1
        return StreamState(
            spec, noise, empty_memory(self.model.config, 1, *base), spec.steps, every, steps_now=spec.steps
        )

    def set_limits(self, state: Any, *, max_steps: int | None = None, context_every: int | None = None) -> None:
        """Makes a stream cheaper or better, from its next frame on. What is None stays as it is.

        Compiles where the number of steps is new for the size (seconds): not to be called by the thread that processes frames.

        Args:
            max_steps: sampling steps, 1 to 8; never more than the stream was opened with.
            context_every: of a stream of pictures, a new context at most every so many frames, from 1 (each frame, as far as the trunk keeps up). A stream begins
                with 1, or with CONTEXT_EVERY_BESIDE where it is shaded beside the trunk.

        Raises:
            ValueError: out of range.
        """
        assert isinstance(state, StreamState)
        if max_steps is not None:
            if not 1 <= max_steps <= MOST_STEPS:
                raise ValueError(f"max_steps is {max_steps}; use 1 to {MOST_STEPS}.")
            steps = min(max_steps, state.spec.steps)
            self._trunk(base_size(state.spec.output_height, state.spec.output_width), steps, state.spec.contexts)
            state.steps = steps
        if context_every is not None:
            if context_every < 1:
                raise ValueError(f"context_every is {context_every}; use 1 (each frame) or more.")
            state.context_every = context_every

    def _beside(self, spec: StreamSpec) -> bool:
        """Whether a stream's contexts are made on the trunk's thread. Else its frames wait for them."""
        return self.shades_beside_trunk and not spec.exact

    def close(self) -> None:
        """Ends the trunk's thread. Nothing can be processed any more."""
        self._trunk_thread.close()
        self._compiler.shutdown(wait=False, cancel_futures=True)

    def _trunk(self, base: tuple[int, int], steps: int, contexts: bool = False) -> _CompiledTrunk:
        def make() -> _CompiledTrunk:
            h, w = base
            frame, picture = torch.zeros(1, h, w, GUIDE_CHANNELS), torch.zeros(1, 3, h, w)
            controls, memory = torch.zeros(1, self.model.config.controls), empty_memory(self.model.config, 1, h, w)
            trunk = DenoisingTrunk(self.model, steps)
            inputs = (frame, trunk.modulation(controls), *memory, picture)
            return _CompiledTrunk(backend.compile(trunk, inputs), ControlMemo(trunk.modulation))

        backend = self._context_backend if contexts else self.backend
        return self._trunks.get(self._trunk_key(base, steps, contexts), make)

    def _trunk_key(self, base: tuple[int, int], steps: int, contexts: bool) -> tuple[tuple[int, int], int, bool]:
        """Equal for trunks that are one and the same."""
        return base, steps, contexts and self._context_backend is not self.backend

    def _compiled(self, module: nn.Module, *inputs: Tensor) -> CompiledModule:
        """One of the modules for streams without geometry, compiled for the inputs' size: other streams never need them."""
        key = (type(module).__name__, inputs[0].shape)
        # Depth needs more digits than bfloat16 has.
        exact = module is self._edge_upsampling
        return self._without_geometry.get(key, lambda: self.backend.compile(module, inputs, exact=exact))

    def _run(self, module: nn.Module, *inputs: Tensor) -> Tensor:
        return self._compiled(module, *inputs)(*inputs)[0]

    def _flow(self, now: Tensor, before: Tensor) -> Tensor:
        return self._run(self.model.flow, now, before).float().cpu()

    def _estimated(
        self, anchored: AnchoredFrame, past: WarpedHistory, state: StreamState, layers: Layers, exposure: float,
        output: tuple[int, int],
    ) -> AnchoredFrame:  # fmt: skip
        """The frame with the geometry that its picture lets expect; remembers the view for the next one."""
        estimate = None
        if state.view is None or past.step is None or state.frames % _ESTIMATE_EVERY == 0:
            estimate = self._run(self.model.estimator, anchored.color).float().cpu()
        state.view = next_view(estimate, state.view, past.step, anchored.base)
        cells = state.view.estimate[:, UPSAMPLED].contiguous()
        upsampled = self._run(self._edge_upsampling, cells, anchored.color).float().cpu()
        gray = seen_by_network(layers, exposure)
        inputs = inputs_of(anchored.inputs, state.view, upsampled, gray, output)
        assert inputs.depth is not None
        depth = torch.from_numpy(resample_depth(inputs.depth, *anchored.base))[None, None]
        return AnchoredFrame(inputs, anchored.base, depth, anchored.motion)

    def _control_vector(self, look: Look) -> Tensor:
        weights = [look.scene.get(name, 0.0) for name in self.scenes]
        weights += [look.lighting.get(name, 0.0) for name in self.lightings]
        return torch.tensor([weights])

    def _sun(self, frame: InputFrame, look: Look) -> tuple[float, float, float]:
        return self._sun_of(look) if frame.sun is None else _unit(frame.sun.direction)

    def _sun_of(self, look: Look) -> tuple[float, float, float]:
        """Of frames that have none."""
        direction = look.sun_direction
        if direction is None:
            parts = [np.array(_DEFAULT_SUN.get(k, (0.4, 0.8, 0.45))) * v for k, v in look.lighting.items()]
            direction = tuple(np.sum(parts, axis=0))
        return _unit(direction)

    def process(self, frame: InputFrame, state: Any, controls: Controls) -> OutputFrame:
        """Renders one frame; see `Pipeline.process`.

        Raises:
            RuntimeError: the trunk failed, on this frame or, where it runs beside the shading, on an earlier one.
        """
        assert isinstance(state, StreamState)
        output = (state.spec.output_height, state.spec.output_width)
        clock = _StageClock()
        look = Look.of(controls)
        anchored, past = self._aligned(frame, state, look, clock)
        seen, finish = self._seen(anchored, past, state, controls.number(DETAIL, 1.0), output)
        clock.mark("anchor")
        vector = self._control_vector(look)
        steps = self._steps(state, anchored.base, controls)
        stale = past.context is None or past.visible is None or float(past.visible.mean()) < _fresh_below(state)
        due = state.pending is None and state.frames_since_job + 1 >= state.context_every
        fresh, job = None, None
        if stale or (due and not self._beside(state.spec)):
            run = self._context_run(seen, past, state, vector, steps, 0)
            clock.mark("anchor")
            fresh = run()
        elif due:
            slot = self._trunk_thread.acquire_slot()
            try:
                run = self._context_run(seen, past, state, vector, steps, slot)
                clock.mark("anchor")
                job = self._trunk_thread.start(slot, run)
            except BaseException:
                self._trunk_thread.release_slot(slot)
                raise
        clock.mark("denoise")
        context = past.context if fresh is None else fresh.context
        assert context is not None
        picture = self.shading.shade(seen.inputs, context.permute(0, 2, 3, 1), vector, output)
        clock.mark("shade")
        picture = finish(picture)
        clock.mark("detail")
        _remember(state, anchored, frame, look, past, fresh, job)
        return OutputFrame(picture, clock.stages_us())

    def process_context(self, frame: InputFrame, state: Any, controls: Controls) -> ContextFrame:
        """Runs the trunk alone, on the calling thread; see `ContextPipeline.process_context`. Each frame gets a context of its own: the client says
        by the frames it sends how many it wants, and `context_every` means nothing here.

        Raises:
            RuntimeError: the trunk failed.
        """
        assert isinstance(state, StreamState)
        if frame.depth is None or frame.camera is None:
            raise ValueError("A context needs depth and a camera with every frame; send both, or open for pictures.")
        clock = _StageClock()
        look = Look.of(controls)
        anchored, past = self._aligned(frame, state, look, clock)
        steps = self._steps(state, anchored.base, controls)
        run = self._context_run(anchored, past, state, self._control_vector(look), steps, 0)
        clock.mark("anchor")
        fresh = run()
        cells = fresh.context[0].permute(1, 2, 0).to(torch.float16).contiguous().numpy()
        clock.mark("denoise")
        _remember(state, anchored, frame, look, past, fresh, None)
        weights = self.shading_weights(state, controls)
        clock.mark("weights")
        return ContextFrame(cells, weights, clock.stages_us())

    def shading_weights(self, state: Any, controls: Controls) -> ShadingWeights:
        """See `ContextPipeline.shading_weights`. The same object until the look changes."""
        assert isinstance(state, StreamState)
        look = Look.of(controls)
        if state.weights is None or state.weights[0] != look:
            weights = head_weights(self.model, look, self._control_vector(look), self._sun_of(look))
            state.weights = (look, weights)
        return state.weights[1]

    def _aligned(
        self, frame: InputFrame, state: StreamState, look: Look, clock: _StageClock
    ) -> tuple[AnchoredFrame, WarpedHistory]:
        """The stages `anchor` and `motion`: the frame at the base size, and what is remembered where it sees it."""
        inputs = frame_inputs(frame, look, self._sun(frame, look), seed_offset(look.seed).numpy())
        # The controls changed, or the camera cut: the history is invalid. From here on the frame is valid.
        if frame.reset or (state.look is not None and state.look != look):
            state.reset()
        _adopt_finished(state)
        anchored = anchor(frame, inputs, base_size(state.spec.output_height, state.spec.output_width))
        clock.mark("anchor")
        past = self.warp_history(anchored, state, self.shading, self._flow)
        clock.mark("motion")
        return anchored, past

    def _steps(self, state: StreamState, base: tuple[int, int], controls: Controls) -> int:
        """Sampling steps of the next context. A trunk that is new for the size is compiled beside the frames, which go on as before; an
        exact stream, and an exact pipeline, waits for it."""
        wanted = min(max(round(controls.number("steps", MOST_STEPS)), 1), state.steps)
        waits = self._exact or state.spec.exact
        contexts = state.spec.contexts
        if wanted != state.steps_now and not waits and self._trunk_key(base, wanted, contexts) not in self._trunks:
            if state.next_trunk is None:
                state.next_trunk = self._compiler.submit(self._trunk, base, wanted, contexts)
            elif state.next_trunk.done():
                failed, state.next_trunk = state.next_trunk, None
                failed.result()
            return state.steps_now
        state.next_trunk, state.steps_now = None, wanted
        return wanted

    def _seen(
        self, anchored: AnchoredFrame, past: WarpedHistory, state: StreamState, detail: float, output: tuple[int, int]
    ) -> tuple[AnchoredFrame, Callable[[npt.NDArray[np.uint8]], npt.NDArray[np.uint8]]]:
        """The frame as the network sees it, and what is done to the painted picture: finished pictures are smoothed, and get their detail back."""
        inputs = anchored.inputs
        source = np.ascontiguousarray(resample(inputs.color, *output))
        if inputs.depth is None:
            layers = split(source)
            exposure = state.exposure_of(layers.median)
            found = self._estimated(anchored, past, state, layers, exposure, output)
            return found, lambda painted: with_detail(painted, source, layers, exposure, detail)
        state.view = None
        share = state.textured_of(textured(inputs.color))
        if share == 0.0:
            return anchored, lambda painted: painted
        layers = split(inputs.color)
        exposure = state.exposure_of(layers.median)
        gray = seen_by_network(layers, exposure).numpy()[..., None]
        color = inputs.color.copy()
        color[..., :3] = (gray * share + color[..., :3] * (1.0 - share) + 0.5).astype(np.uint8)
        seen = AnchoredFrame(replace(inputs, color=color), anchored.base, anchored.depth, anchored.motion)
        if inputs.color.shape[:2] != output:
            layers = split(source)
        return seen, lambda painted: with_detail(painted, source, layers, exposure, detail * share)

    def _context_run(
        self, frame: AnchoredFrame, past: WarpedHistory, state: StreamState, vector: Tensor, steps: int, slot: int
    ) -> Callable[[], FreshContext]:
        """What the trunk has to do for a frame; may be called on any thread, and reads nothing of the state."""
        guide, noise = self.shading.guide(frame.inputs, frame.base, slot)
        noise = state.screen_noise if noise is None else noise
        contexts, first = state.spec.contexts, state.contexts == 0

        def run() -> FreshContext:
            trunk = self._trunk(frame.base, steps, contexts)
            found, features, tokens = trunk.run(guide, trunk.modulation(vector), *past.memory, noise)
            # The trunk's outputs are overwritten by its next run.
            context = temporal_accumulate(found.float().cpu().permute(0, 3, 1, 2), past).clone()
            return FreshContext(context, _next_memory(past.memory, features.cpu(), tokens.cpu(), first))

        return run


def _unit(direction: tuple[float, ...]) -> tuple[float, float, float]:
    vector = np.asarray(direction, np.float64)
    length = float(np.linalg.norm(vector))
    if not np.isfinite(length) or length < 1e-6:
        raise ValueError("The sun's direction has no length; send a unit vector towards the sun.")
    return (float(vector[0] / length), float(vector[1] / length), float(vector[2] / length))


def _fresh_below(state: StreamState) -> float:
    """Where less than this part was visible a frame waits. Whoever asks for rarer contexts waits less often too: moving footage would have one a frame."""
    return _FRESH_BELOW * min(1.0, CONTEXT_EVERY_BESIDE / state.context_every)


def _free_cores(cores: int, trunk_threads: int, trunk: TrunkThread) -> Callable[[], int]:
    """The cores that the trunk's thread does not use at the moment. Holds no reference to the pipeline, which would keep it alive."""
    return lambda: cores - trunk_threads if trunk.busy else cores


@dataclass(slots=True)
class _StageClock:
    """Wall time of a frame's stages, in the order in which they were first marked."""

    _last: float
    _seconds: dict[str, float]

    def __init__(self) -> None:
        self._last, self._seconds = time.perf_counter(), {}

    def mark(self, stage: str) -> None:
        """The time since the last mark belongs to `stage`."""
        now = time.perf_counter()
        self._seconds[stage] = self._seconds.get(stage, 0.0) + now - self._last
        self._last = now

    def stages_us(self) -> dict[str, int]:
        return {stage: round(seconds * 1e6) for stage, seconds in self._seconds.items()}


def _next_memory(memory: Memory, features: Tensor, tokens: Tensor, first: bool) -> Memory:
    """The trunk's memory after a run; `first`: there was none before, so this frame's tokens are the sink."""
    sink = tokens if first else memory.tokens[:, tokens.shape[1] :]
    past = torch.cat([features[:, None].float(), memory.past[:, :-1]], 1)
    return Memory(past, torch.cat([tokens.float(), sink], 1))


def _adopt(state: StreamState, fresh: FreshContext, job: ContextJob | None = None) -> None:
    state.memory, state.context = fresh.memory, fresh.context
    state.trail = job.trail if job is not None else None
    state.contexts += 1


def _adopt_finished(state: StreamState) -> None:
    """Takes over the context that the trunk has finished since the last frame. Raises what the trunk raised; the next frame starts it anew."""
    job = state.pending
    if job is not None and job.result.done():
        state.pending = None
        _adopt(state, job.result.result(), job)


def _remember(
    state: StreamState, anchored: AnchoredFrame, frame: InputFrame, look: Look, past: WarpedHistory,
    fresh: FreshContext | None, job: ContextJob | None,
) -> None:  # fmt: skip
    """Keeps what the next frame needs; `fresh`: made for this frame, `job`: the trunk is working on this frame."""
    state.trail = past.trail
    if state.pending is not None and past.step is not None:
        state.pending.trail = extended(state.pending.trail, past.step)
    if fresh is not None:
        if state.pending is not None:
            state.pending.result.cancel()
        _adopt(state, fresh)
        state.pending = None
    if job is not None:
        state.pending = job
    state.frames_since_job = 0 if fresh is not None or job is not None else state.frames_since_job + 1
    state.depth = anchored.depth if anchored.inputs.depth is not None else None
    # Only the flow network looks at it.
    state.color = anchored.color if anchored.inputs.depth is None else None
    state.camera, state.look = frame.camera, look
    state.frames += 1
