"""A camera's grain and a codec's trembling, taken out of a film before its detail is put onto what was painted."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

_Picture = npt.NDArray[np.uint8]

# A color that changes by no more than so many of 255 levels goes this share of the way back to what it was; one that changes by twice as many is new.
_GRAIN, _KEPT = 5.0, 0.75


def _back() -> _Picture:
    """By how many levels a change of so many is taken back, (256,)."""
    change = np.arange(256, dtype=np.float64)
    return np.round(change * _KEPT * np.clip(2.0 - change / _GRAIN, 0.0, 1.0)).astype(np.uint8)


_BACK = _back()


def without_grain(now: _Picture, before: _Picture | None) -> _Picture:
    """The picture, H x W x 4, a new array. `before`: what this returned for the last frame, of the same size; None: there was none."""
    if before is None:
        return now.copy()
    darker, brighter = cv2.LUT(cv2.subtract(before, now), _BACK), cv2.LUT(cv2.subtract(now, before), _BACK)
    found: _Picture = np.asarray(cv2.subtract(cv2.add(now, darker), brighter), np.uint8)
    return found
