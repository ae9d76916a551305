"""The model "passthrough": gives the picture back. For measuring transports and for diagnosing a connection."""

from __future__ import annotations

import time

import numpy as np

from ..controls import Controls, ControlSpec
from ..frame import InputFrame, OutputFrame
from .base import PlainControls, StreamSpec


class PassthroughPipeline(PlainControls):
    """Returns the color plane, resized to the output by nearest neighbour. Its state is the two index tables of that."""

    name = "passthrough"
    planes: tuple[str, ...] = ("color",)
    controls: tuple[ControlSpec, ...] = ()
    accepts = frozenset({"cpu", "cuda"})

    def create_state(self, spec: StreamSpec) -> tuple[np.ndarray, np.ndarray] | None:
        if (spec.width, spec.height) == (spec.output_width, spec.output_height):
            return None
        rows = (np.arange(spec.output_height) * 2 + 1) * spec.height // (2 * spec.output_height)
        columns = (np.arange(spec.output_width) * 2 + 1) * spec.width // (2 * spec.output_width)
        return rows[:, None], columns[None, :]

    def process(
        self, frame: InputFrame, state: tuple[np.ndarray, np.ndarray] | None, controls: Controls
    ) -> OutputFrame:
        started = time.perf_counter_ns()
        if state is not None and not isinstance(frame.color, np.ndarray):
            raise ValueError(
                "Frames that stay on a card come back in their own size only; leave the output's size alone."
            )
        pixels = frame.color if state is None else frame.color[state]
        return OutputFrame(pixels, {"copy": (time.perf_counter_ns() - started) // 1_000})
