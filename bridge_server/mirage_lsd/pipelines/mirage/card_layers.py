"""Finished pictures on a card: `picture_layers` by the daemon's kernels.

The host works out the guided filter's cells and which colors are rare, from a picture some 320 pixels wide; the picture itself stays on the card.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from ...cuda.array import CudaArray
from ...cuda.kernels import DETAIL, LEVEL, SEEN, CudaKernels
from ...cuda.memory import CardBlock, Upload
from ..caches import SIZES_KEPT, LruCache
from .picture_layers import detail_back, edge_scale, rare_signals, steps_of

_THREADS = 128
_NUMBERS = 16
# As lsd_layers.hlsl counts its numbers.
_EXPOSURE, _SHARE, _CONTRAST, _DETAIL, _GAIN, _SIGNALS = range(10, 16)


class _Size:
    """What lies on the card for planes and pictures of a pair of sizes, each height and width."""

    def __init__(self, kernels: CudaKernels, source: tuple[int, int], size: tuple[int, int]) -> None:
        driver, (height, width) = kernels.driver, size
        self.step, side = steps_of(height, width)
        self.cells = (-(-height // side), -(-width // side))
        self.sampled = (-(-height // self.step), -(-width // self.step))
        self.levels = CardBlock(driver, self.cells[0] * self.cells[1] * 4)
        self.colors = CardBlock(driver, self.sampled[0] * self.sampled[1] * 4)
        self.picture = CardBlock(driver, height * width * 4)
        self.numbers, self.scale, self.signals = Upload(driver), Upload(driver), Upload(driver)
        self.shape = np.array(
            [width, height, source[1], source[0], self.cells[1], self.cells[0], side, self.sampled[1], self.sampled[0], self.step],
            np.float32,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class CardLayersOf:
    """A picture taken apart. `median`: of its levels. `scale`, `signals`: as the kernels take them; see `picture_layers`."""

    color: CudaArray
    there: _Size
    size: tuple[int, int]
    median: float
    scale: npt.NDArray[np.float32]
    signals: npt.NDArray[np.float32] | None


class CardLayers:
    """Used by one thread; what it gives is valid until the next picture of the same size.

    Args:
        stream: where pictures are taken apart.

    Raises:
        CudaError: a kernel can't be had; one sentence.
    """

    def __init__(self, kernels: CudaKernels, stream: int) -> None:
        kernels.prepare(LEVEL, SEEN, DETAIL)
        self._kernels, self._driver, self._stream = kernels, kernels.driver, stream
        self._sizes: LruCache[_Size] = LruCache(SIZES_KEPT)
        self._finished: LruCache[CardBlock] = LruCache(SIZES_KEPT)

    def split(self, color: CudaArray, size: tuple[int, int]) -> CardLayersOf:
        """See `picture_layers.split`; of the picture as it is at `size`, height and width."""
        source = (color.shape[0], color.shape[1])
        there = self._sizes.get((source, size), lambda: _Size(self._kernels, source, size))
        levels, colors = np.empty(there.cells, np.float32), np.empty((*there.sampled, 4), np.uint8)
        with self._driver.current():
            numbers = there.numbers.address(_numbers(there), self._stream)
            addresses = (numbers, color.address, there.levels.address, there.colors.address)
            blocks = -(-max(levels.size, colors.size // 4) // _THREADS)
            self._kernels.launch(LEVEL, (blocks, 1), _THREADS, addresses, self._stream)
            for values, block in ((levels, there.levels), (colors, there.colors)):
                self._driver.call("cuMemcpyDtoHAsync", values.ctypes.data, block.address, values.nbytes, self._stream)
            self._driver.synchronize(self._stream)
        small = torch.from_numpy(levels)[None, None]
        rare = rare_signals(colors)
        scale = edge_scale(small, there.step).numpy()
        signals = None if rare is None else rare.contiguous().numpy()
        return CardLayersOf(color, there, size, float(small.median()), scale, signals)

    def seen(self, layers: CardLayersOf, exposure: float, share: float) -> CudaArray:
        """The picture as the network sees it, as far as it is a finished one."""
        there, picture = layers.there, layers.there.picture
        height, width = layers.size
        with self._driver.current():
            numbers = _numbers(there, (_EXPOSURE, exposure), (_SHARE, share))
            addresses = (
                there.numbers.address(numbers, self._stream), layers.color.address,
                there.scale.address(layers.scale, self._stream), picture.address,
            )  # fmt: skip
            self._kernels.launch(SEEN, (-(-height * width // _THREADS), 1), _THREADS, addresses, self._stream)
        return picture.array((height, width, 4), np.uint8)

    def with_detail(
        self, painted: CudaArray, layers: CardLayersOf, exposure: float, amount: float, stream: int
    ) -> CudaArray:
        """See `picture_layers.with_detail`; in `stream`, which waits for what is taken apart."""
        there = layers.there
        height, width = layers.size
        back = detail_back(layers.median, amount)
        made = self._finished.get(layers.size, lambda: CardBlock(self._driver, height * width * 4))
        kept = 0.0 if layers.signals is None else back.signals
        numbers = _numbers(
            there, (_EXPOSURE, exposure), (_CONTRAST, back.contrast), (_DETAIL, back.detail), (_GAIN, back.gain), (_SIGNALS, kept)
        )  # fmt: skip
        with self._driver.current():
            addresses = (
                there.numbers.address(numbers, self._stream), layers.color.address,
                there.scale.address(layers.scale, self._stream),
                0 if layers.signals is None else there.signals.address(layers.signals, self._stream),
                painted.address, made.address,
            )  # fmt: skip
            self._driver.wait_for_stream(stream, self._stream)
            self._kernels.launch(DETAIL, (-(-height * width // _THREADS), 1), _THREADS, addresses, stream)
        return made.array((height, width, 4), np.uint8, stream)


def _numbers(there: _Size, *changed: tuple[int, float]) -> npt.NDArray[np.float32]:
    numbers = np.zeros(_NUMBERS, np.float32)
    numbers[: len(there.shape)] = there.shape
    for place, value in changed:
        numbers[place] = value
    return numbers
