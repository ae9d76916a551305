"""Arrays from any iterator: the source for people who have their own loop, and for tests."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import Self

import numpy as np
import numpy.typing as npt

from ..fit import fit as fit_to
from ..picture import as_pixels
from .base import Picture, Source, SourceState


class ArraySource(Source):
    """Each item of an iterable once, in order, as fast as they are read.

    Args:
        arrays: H x W x 3 or 4, uint8 (RGB or RGBA), or float in 0..1.
        fps: from which the time stamps are made.
        size: width and height of the pictures; None: the arrays' own.
    """

    name = "arrays"
    help = "numpy arrays (from Python)"
    live = False

    def __init__(
        self, arrays: Iterable[npt.NDArray[np.generic]], *, fps: float = 24.0, size: tuple[int, int] | None = None,
        fit: str = "cover",
    ) -> None:  # fmt: skip
        self._arrays, self._step_ns, self._size, self._fit = arrays, round(1e9 / fps), size, fit
        self._iterator: Iterator[npt.NDArray[np.generic]] | None = None
        self._count = 0

    @classmethod
    def from_text(cls, text: str, **options: object) -> Self | None:
        return None

    def open(self) -> None:
        self._iterator, self._count = iter(self._arrays), 0
        self.state, self.fault = SourceState.OPEN, ""

    def read(self, timeout_s: float) -> Picture | None:
        if self._iterator is None or self.state is SourceState.ENDED:
            return None
        try:
            pixels = as_pixels(next(self._iterator))
        except StopIteration:
            self.state = SourceState.ENDED
            return None
        except ValueError as error:
            self.state, self.fault = SourceState.ENDED, str(error)
            return None
        if self._size is not None:
            pixels = fit_to(pixels, *self._size, self._fit)
        self._count += 1
        return Picture(pixels, time.monotonic_ns(), (self._count - 1) * self._step_ns)

    def close(self) -> None:
        self._iterator = None
        self.state = SourceState.CLOSED
