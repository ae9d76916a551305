"""The real daemon with a model that paints what it was told things are: red is the number in the plane `ids`, green ten times the class, blue and
alpha 100 plus ten times the thing's x in metres, now and in the engine's frame before.

    python identity_daemon.py serve --bind ENDPOINT
"""

from __future__ import annotations

import sys

import numpy as np

from mirage_lsd.controls import Controls, ControlSpec
from mirage_lsd.frame import InputFrame, OutputFrame
from mirage_lsd.pipelines.base import PlainControls, StreamSpec
from mirage_lsd.server.daemon import Daemon, DaemonConfig

CLASSES = ("unspecified", "skin", "hair", "outfit", "foliage", "terrain", "building", "prop", "vehicle")


class Named(PlainControls):
    """Its picture is the plane `ids` and the table of slots."""

    name = "passthrough"
    planes: tuple[str, ...] = ("color", "depth", "motion", "ids")
    accepts = frozenset({"cpu"})
    controls: tuple[ControlSpec, ...] = ()

    def create_state(self, spec: StreamSpec) -> None:
        return None

    def process(self, frame: InputFrame, state: None, controls: Controls) -> OutputFrame:
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


def main() -> None:
    Daemon({Named.name: Named()}, DaemonConfig(bind=sys.argv[sys.argv.index("--bind") + 1])).run()


if __name__ == "__main__":
    main()
