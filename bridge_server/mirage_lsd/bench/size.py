"""Picture sizes as people write them."""

from __future__ import annotations

import argparse

MIN_SIDE, MAX_SIDE = 16, 4096


def parse_size(text: str) -> tuple[int, int]:
    """ "640x360" to (640, 360), for argparse.

    Raises:
        argparse.ArgumentTypeError: not WIDTHxHEIGHT with sides of 16 to 4096.
    """
    width, _, height = text.partition("x")
    if not (width.isdecimal() and height.isdecimal()):
        raise argparse.ArgumentTypeError(f"{text!r} is no size; write WIDTHxHEIGHT, for example 640x360.")
    size = int(width), int(height)
    if not all(MIN_SIDE <= side <= MAX_SIDE for side in size):
        raise argparse.ArgumentTypeError(f"{text}: the sides must be {MIN_SIDE} to {MAX_SIDE}.")
    return size
