"""A card's memory that goes back by itself."""

from __future__ import annotations

import contextlib
from typing import Any

import numpy as np
import numpy.typing as npt

from .array import CudaArray
from .driver import CudaDriver


class CardBlock:
    """Memory on a card, freed with this object: nothing that is queued may still use it then.

    Raises:
        CudaError: there is none left.
    """

    def __init__(self, driver: CudaDriver, nbytes: int) -> None:
        self._driver, self.address = driver, 0
        with driver.current():
            self.address = int(driver.call("cuMemAlloc", nbytes))

    def array(self, shape: tuple[int, ...], dtype: npt.DTypeLike, stream: int | None = None) -> CudaArray:
        """The block as an array, which keeps it."""
        return CudaArray(self.address, shape, np.dtype(dtype), self._driver.device, stream, self)

    def __del__(self) -> None:
        # The driver may be gone before.
        if self.address:
            with contextlib.suppress(Exception), self._driver.current():
                self._driver.free(self.address)


def uploaded(driver: CudaDriver, values: npt.NDArray[Any]) -> CudaArray:
    """A copy of an array on the card, complete.

    Raises:
        CudaError: the card has no memory left.
    """
    contiguous = np.ascontiguousarray(values)
    block = CardBlock(driver, contiguous.nbytes)
    with driver.current():
        driver.call("cuMemcpyHtoD", block.address, contiguous.ctypes.data, contiguous.nbytes)
    return block.array(contiguous.shape, contiguous.dtype)


class CardPool:
    """Blocks of one size that are given out and come back, so that a frame allocates nothing. Used in one stream only."""

    def __init__(self, driver: CudaDriver, nbytes: int) -> None:
        self._driver, self._nbytes = driver, nbytes
        self._free: list[CardBlock] = []

    def array(self, shape: tuple[int, ...], dtype: npt.DTypeLike) -> CudaArray:
        """An array of its own; the block comes back when the last one lets go of it."""
        block = self._free.pop() if self._free else CardBlock(self._driver, self._nbytes)
        return CudaArray(block.address, shape, np.dtype(dtype), self._driver.device, None, _Lent(block, self._free))


class _Lent:
    """Brings a block back."""

    def __init__(self, block: CardBlock, home: list[CardBlock]) -> None:
        self._block, self._home = block, home

    def __del__(self) -> None:
        self._home.append(self._block)


class Upload:
    """A small array on the card that is copied there only where it changed.

    Args:
        driver: of the card.
    """

    def __init__(self, driver: CudaDriver) -> None:
        self._driver = driver
        self._block: CardBlock | None = None
        self._sent: npt.NDArray[Any] | None = None

    def address(self, values: npt.NDArray[Any], stream: int) -> int:
        """Where `values` are, for what is queued in `stream` after this; always the same stream. Needs the driver's `current`."""
        if self._sent is None or self._sent.shape != values.shape or not np.array_equal(self._sent, values):
            # What was sent before may still be on its way.
            self._driver.synchronize(stream)
            if self._block is None or self._sent is None or self._sent.nbytes != values.nbytes:
                self._block = CardBlock(self._driver, values.nbytes)
            self._sent = np.array(values, order="C")
            self._driver.call(
                "cuMemcpyHtoDAsync", self._block.address, self._sent.ctypes.data, self._sent.nbytes, stream
            )
        assert self._block is not None
        return self._block.address
