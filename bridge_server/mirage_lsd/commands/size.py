"""Picture sizes as people write them."""

from __future__ import annotations

import argparse

from ..protocol.layout import MAX_SIDE, MIN_SIDE


def read_size(text: str) -> tuple[int, int]:
    """ "640x360" to (640, 360).

    Raises:
        ValueError: not WIDTHxHEIGHT with sides of 16 to 4096; one sentence.
    """
    width, _, height = text.partition("x")
    if not (width.isdecimal() and height.isdecimal()):
        raise ValueError(f"--size takes WIDTHxHEIGHT, for example 640x360, not {text!r}.")
    size = int(width), int(height)
    if not all(MIN_SIDE <= side <= MAX_SIDE for side in size):
        raise ValueError(f"{text}: the sides must be {MIN_SIDE} to {MAX_SIDE} pixels.")
    return size


def parse_size(text: str) -> tuple[int, int]:
    """`read_size` for argparse, which shows the sentence of this error and no other's."""
    try:
        return read_size(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
