"""`composite` for pictures on a card, by a kernel: the same numbers, and nothing passes through host memory."""

from __future__ import annotations

import contextlib
from typing import Any

import numpy as np

from ..cuda.array import CudaArray, as_cuda_array
from ..cuda.kernels import MIX, kernels_of
from ..cuda.memory import CardBlock, Upload
from ..frame import InputFrame
from .composite import Mix, slot_weights

_THREADS = 128


class DeviceComposite:
    """One stream's. Used by one thread at a time; each picture is valid until the next call.

    Args:
        card: its number in this process.

    Raises:
        CudaError: the kernel can't be had; one sentence.
    """

    def __init__(self, card: int) -> None:
        self._kernels = kernels_of(card)
        self._kernels.prepare(MIX)
        self._driver = self._kernels.driver
        with self._driver.current():
            self._stream = self._driver.create_stream()
        self._numbers, self._weights = Upload(self._driver), Upload(self._driver)
        self._mixed: tuple[tuple[int, ...], CardBlock] | None = None

    def engine_picture(self, frame: InputFrame, height: int, width: int, mix: Mix) -> CudaArray:
        """The engine's own picture at the output's size (nearest pixel), H x W x 4 RGBA."""
        return self._drawn(None, frame, (height, width, 4), Mix(0.0, mix.engine_alpha), None)

    def mixed(self, painted: Any, frame: InputFrame, mix: Mix) -> CudaArray:
        """Mixes as `composite` does.

        Args:
            painted: H x W x 4 uint8 RGBA on the card.
        """
        top = as_cuda_array(painted)
        weights = slot_weights(frame.slots, mix.strength) if frame.ids is not None else None
        return self._drawn(top, frame, top.shape, mix, weights)

    def _drawn(
        self, top: CudaArray | None, frame: InputFrame, shape: tuple[int, ...], mix: Mix, weights: Any
    ) -> CudaArray:
        own, stream = as_cuda_array(frame.color), self._stream
        height, width = shape[:2]
        if self._mixed is None or self._mixed[0] != shape:
            self._mixed = shape, CardBlock(self._driver, height * width * 4)
        block = self._mixed[1]
        numbers = np.array(
            [width, height, own.shape[1], own.shape[0], round(255 * mix.strength), weights is not None, mix.engine_alpha, 0],
            np.int32,
        )  # fmt: skip
        with self._driver.current():
            if top is not None and top.stream is not None:
                self._driver.wait_for_stream(stream, top.stream)
            table = 0 if weights is None else self._weights.address(weights.astype(np.uint32), stream)
            ids = 0 if weights is None else as_cuda_array(frame.ids).address
            painted = 0 if top is None else top.address
            addresses = (self._numbers.address(numbers, stream), painted, own.address, ids, table, block.address)
            self._kernels.launch(MIX, (-(-height * width // _THREADS), 1), _THREADS, addresses, stream)
        return block.array(shape, np.uint8, stream)

    def __del__(self) -> None:
        if hasattr(self, "_stream"):
            with contextlib.suppress(Exception), self._driver.current():
                # What it still reads is freed after this.
                self._driver.synchronize(self._stream)
                self._driver.destroy_stream(self._stream)
