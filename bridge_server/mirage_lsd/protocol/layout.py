"""Planes, their formats, and how they are packed into one block of bytes (PROTOCOL.md, section 2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from .errors import ProtocolError
from .shading import CONTEXT_FORMAT

ALIGNMENT = 64
MIN_SIDE = 16
MAX_SIDE = 4096

PLANE_FORMATS: dict[str, tuple[str, ...]] = {
    "color": ("rgba8", "bgra8", "rgba16f"),
    "depth": ("r32f",),
    "motion": ("rg16f",),
    "normal": ("rgba8",),
    "ids": ("r8",),
}
OUTPUT_FORMATS = ("rgba8", "bgra8", CONTEXT_FORMAT)

_DTYPE_OF_FORMAT: dict[str, tuple[np.dtype[Any], int]] = {
    "rgba8": (np.dtype("u1"), 4),
    "bgra8": (np.dtype("u1"), 4),
    "rgba16f": (np.dtype("<f2"), 4),
    "r32f": (np.dtype("<f4"), 1),
    "rg16f": (np.dtype("<f2"), 2),
    "r8": (np.dtype("u1"), 1),
}


def aligned(size: int) -> int:
    """`size` rounded up to a multiple of 64."""
    return -(-size // ALIGNMENT) * ALIGNMENT


@dataclass(frozen=True, slots=True)
class Plane:
    """One plane of a stream: name, format, size in pixels."""

    name: str
    format: str
    width: int
    height: int

    @property
    def nbytes(self) -> int:
        """Bytes of the plane without padding."""
        dtype, channels = _DTYPE_OF_FORMAT[self.format]
        return self.width * self.height * channels * dtype.itemsize


class PackedLayout:
    """Where each plane of a packed frame lies.

    Attributes:
        planes: in their order in the frame.
        offsets: bytes from the start of the frame, multiples of 64.
        nbytes: of the whole frame, a multiple of 64.
    """

    def __init__(self, planes: tuple[Plane, ...]) -> None:
        self.planes = planes
        offsets = []
        end = 0
        for plane in planes:
            offsets.append(end)
            end += aligned(plane.nbytes)
        self.offsets = tuple(offsets)
        self.nbytes = end

    def views(self, packed: npt.NDArray[np.uint8]) -> dict[str, npt.NDArray[Any]]:
        """The planes of a packed frame as H x W (x C) arrays of their own type, without a copy."""
        return {
            plane.name: packed[offset : offset + plane.nbytes].view(dtype).reshape(shape)
            for plane, offset, shape, dtype in self.arrays()
        }

    def arrays(self) -> Iterator[tuple[Plane, int, tuple[int, ...], np.dtype[Any]]]:
        """Each plane with its offset in bytes, its shape H x W (x C) and its type."""
        for plane, offset in zip(self.planes, self.offsets, strict=True):
            dtype, channels = _DTYPE_OF_FORMAT[plane.format]
            shape = (plane.height, plane.width) if channels == 1 else (plane.height, plane.width, channels)
            yield plane, offset, shape, dtype


def check_planes(planes: tuple[Plane, ...]) -> None:
    """Refuses planes that don't make a frame.

    Raises:
        ProtocolError: `bad_plane`.
    """
    seen: set[str] = set()
    for plane in planes:
        formats = PLANE_FORMATS.get(plane.name)
        if formats is None:
            raise ProtocolError("bad_plane", f"There is no plane {plane.name!r}; use {', '.join(PLANE_FORMATS)}.")
        if plane.format not in formats:
            raise ProtocolError("bad_plane", f"Plane {plane.name} can't be {plane.format!r}; use {', '.join(formats)}.")
        if plane.name in seen:
            raise ProtocolError("bad_plane", f"Plane {plane.name} is named twice.")
        seen.add(plane.name)
        check_size(plane.width, plane.height, f"plane {plane.name}")
        if (plane.width, plane.height) != (planes[0].width, planes[0].height):
            raise ProtocolError("bad_plane", "All planes of a stream must have the same width and height.")
    if "color" not in seen:
        raise ProtocolError("bad_plane", "The plane `color` is required.")


def check_output(plane: Plane) -> None:
    """Refuses an impossible output.

    Raises:
        ProtocolError: `bad_plane`.
    """
    if plane.format not in OUTPUT_FORMATS:
        raise ProtocolError("bad_plane", f"The output can't be {plane.format!r}; use {', '.join(OUTPUT_FORMATS)}.")
    check_size(plane.width, plane.height, "output")


def check_size(width: int, height: int, what: str) -> None:
    """Refuses sides outside 16..4096.

    Raises:
        ProtocolError: `bad_plane`.
    """
    if not (MIN_SIDE <= width <= MAX_SIDE and MIN_SIDE <= height <= MAX_SIDE):
        raise ProtocolError(
            "bad_plane", f"The {what} is {width}x{height}; a side must have {MIN_SIDE} to {MAX_SIDE} pixels."
        )
