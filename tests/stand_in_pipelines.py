"""Pipelines for the daemon's tests: they do nothing to a picture that a test could not predict."""

from __future__ import annotations

import threading

import numpy as np

from mirage_lsd.controls import Choice, Controls, ControlSpec, Direction, Seed
from mirage_lsd.frame import InputFrame, OutputFrame
from mirage_lsd.pipelines.base import PlainControls, StreamSpec
from mirage_lsd.pipelines.context import ContextFrame, ShadingWeights
from mirage_lsd.protocol.shading import MIRAGE_HEAD


class ControlsPipeline(PlainControls):
    """Writes the controls in effect into the picture: channel 0 the weight of scene "b" (x255), 1 of lighting "night", 2 the
    seed, 3 whether the frame was a reset (255)."""

    name = "controls"
    planes: tuple[str, ...] = ("color", "ids")
    accepts = frozenset({"cpu"})
    controls: tuple[ControlSpec, ...] = (
        Choice(name="scene", help="Where.", values=("a", "b"), default="a"),
        Choice(name="lighting", help="When.", values=("day", "night"), default="day"),
        Seed(name="seed", help="Which."),
        Direction(name="sun_direction", help="Towards the sun."),
    )

    def create_state(self, spec: StreamSpec) -> StreamSpec:
        return spec

    def process(self, frame: InputFrame, state: StreamSpec, controls: Controls) -> OutputFrame:
        assert abs(sum(controls.weights("scene").values()) - 1.0) < 1e-6
        pixels = np.empty((state.output_height, state.output_width, 4), dtype=np.uint8)
        pixels[..., 0] = round(255 * controls.weights("scene").get("b", 0.0))
        pixels[..., 1] = round(255 * controls.weights("lighting").get("night", 0.0))
        pixels[..., 2] = controls.seed() % 256
        pixels[..., 3] = 255 if frame.reset else 0
        return OutputFrame(pixels, {"stand_in": 1})


class GatedPipeline(ControlsPipeline):
    """Holds each frame until the test opens the gate; `started` is released as each frame begins."""

    name = "gated"

    def __init__(self) -> None:
        self.started = threading.Semaphore(0)
        self.gate = threading.Semaphore(0)
        self.seqs: list[int] = []

    def process(self, frame: InputFrame, state: StreamSpec, controls: Controls) -> OutputFrame:
        self.seqs.append(frame.seq)
        self.started.release()
        assert self.gate.acquire(timeout=30.0)
        return super().process(frame, state, controls)


class FailingPipeline(ControlsPipeline):
    """Fails by the frame's number: 1 ValueError, 2 any other exception, 3 a picture of the wrong size; then works."""

    name = "failing"

    def process(self, frame: InputFrame, state: StreamSpec, controls: Controls) -> OutputFrame:
        if frame.seq == 1:
            raise ValueError("The depth plane is missing.")
        if frame.seq == 2:
            raise RuntimeError("out of memory")
        output = super().process(frame, state, controls)
        if frame.seq == 3:
            output.pixels = output.pixels[1:]
        return output


class RecordingPipeline(ControlsPipeline):
    """Keeps a copy of the last frame it got."""

    name = "recording"

    def __init__(self) -> None:
        self.last: InputFrame | None = None
        self.seen: Controls | None = None

    def process(self, frame: InputFrame, state: StreamSpec, controls: Controls) -> OutputFrame:
        def copied(plane: np.ndarray | None) -> np.ndarray | None:
            return None if plane is None else plane.copy()

        self.last = InputFrame(
            seq=frame.seq,
            color=frame.color.copy(),
            depth=copied(frame.depth),
            motion=copied(frame.motion),
            normal=copied(frame.normal),
            ids=copied(frame.ids),
            camera=frame.camera,
            sun=frame.sun,
            slots=frame.slots,
            reset=frame.reset,
        )
        self.seen = controls
        return super().process(frame, state, controls)


class ContextsPipeline(ControlsPipeline):
    """Contexts whose every number is the frame's first red value; the weights are the weight of scene "b". Fails by the frame's number: 66
    ValueError, 77 a context of NaN."""

    name = "contexts"
    planes = ("color", "depth")
    context_shape = MIRAGE_HEAD

    def process_context(self, frame: InputFrame, state: StreamSpec, controls: Controls) -> ContextFrame:
        if frame.seq == 66:
            raise ValueError("A context needs a camera.")
        value = np.nan if frame.seq == 77 else float(frame.color[0, 0, 0])
        width, height = MIRAGE_HEAD.grid(state.output_width, state.output_height)
        cells = np.full((height, width, 16), value, np.float16)
        return ContextFrame(cells, self.shading_weights(state, controls), {"stand_in": 1})

    def shading_weights(self, state: StreamSpec, controls: Controls) -> ShadingWeights:
        share = np.full(MIRAGE_HEAD.weight_count, controls.weights("scene").get("b", 0.0), "<f2")
        seed = (float(controls.seed()), 0.0, 0.0)
        return ShadingWeights(share.tobytes(), seed, (0.0, 1.0, 0.0), (0.5,) * 24)
