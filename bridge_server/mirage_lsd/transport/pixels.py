"""Conversion between the stream's pixel formats and the pipelines' one: rgba8, sRGB-encoded. Little endian hosts."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

_BLOCK = 65_536  # pixels; the temporaries of a block stay in the cache


def swap_red_blue(source: npt.NDArray[np.uint8], destination: npt.NDArray[np.uint8]) -> None:
    """bgra8 to rgba8 or back. Both H x W x 4 uint8, contiguous, not the same memory."""
    words_in = source.reshape(-1).view("<u4")
    words_out = destination.reshape(-1).view("<u4")
    for start in range(0, words_in.size, _BLOCK):
        block = words_in[start : start + _BLOCK]
        result = words_out[start : start + _BLOCK]
        np.bitwise_and(block, 0xFF00FF00, out=result)
        result |= (block >> 16) & 0xFF
        result |= (block & 0xFF) << 16


def srgb_from_linear(source: npt.NDArray[Any], destination: npt.NDArray[np.uint8]) -> None:
    """rgba16f, linear, to rgba8, sRGB-encoded; alpha stays linear. NaN becomes 0; below 0 and above 1 are clipped.

    Args:
        source: H x W x 4 float16, contiguous.
        destination: H x W x 4 uint8, contiguous.
    """
    bits = source.reshape(-1).view("<u2")
    flat = destination.reshape(-1)
    # Each of the 65,536 half floats has its answer in a table; "clip" lets take() write without a temporary.
    np.take(_ENCODED, bits, out=flat, mode="clip")
    flat[3::4] = _LINEAR[bits[3::4]]


def _tables() -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    values = np.arange(65_536, dtype="<u2").view("<f2").astype(np.float32)
    linear = np.clip(np.nan_to_num(values, nan=0.0, posinf=1.0, neginf=0.0), 0.0, 1.0)
    encoded = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1.0 / 2.4) - 0.055)
    return (encoded * 255.0 + 0.5).astype(np.uint8), (linear * 255.0 + 0.5).astype(np.uint8)


_ENCODED, _LINEAR = _tables()
