"""The real daemon with a model that has one control of each kind and paints what it was told: red is the number `amount`, green the flag
`lamp`, blue tells whether the choice `mood` is "sad", alpha does not matter.

    python controls_daemon.py serve --bind ENDPOINT
"""

from __future__ import annotations

import sys

import numpy as np

from mirage_lsd.controls import Choice, Color, Controls, ControlSpec, Direction, Flag, Number, Seed, Text
from mirage_lsd.frame import InputFrame, OutputFrame
from mirage_lsd.pipelines.base import PlainControls, StreamSpec
from mirage_lsd.server.daemon import Daemon, DaemonConfig


class Told(PlainControls):
    """Its picture is its controls."""

    name = "passthrough"
    planes: tuple[str, ...] = ("color", "depth", "motion")
    accepts = frozenset({"cpu"})
    controls: tuple[ControlSpec, ...] = (
        Choice(name="mood", help="How it feels.", values=("glad", "sad"), default="glad"),
        Text(name="words", help="What is said."),
        Number(name="amount", help="How much.", minimum=0.0, maximum=2.0, default=0.5, unit="m"),
        Direction(name="wind_direction", help="Where the wind comes from."),
        Color(name="tint", help="Over everything."),
        Flag(name="lamp", help="Whether it burns."),
        Seed(name="seed", help="Another one."),
    )

    def create_state(self, spec: StreamSpec) -> tuple[int, int]:
        return spec.output_height, spec.output_width

    def process(self, frame: InputFrame, state: tuple[int, int], controls: Controls) -> OutputFrame:
        picture = np.zeros((*state, 4), np.uint8)
        picture[..., 0] = round(127.5 * controls.number("amount"))
        picture[..., 1] = 255 if controls.flag("lamp") else 0
        picture[..., 2] = 255 if controls.weights("mood").get("sad", 0.0) > 0.5 else 0
        picture[..., 3] = 255
        return OutputFrame(picture)


def main() -> None:
    Daemon({Told.name: Told()}, DaemonConfig(bind=sys.argv[sys.argv.index("--bind") + 1])).run()


if __name__ == "__main__":
    main()
