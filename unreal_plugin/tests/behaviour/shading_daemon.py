"""The real daemon with a model that has contexts: all their numbers are the frame's number, those of the weights are 1, 2, 3, ... hundredths.
"plain" has only pictures.

    python shading_daemon.py serve --bind ENDPOINT
"""

from __future__ import annotations

import sys

import numpy as np

from mirage_lsd.controls import Controls, ControlSpec
from mirage_lsd.frame import InputFrame, OutputFrame
from mirage_lsd.pipelines.base import PlainControls, StreamSpec
from mirage_lsd.pipelines.context import ContextFrame, ShadingWeights
from mirage_lsd.protocol.shading import MIRAGE_HEAD
from mirage_lsd.server.daemon import Daemon, DaemonConfig


class Plain(PlainControls):
    """Gives the picture back."""

    name = "plain"
    planes: tuple[str, ...] = ("color", "depth", "motion", "ids")
    accepts = frozenset({"cpu"})
    controls: tuple[ControlSpec, ...] = ()

    def create_state(self, spec: StreamSpec) -> StreamSpec:
        return spec

    def process(self, frame: InputFrame, state: StreamSpec, controls: Controls) -> OutputFrame:
        return OutputFrame(np.full((state.output_height, state.output_width, 4), 77, np.uint8))


class Shaded(Plain):
    """Contexts and weights that a test can predict."""

    name = "passthrough"
    context_shape = MIRAGE_HEAD
    weights = ShadingWeights(
        (np.arange(MIRAGE_HEAD.weight_count) % 100 / 100).astype("<f2").tobytes(),
        (1.0, 2.0, 3.0),
        (0.0, 1.0, 0.0),
        tuple(np.arange(24) / 24.0),
    )

    def process_context(self, frame: InputFrame, state: StreamSpec, controls: Controls) -> ContextFrame:
        width, height = MIRAGE_HEAD.grid(state.output_width, state.output_height)
        return ContextFrame(np.full((height, width, 16), frame.seq % 1000, np.float16), self.weights)

    def shading_weights(self, state: StreamSpec, controls: Controls) -> ShadingWeights:
        return self.weights


def main() -> None:
    config = DaemonConfig(bind=sys.argv[sys.argv.index("--bind") + 1])
    Daemon({Shaded.name: Shaded(), Plain.name: Plain()}, config).run()


if __name__ == "__main__":
    main()
