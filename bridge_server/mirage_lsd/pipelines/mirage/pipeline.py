"""The pipeline of `mirage-lsd-v1`: anchor -> motion -> denoise -> shade -> detail.

A frame without depth and camera gets an estimate of both after its motion is known; from there on it is an engine's frame.

On a CPU the denoising may run beside the rest, on a thread of its own: each frame is then shaded with the newest context there is, brought to where
the frame sees it. A context one frame old can't be told from a fresh one (57 dB between the pictures).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ...accel.cores import usable_cores
from ...accel.select import select_backend, split_device
from ...controls import Controls, ControlSpec, Reading
from ...cuda.array import is_on_card
from ...cuda.driver import CudaError
from ...frame import InputFrame, OutputFrame
from ...models.mirage_lsd_v1 import Memory, base_size, empty_memory
from ...models.seed import seed_offset
from ...models.weights_file import load_weights
from ...protocol.shading import ShadingShape
from ..base import StreamSpec
from ..context import ContextFrame, ShadingWeights
from .anchor import AnchoredFrame, anchor
from .card_frames import CardFrames
from .color_alone import ColorAlone
from .context_job import FreshContext
from .frame_inputs import frame_inputs
from .head_weights import head_weights, shape_of
from .look import DETAIL, MOST_STEPS, TINT, Look, control_specs
from .motion import Flow, WarpedHistory, temporal_accumulate, warp_history
from .network_view import network_view
from .people.stage import PeopleStage, background_spec
from .remember import adopt_finished, next_memory, remember
from .select_shading import select_card_frames, select_shading
from .shade import Shading
from .stage_clock import StageClock
from .state import StreamState
from .sun import sun_of, sun_of_look
from .tint import light_gains
from .trunk_thread import TrunkThread
from .trunks import Trunks
from .vocabulary import read_words

LARGEST_SIDE = 4096
WarpHistory = Callable[[AnchoredFrame, StreamState, Shading, Flow], WarpedHistory]
# Where less of the picture than this was visible when the newest context was made, a frame waits for its own.
_FRESH_BELOW = 0.6
# Beside the shading, a new context for every third frame: on a walk with two cores 1.3 times the frames, 59 dB from a context for each.
CONTEXT_EVERY_BESIDE = 3
# What is worth asking `set_limits` for beside the shading, from the best to the cheapest.
_CONTEXT_INTERVALS_BESIDE = (CONTEXT_EVERY_BESIDE, 6, 12)


class MiragePipeline:
    """`mirage-lsd-v1` behind the `Pipeline` interface.

    `process` is called by one thread at a time; `create_state` and `set_limits` may be called by another one meanwhile, as they compile.

    Args:
        weights: a .safetensors file.
        device: auto, cpu, cuda, cuda:N, vulkan.
        shade_beside_trunk: on a CPU with at least two cores, shade each frame with the newest context while the next one is made. Then
            what a frame looks like depends on how fast the machine is. Without it, and for streams whose spec says `exact`, each frame
            waits for its own context: the same frames give the same pictures.
        shade_on: what shades, see `select_shading`.
        accel, half: how networks run, see `select_backend`.

    Raises:
        ValueError: no such device, or the weights or `shade_on` can't be used.
    """

    planes: tuple[str, ...] = ("color", "depth", "motion", "normal", "ids")
    # What color alone is seen to be of, is worked out in host memory.
    needs_on_card = frozenset({"depth"})

    def __init__(
        self,
        weights: Path,
        device: str = "auto",
        *,
        shade_beside_trunk: bool = False,
        accel: str = "auto",
        half: bool = True,
        shade_on: str = "cpu",
    ) -> None:
        self.name = weights.stem
        self.device, accel = split_device(device, accel)
        self._cores = usable_cores()
        # What a frame looks like then hangs on nothing but frames: nothing may be made beside them.
        self._exact = not shade_beside_trunk
        self.shades_beside_trunk = shade_beside_trunk and self.device.type == "cpu" and self._cores > 1
        # In step a frame that waits for its context is late all the same: fewer of them hold no rate.
        self.context_intervals: tuple[int, ...] = _CONTEXT_INTERVALS_BESIDE if self.shades_beside_trunk else (1,)
        # The trunk's small tensors gain less from threads than the loop over pixels does.
        self._trunk_threads = self._cores // 2 if self.shades_beside_trunk else self._cores
        self.backend = select_backend(self.device, self._trunk_threads, accel, half=half)
        # Nothing is shaded beside the trunk of a stream of contexts: it may have all cores.
        self._context_backend = (
            select_backend(self.device, self._cores, accel, half=half)
            if self.shades_beside_trunk and self.backend.name == "openvino"
            else self.backend
        )
        if self.device.type == "cpu" and self.backend.name != "eager":
            # What is left to PyTorch are small operations; a second pool of threads would only get in OpenVINO's way.
            torch.set_num_threads(1)
        self.model = load_weights(weights).to(self.device)
        self.context_shape: ShadingShape | None = shape_of(self.model)
        self.scenes = self.model.config.scenes
        self.lightings = self.model.config.lightings
        self.controls: tuple[ControlSpec, ...] = (*control_specs(self.scenes, self.lightings), background_spec())
        self.shading: Shading = select_shading(self.model, self.backend, self.device, shade_on)
        self.card = self.device.index or 0
        self._card = select_card_frames(self.model, self.shading, self.device, shade_on)
        self.accepts = frozenset({"cpu"} if self._card is None else {"cpu", "cuda"})
        self._trunk_thread = TrunkThread()
        self.shading.use_threads(_free_cores(self._cores, self._trunk_threads, self._trunk_thread))
        # Replaceable, so that an evaluation can measure what the past is worth.
        self.warp_history: WarpHistory = warp_history
        self._trunks = Trunks(self.model, self.backend, self._context_backend)
        self._color_alone = ColorAlone(self.model, self.backend)
        self._people = PeopleStage()

    def read_controls(self, values: Mapping[str, Any], targets: Mapping[str, Any]) -> Reading:
        """Reads the words of `prompt` and `appearance`; see `Pipeline.read_controls`."""
        return read_words(values, targets, self.scenes, self.lightings)

    def create_state(self, spec: StreamSpec) -> StreamState:
        """A fresh state; compiles for the stream's size, if that was not done yet (a few seconds). Runs nothing.

        Raises:
            ValueError: the picture is too large, or the card is full.
        """
        largest = max(spec.width, spec.height, spec.output_width, spec.output_height)
        if largest > LARGEST_SIDE:
            raise ValueError(f"A side of {largest} pixels is too large; the model renders up to {LARGEST_SIDE}.")
        base = base_size(spec.output_height, spec.output_width)
        self._trunks.get(base, spec.steps, spec.contexts)
        if "depth" not in spec.planes:
            self._color_alone.prepare(base)
        self.shading.prepare(base, (spec.output_height, spec.output_width))
        memory = empty_memory(self.model.config, 1, *base)
        noise = torch.randn(1, 3, *base, generator=torch.Generator().manual_seed(spec.seed))
        if spec.on_card and self._card is not None:
            try:
                self._card.prepare(base, (spec.output_height, spec.output_width))
            except CudaError as error:
                raise ValueError(
                    f"The card has no room for a stream of this size; close another one. {error}"
                ) from error
            # What is remembered of frames on a card stays where the network is.
            memory, noise = Memory(*(x.to(self.device) for x in memory)), noise.to(self.device)
        every = CONTEXT_EVERY_BESIDE if self._beside(spec) else 1
        return StreamState(spec, noise, memory, spec.steps, every, steps_now=spec.steps)

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
            self._trunks.get(base_size(state.spec.output_height, state.spec.output_width), steps, state.spec.contexts)
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
        self._trunks.close()

    def _control_vector(self, look: Look) -> Tensor:
        weights = [look.scene.get(name, 0.0) for name in self.scenes]
        weights += [look.lighting.get(name, 0.0) for name in self.lightings]
        return torch.tensor([weights])

    def _head_controls(self, look: Look, controls: Controls) -> Tensor:
        """What the head takes: the look, and the color of the light, which nothing that is remembered depends on."""
        return torch.cat([self._control_vector(look), torch.tensor([light_gains(controls.numbers(TINT))])], 1)

    def process(self, frame: InputFrame, state: Any, controls: Controls) -> OutputFrame:
        """Renders one frame; see `Pipeline.process`. Planes on a card make a picture there.

        Raises:
            RuntimeError: the trunk failed, on this frame or, where it runs beside the shading, on an earlier one.
        """
        assert isinstance(state, StreamState)
        if is_on_card(frame.color):
            # An engine's: whoever films a person sends frames through host memory.
            return self._paint(frame, state, controls)
        size = (state.spec.output_height, state.spec.output_width)
        return self._people.process(
            frame, state.people, controls, size, lambda shown, now: self._paint(shown, state, now)
        )

    def _paint(self, frame: InputFrame, state: StreamState, controls: Controls) -> OutputFrame:
        if self._card is None or not is_on_card(frame.color):
            return self._painted(frame, state, controls, self.shading)
        if self._card.can_stay(frame, state):
            return self._painted(frame, state, controls, self._card)
        # Frames without depth or camera: what they are expected to be of is worked out in host memory.
        state.depth = self._card.depth_on_host(state.depth)
        made = self._painted(self._card.on_host(frame), state, controls, self.shading)
        there: Any = self._card.uploaded(made.pixels)
        return replace(made, pixels=there)

    def _painted(self, frame: InputFrame, state: StreamState, controls: Controls, shading: Shading) -> OutputFrame:
        output = (state.spec.output_height, state.spec.output_width)
        clock = StageClock()
        look = Look.of(controls)
        anchored, past = self._aligned(frame, state, look, clock, shading)
        detail = controls.number(DETAIL, 1.0)
        if isinstance(shading, CardFrames):
            view = shading.network_view(anchored, state, detail, output)
        else:
            view = network_view(anchored, past, state, detail, output, self._color_alone)
        clock.mark("anchor")
        vector = self._control_vector(look)
        steps = self._trunks.steps(state, anchored.base, controls, waits=self._exact or state.spec.exact)
        stale = past.context is None or past.visible is None or float(past.visible.mean()) < _fresh_below(state)
        due = state.pending is None and state.frames_since_job + 1 >= state.context_every
        fresh, job = None, None
        if stale or (due and not self._beside(state.spec)):
            run = self._context_run(view.frame, past, state, vector, steps, 0, shading, view.guide)
            clock.mark("anchor")
            fresh = run()
        elif due:
            slot = self._trunk_thread.acquire_slot()
            try:
                run = self._context_run(view.frame, past, state, vector, steps, slot, shading, view.guide)
                clock.mark("anchor")
                job = self._trunk_thread.start(slot, run)
            except BaseException:
                self._trunk_thread.release_slot(slot)
                raise
        clock.mark("denoise")
        context = past.context if fresh is None else fresh.context
        assert context is not None
        told = context if view.context is None else view.context(context)
        picture = shading.shade(
            view.frame.inputs, told.permute(0, 2, 3, 1), self._head_controls(look, controls), output
        )
        clock.mark("shade")
        picture = view.finish(picture)
        clock.mark("detail")
        remember(state, anchored, frame, look, past, fresh, job)
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
        clock = StageClock()
        look = Look.of(controls)
        anchored, past = self._aligned(frame, state, look, clock, self.shading)
        steps = self._trunks.steps(state, anchored.base, controls, waits=self._exact or state.spec.exact)
        run = self._context_run(anchored, past, state, self._control_vector(look), steps, 0, self.shading)
        clock.mark("anchor")
        fresh = run()
        cells = fresh.context[0].permute(1, 2, 0).to(torch.float16).contiguous().numpy()
        clock.mark("denoise")
        remember(state, anchored, frame, look, past, fresh, None)
        weights = self.shading_weights(state, controls)
        clock.mark("weights")
        return ContextFrame(cells, weights, clock.stages_us())

    def shading_weights(self, state: Any, controls: Controls) -> ShadingWeights:
        """See `ContextPipeline.shading_weights`. The same object until the look or its tint changes."""
        assert isinstance(state, StreamState)
        look = Look.of(controls)
        tint = controls.numbers(TINT)
        if state.weights is None or state.weights[:2] != (look, tint):
            weights = head_weights(self.model, look, self._head_controls(look, controls), sun_of_look(look))
            state.weights = (look, tint, weights)
        return state.weights[2]

    def _aligned(
        self, frame: InputFrame, state: StreamState, look: Look, clock: StageClock, shading: Shading
    ) -> tuple[AnchoredFrame, WarpedHistory]:
        """The stages `anchor` and `motion`: the frame at the base size, and what is remembered where it sees it."""
        inputs = frame_inputs(frame, look, sun_of(frame, look), seed_offset(look.seed).numpy())
        # The controls changed, or the camera cut: the history is invalid. From here on the frame is valid.
        if frame.reset or (state.look is not None and state.look != look):
            state.reset()
        adopt_finished(state)
        base = base_size(state.spec.output_height, state.spec.output_width)
        make = shading.anchor if isinstance(shading, CardFrames) else anchor
        anchored = make(frame, inputs, base)
        clock.mark("anchor")
        past = self.warp_history(anchored, state, shading, self._color_alone.flow)
        clock.mark("motion")
        return anchored, past

    def _context_run(
        self, frame: AnchoredFrame, past: WarpedHistory, state: StreamState, vector: Tensor, steps: int, slot: int,
        shading: Shading, given: Tensor | None = None,
    ) -> Callable[[], FreshContext]:  # fmt: skip
        """What the trunk has to do for a frame; may be called on any thread, and reads nothing of the state. `given`: the guide, where there is one."""
        guide, noise = (given, None) if given is not None else shading.guide(frame.inputs, frame.base, slot)
        noise = state.screen_noise if noise is None else noise
        contexts, first = state.spec.contexts, state.contexts == 0
        home = state.memory.past.device

        def run() -> FreshContext:
            trunk = self._trunks.get(frame.base, steps, contexts)
            found, features, tokens = trunk.run(guide, trunk.modulation(vector), *past.memory, noise)
            # The trunk's outputs are overwritten by its next run.
            context = temporal_accumulate(found.float().to(home).permute(0, 3, 1, 2), past).clone()
            return FreshContext(context, next_memory(past.memory, features.to(home), tokens.to(home), first))

        return run


def _fresh_below(state: StreamState) -> float:
    """Where less than this part was visible a frame waits. Whoever asks for rarer contexts waits less often too: moving footage would have one a frame."""
    return _FRESH_BELOW * min(1.0, CONTEXT_EVERY_BESIDE / state.context_every)


def _free_cores(cores: int, trunk_threads: int, trunk: TrunkThread) -> Callable[[], int]:
    """The cores that the trunk's thread does not use at the moment. Holds no reference to the pipeline, which would keep it alive."""
    return lambda: cores - trunk_threads if trunk.busy else cores
