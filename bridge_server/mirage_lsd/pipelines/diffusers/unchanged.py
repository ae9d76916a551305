"""Whether a frame shows the same as another: then its picture is given again, and the UNet rests."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ...frame import InputFrame

_EVERY = 4
# A sample differs when its color does by more than this, 0..255; so many of them, and something has happened.
_COLOR_TOLERANCE = 8
_SHARE = 5e-4
_CAMERA_TOLERANCE = 1e-5


class Sight(NamedTuple):
    """Samples of a frame: `color` uint8, the `camera`'s matrices in one array or None, and what was `asked`."""

    color: npt.NDArray[np.uint8]
    camera: npt.NDArray[np.float32] | None
    asked: Any


def sight_of(frame: InputFrame, asked: Any) -> Sight:
    """A frame's; a copy."""
    camera = None if frame.camera is None else np.concatenate([frame.camera.view, frame.camera.projection])
    return Sight(frame.color[::_EVERY, ::_EVERY, :3].copy(), camera, asked)


def unchanged(before: Sight, now: Sight) -> bool:
    """Compared with the frame whose picture is shown, not with the last one: what changes slowly is noticed, too."""
    if (
        before.asked != now.asked
        or before.color.shape != now.color.shape
        or (before.camera is None) != (now.camera is None)
    ):
        return False
    if (
        before.camera is not None
        and now.camera is not None
        and not np.allclose(before.camera, now.camera, atol=_CAMERA_TOLERANCE)
    ):
        return False
    differ = np.abs(before.color.astype(np.int16) - now.color).max(-1) > _COLOR_TOLERANCE
    return bool(differ.mean() < _SHARE)
