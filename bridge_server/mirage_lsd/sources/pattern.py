"""A test picture that moves, and a still image."""

from __future__ import annotations

import time
from typing import Self

import numpy as np

from ..fit import fit as fit_to
from ..picture import DeviceError, Pixels, as_pixels
from .base import Picture, Source, SourceState
from .options import read_options
from .pacing import Pacer

_BARS = ((235, 235, 235), (235, 235, 16), (16, 235, 235), (16, 235, 16), (235, 16, 235), (235, 16, 16), (16, 16, 235))
CODE_BITS = 32
IMAGE_ENDINGS = (".png", ".jpg", ".jpeg", ".webp", ".bmp")


class PatternSource(Source):
    """Color bars, a moving block, and the picture's number as black and white squares along the top (`read_number`).

    Args:
        size: width and height.
        fps: pictures a second.
    """

    name = "pattern"
    help = "a test picture that moves: pattern"

    def __init__(self, *, size: tuple[int, int] | None = None, fps: float | None = None) -> None:
        self._width, self._height = size or (1280, 720)
        self._interval_ns = round(1e9 / (fps or 30.0))
        self._still = _bars(self._width, self._height)
        self._next, self._pacer = 0, Pacer()

    @classmethod
    def from_text(cls, text: str, **options: object) -> Self | None:
        given = read_options(options)
        return cls(size=given.size, fps=given.fps) if text == cls.name else None

    def open(self) -> None:
        self._next, self._pacer = 0, Pacer()
        self._started = time.monotonic_ns()
        self.state = SourceState.OPEN

    def read(self, timeout_s: float) -> Picture | None:
        if self.state is not SourceState.OPEN:
            return None
        # A slow reader gets the newest picture, as from a camera.
        now = time.monotonic_ns()
        self._next = max(self._next, (now - self._started) // self._interval_ns)
        wait_s = (self._started + self._next * self._interval_ns - now) / 1e9
        if wait_s > timeout_s:
            time.sleep(timeout_s)
            return None
        time.sleep(max(0.0, wait_s))
        number = self._next
        self._next += 1
        return Picture(draw_pattern(self._still, number), time.monotonic_ns())

    def close(self) -> None:
        self.state = SourceState.CLOSED


class ImageSource(Source):
    """A still image, given again and again.

    Args:
        path: a PNG, JPEG, WebP or BMP; turned upright by its orientation tag.
    """

    name = "image"
    help = "a still image: picture.png"

    def __init__(
        self, path: str, *, size: tuple[int, int] | None = None, fps: float | None = None, fit: str = "cover"
    ) -> None:
        self._path, self._size, self._fit = path, size, fit
        self._interval_s = 1.0 / (fps or 30.0)
        self._pixels: Pixels | None = None
        self._due = 0.0

    @classmethod
    def from_text(cls, text: str, **options: object) -> Self | None:
        if "://" in text or not text.lower().endswith(IMAGE_ENDINGS):
            return None
        given = read_options(options)
        return cls(text, size=given.size, fps=given.fps, fit=given.fit)

    def open(self) -> None:
        from PIL import Image, ImageOps, UnidentifiedImageError

        try:
            with Image.open(self._path) as image:
                pixels = as_pixels(np.asarray(ImageOps.exif_transpose(image).convert("RGBA")))
        except (OSError, UnidentifiedImageError, ValueError) as error:
            raise DeviceError(f"{self._path} can't be read as an image ({error}).", retry=False) from None
        self._pixels = pixels if self._size is None else fit_to(pixels, *self._size, self._fit)
        self._due = time.monotonic()
        self.state = SourceState.OPEN

    def read(self, timeout_s: float) -> Picture | None:
        if self._pixels is None:
            return None
        wait_s = self._due - time.monotonic()
        time.sleep(max(0.0, min(wait_s, timeout_s)))
        if wait_s > timeout_s:
            return None
        self._due = max(self._due + self._interval_s, time.monotonic())
        return Picture(self._pixels, time.monotonic_ns())

    def close(self) -> None:
        self._pixels = None
        self.state = SourceState.CLOSED


def draw_pattern(still: Pixels, number: int) -> Pixels:
    """The test picture with this number, on the bars of `_bars`."""
    pixels = still.copy()
    height, width = pixels.shape[:2]
    side = max(1, width // CODE_BITS)
    bits = (number >> np.arange(CODE_BITS)) & 1
    row = np.repeat(bits.astype(np.uint8) * 255, side)
    pixels[: max(8, side), : len(row), :3] = row[None, :, None]
    block = max(8, height // 8)
    left = (number * max(1, width // 120)) % max(1, width - block)
    pixels[height // 2 : height // 2 + block, left : left + block, :3] = (255, 128, 0)
    return pixels


def read_number(pixels: Pixels) -> int:
    """The number that `draw_pattern` wrote, also after a codec."""
    width = pixels.shape[1]
    side = max(1, width // CODE_BITS)
    rows = max(8, side)
    part = pixels[rows // 4 : rows - rows // 4, : side * CODE_BITS, :3].astype(np.float32)
    part = part.reshape(part.shape[0], CODE_BITS, side, 3)[:, :, side // 4 : side - side // 4]
    bits = part.mean(axis=(0, 2, 3)) > 127.5
    return int(sum(1 << i for i, bit in enumerate(bits) if bit))


def _bars(width: int, height: int) -> Pixels:
    pixels = np.full((height, width, 4), 255, np.uint8)
    bar = np.minimum(np.arange(width) * len(_BARS) // max(width, 1), len(_BARS) - 1)
    pixels[..., :3] = np.array(_BARS, np.uint8)[bar][None]
    ramp = np.linspace(0, 255, width).astype(np.uint8)
    pixels[height * 3 // 4 :, :, :3] = ramp[None, :, None]
    return pixels
