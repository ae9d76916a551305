"""A picture on its way from a source, through a pipeline, to the sinks."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]


class DeviceError(RuntimeError):
    """A source, sink or controller can't do its work; the message is one sentence that says what to do next.

    Attributes:
        retry: whether it may work by itself a little later (a camera that comes back), so that it is tried again.
    """

    def __init__(self, message: str, *, retry: bool = True) -> None:
        super().__init__(message)
        self.retry = retry


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture and its clocks.

    Attributes:
        pixels: H x W x 4 uint8, RGBA, sRGB, row 0 on top. Nobody writes into it once it was handed on.
        t_capture_ns: `time.monotonic_ns()` when the picture was complete at its source. It stays with the picture through the
            pipeline, so that every sink can measure the latency from capture to itself.
        media_time_ns: its time in the clip it comes from, from 0; None where it comes from something live.
    """

    pixels: Pixels
    t_capture_ns: int
    media_time_ns: int | None = None

    @property
    def width(self) -> int:
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        return int(self.pixels.shape[0])

    @property
    def age_ms(self) -> float:
        """Milliseconds since it was captured."""
        return (time.monotonic_ns() - self.t_capture_ns) / 1e6

    def with_pixels(self, pixels: Pixels) -> Picture:
        """The same moment with other pixels: what a pipeline made of it."""
        return replace(self, pixels=pixels)


def as_pixels(array: npt.NDArray[np.generic]) -> Pixels:
    """An array as people have it, as RGBA.

    Args:
        array: H x W (gray), H x W x 3 (RGB) or H x W x 4 (RGBA), uint8, or float in 0..1.

    Raises:
        ValueError: another shape or type; one sentence.
    """
    if array.ndim not in (2, 3) or (array.ndim == 3 and array.shape[2] not in (3, 4)) or 0 in array.shape:
        raise ValueError(f"A picture is H x W, H x W x 3 (RGB) or H x W x 4 (RGBA), not {array.shape}.")
    if array.dtype.kind == "f":
        array = np.rint(np.clip(np.nan_to_num(array), 0.0, 1.0) * 255.0).astype(np.uint8)
    if array.dtype != np.uint8:
        raise ValueError(f"A picture is uint8, or float from 0 to 1, not {array.dtype}.")
    if array.ndim == 3 and array.shape[2] == 4:
        return np.ascontiguousarray(array, np.uint8)
    pixels = np.empty((*array.shape[:2], 4), np.uint8)
    pixels[..., :3] = array if array.ndim == 3 else array[..., None]
    pixels[..., 3] = 255
    return pixels
