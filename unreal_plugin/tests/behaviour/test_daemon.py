"""The real daemon with models that say what they were given:

`told`      paints its controls, one of each kind
`named`     paints the plane `ids` and the table of slots
`counted`   paints how many of its frames were to be taken for the first
`shaded`    has contexts that can be predicted
`plain`     has pictures only, all of one gray

    python test_daemon.py serve --bind ENDPOINT --parent-pid PID
"""

from __future__ import annotations

import sys

import numpy as np

from mirage_lsd.controls import Choice, Color, Controls, ControlSpec, Direction, Flag, Number, Seed, Text
from mirage_lsd.frame import InputFrame, OutputFrame
from mirage_lsd.pipelines.base import PlainControls, StreamSpec
from mirage_lsd.pipelines.context import ContextFrame, ShadingWeights
from mirage_lsd.protocol.shading import MIRAGE_HEAD
from mirage_lsd.server.daemon import Daemon, DaemonConfig
from mirage_lsd.server.process import stop_with_parent

CLASSES = ("unspecified", "skin", "hair", "outfit", "foliage", "terrain", "building", "prop", "vehicle")


class Plain(PlainControls):
    """A gray picture."""

    name = "plain"
    planes: tuple[str, ...] = ("color", "depth", "motion", "ids")
    accepts = frozenset({"cpu"})
    controls: tuple[ControlSpec, ...] = ()

    def create_state(self, spec: StreamSpec) -> StreamSpec:
        return spec

    def process(self, frame: InputFrame, state: StreamSpec, controls: Controls) -> OutputFrame:
        return OutputFrame(np.full((state.output_height, state.output_width, 4), 77, np.uint8))


class Told(Plain):
    """Red is the number `amount`, green the flag `lamp`, blue tells whether the choice `mood` is "sad"."""

    name = "told"
    controls: tuple[ControlSpec, ...] = (
        Choice(name="mood", help="How it feels.", values=("glad", "sad"), default="glad"),
        Text(name="words", help="What is said."),
        Number(name="amount", help="How much.", minimum=0.0, maximum=2.0, default=0.5, unit="m"),
        Direction(name="wind_direction", help="Where the wind comes from."),
        Color(name="tint", help="Over everything."),
        Flag(name="lamp", help="Whether it burns."),
        Seed(name="seed", help="Another one."),
    )

    def process(self, frame: InputFrame, state: StreamSpec, controls: Controls) -> OutputFrame:
        picture = np.zeros((state.output_height, state.output_width, 4), np.uint8)
        picture[..., 0] = round(127.5 * controls.number("amount"))
        picture[..., 1] = 255 if controls.flag("lamp") else 0
        picture[..., 2] = 255 if controls.weights("mood").get("sad", 0.0) > 0.5 else 0
        picture[..., 3] = 255
        return OutputFrame(picture)


class Named(Plain):
    """Red is the number in the plane `ids`, green ten times the class, blue and alpha 100 plus ten times the thing's x in metres, now and in the
    engine's frame before."""

    name = "named"

    def process(self, frame: InputFrame, state: StreamSpec, controls: Controls) -> OutputFrame:
        picture = np.zeros((*frame.color.shape[:2], 4), np.uint8)
        picture[..., 3] = 255
        if frame.ids is not None:
            ids = np.asarray(frame.ids).reshape(picture.shape[:2])
            picture[..., 0] = ids
            for slot in frame.slots:
                here = ids == slot.slot
                picture[here, 1] = 10 * CLASSES.index(slot.object_class)
                for channel, place in ((2, slot.world_from_object), (3, slot.previous_world_from_object)):
                    picture[here, channel] = 0 if place is None else round(100 + 10 * float(np.ravel(place)[3]))
        return OutputFrame(picture)


class Counted(Plain):
    """Red is the number of frames with a reset."""

    name = "counted"

    def __init__(self) -> None:
        self.resets = 0

    def process(self, frame: InputFrame, state: StreamSpec, controls: Controls) -> OutputFrame:
        self.resets += frame.reset
        picture = super().process(frame, state, controls).pixels
        picture[..., 0] = self.resets
        return OutputFrame(picture)


class Shaded(Plain):
    """All numbers of a context are the frame's number, those of the weights are 1, 2, 3, ... hundredths."""

    name = "shaded"
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
    options = dict(zip(sys.argv[2::2], sys.argv[3::2], strict=True))
    models = {model.name: model for model in (Plain(), Told(), Named(), Counted(), Shaded())}
    daemon = Daemon(models, DaemonConfig(bind=options["--bind"]))
    stop_with_parent(int(options["--parent-pid"]), daemon.stop)
    daemon.run()


if __name__ == "__main__":
    main()
