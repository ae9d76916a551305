"""The real daemon with a pipeline that gives pictures back under the name, scenes and lightings of the real model.

    python quick_daemon.py serve --bind ENDPOINT --parent-pid PID

For tests that are about themes and samples and not about the picture: the model itself takes a second a frame on a busy machine.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Mapping
from typing import Any

import numpy as np

from mirage_lsd.controls import Controls, Reading
from mirage_lsd.frame import InputFrame
from mirage_lsd.pipelines.context import ContextFrame, ShadingWeights
from mirage_lsd.pipelines.mirage.look import control_specs
from mirage_lsd.pipelines.mirage.vocabulary import read_words
from mirage_lsd.pipelines.passthrough import PassthroughPipeline
from mirage_lsd.protocol.shading import MIRAGE_HEAD
from mirage_lsd.server.daemon import Daemon, DaemonConfig
from mirage_lsd.server.process import stop_with_parent

SCENES = ("forest", "city", "scifi", "desert")
LIGHTINGS = ("day", "sunset", "night", "neon")


class NamedPassthrough(PassthroughPipeline):
    """Reads words as the real model does."""

    name = "mirage-lsd-v1"
    planes = ("color", "depth", "motion")
    controls = control_specs(SCENES, LIGHTINGS)

    context_shape = MIRAGE_HEAD

    def process_context(self, frame: InputFrame, state: Any, controls: Controls) -> ContextFrame:
        """Every number is the first red value; each weight is the weight of the second scene."""
        width, height = MIRAGE_HEAD.grid(frame.color.shape[1], frame.color.shape[0])
        cells = np.full((height, width, MIRAGE_HEAD.channels), frame.color[0, 0, 0], np.float16)
        return ContextFrame(cells, self.shading_weights(state, controls))

    def shading_weights(self, state: Any, controls: Controls) -> ShadingWeights:
        share = controls.weights("scene").get(SCENES[1], 0.0)
        numbers = np.full(MIRAGE_HEAD.weight_count, share, "<f2")
        return ShadingWeights(numbers.tobytes(), (0.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.5,) * 24)

    def read_controls(self, values: Mapping[str, Any], targets: Mapping[str, Any]) -> Reading:
        return read_words(values, targets, SCENES, LIGHTINGS)


def main() -> None:
    options = dict(zip(sys.argv[2::2], sys.argv[3::2], strict=False))
    daemon = Daemon({NamedPassthrough.name: NamedPassthrough()}, DaemonConfig(bind=options["--bind"]))
    stop_with_parent(int(options["--parent-pid"]), daemon.stop)
    thread = threading.Thread(target=daemon.run)
    thread.start()
    daemon.ready.wait()
    print("ready", flush=True)
    thread.join()


if __name__ == "__main__":
    main()
