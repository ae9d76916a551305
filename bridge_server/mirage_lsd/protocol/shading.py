"""Contexts in place of pictures (PROTOCOL.md, section 10): the shapes of shading that there are, and their payloads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from .errors import ProtocolError

# Both sides say it in their `capabilities`.
SHADE_CLIENT = "shade: client"
# Of an `open`'s output, in place of a pixel format.
CONTEXT_FORMAT = "context"
MAX_CONTEXT_SIDE = 256
MAX_CONTEXT_CHANNELS = 64
PALETTE_NUMBERS = 24

Halves = npt.NDArray[np.float16]


@dataclass(frozen=True, slots=True)
class ShadingShape:
    """What a client must know to shade: a network of 1x1 layers over guide and context.

    Attributes:
        name, version: as on the wire.
        layers: (outputs, inputs) of each layer. channels: of a context.
        base_side, base_multiple: the base picture's longer side at most, and what its sides are multiples of.
        cell: pixels of the base picture to a cell of the context.
    """

    name: str
    version: int
    layers: tuple[tuple[int, int], ...]
    channels: int
    base_side: int
    base_multiple: int
    cell: int

    @property
    def weight_count(self) -> int:
        """Numbers of a `weights` payload: of each layer the matrix, row-major, then the bias."""
        return sum(outputs * (inputs + 1) for outputs, inputs in self.layers)

    def base_size(self, width: int, height: int) -> tuple[int, int]:
        """Width and height of the base picture of an output: planes need not be larger."""
        scale = min(1.0, self.base_side / max(width, height))

        def side(pixels: int) -> int:
            return max(self.base_multiple, round(pixels * scale / self.base_multiple) * self.base_multiple)

        return side(width), side(height)

    def grid(self, width: int, height: int) -> tuple[int, int]:
        """Width and height of the context of an output, cells."""
        base_width, base_height = self.base_size(width, height)
        return base_width // self.cell, base_height // self.cell


MIRAGE_HEAD = ShadingShape("mirage-head-48x2", 1, ((48, 48), (48, 48), (48, 48), (3, 48)), 16, 320, 16, 8)
SHAPES = {(shape.name, shape.version): shape for shape in (MIRAGE_HEAD,)}


def context_of(payload: Any, width: int, height: int, channels: int) -> Halves:
    """The payload of a result as height x width x channels, without a copy.

    Raises:
        ProtocolError: `malformed`, another length (the packed size is rounded up to 64), or a number that is not finite.
    """
    count = width * height * channels
    numbers = _halves(payload, -(-count * 2 // 64) * 64, "context")[:count]
    return _finite(numbers, "context").reshape(height, width, channels)


def weights_of(payload: Any, shape: ShadingShape) -> Halves:
    """The payload of `weights`, flat, without a copy.

    Raises:
        ProtocolError: `malformed`, another length, or a number that is not finite.
    """
    return _finite(_halves(payload, shape.weight_count * 2, "weights"), "weights")


def _halves(payload: Any, nbytes: int, what: str) -> Halves:
    data = np.frombuffer(payload, np.uint8)
    if data.size != nbytes:
        raise ProtocolError("malformed", f"The payload of the {what} has {data.size} bytes, not {nbytes}.")
    return data.view("<f2")


def _finite(numbers: Halves, what: str) -> Halves:
    if not np.isfinite(numbers).all():
        raise ProtocolError("malformed", f"The {what} holds a number that is not finite.")
    return numbers
