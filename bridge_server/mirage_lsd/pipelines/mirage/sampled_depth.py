"""Depth at another size, as the model reads it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ...models.guide import FAR_M
from ..resample import resample


def resample_depth(plane: npt.NDArray[np.float32], height: int, width: int) -> npt.NDArray[np.float32]:
    """A copy of a depth plane, metres; 0 (sky) where it holds nothing between 0 and FAR_M."""
    depth = np.asarray(resample(plane, height, width), np.float32)
    # NaN compares false, so it becomes sky too.
    return np.where((depth > 0) & (depth < FAR_M), depth, np.float32(0))
