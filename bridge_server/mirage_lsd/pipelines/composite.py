"""How much of the painted picture is seen, and where: strength, slots that are left alone, the engine's alpha. Same for every model."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..frame import InputFrame, Slot
from .resample import resample

_Picture = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Mix:
    """`strength` 0..1 of the whole picture; `engine_alpha`: the result's alpha is the engine's, else 255."""

    strength: float = 1.0
    engine_alpha: bool = False


def engine_picture(frame: InputFrame, height: int, width: int, *, engine_alpha: bool = False) -> _Picture:
    """The engine's own picture at the output's size (nearest pixel), H x W x 4 RGBA."""
    picture = np.array(resample(frame.color, height, width))
    if not engine_alpha:
        picture[..., 3] = 255
    return picture


def composite(painted: _Picture, frame: InputFrame, mix: Mix) -> _Picture:
    """Mixes in sRGB, pixel by pixel: 0 is the engine's picture to the bit, 1 the painted one.

    Args:
        painted: H x W x 4 RGBA; returned as it is where there is nothing to mix.
    """
    height, width = painted.shape[:2]
    weights = slot_weights(frame.slots, mix.strength) if frame.ids is not None else None
    if weights is None and mix.strength >= 1.0:
        if not mix.engine_alpha:
            return painted
        mixed = painted.copy()
        mixed[..., 3] = resample(frame.color, height, width)[..., 3]
        return mixed
    engine = engine_picture(frame, height, width, engine_alpha=mix.engine_alpha)
    weight: npt.NDArray[np.uint16] | np.uint16
    if weights is None or frame.ids is None:
        weight = np.uint16(round(255 * mix.strength))
    else:
        weight = weights[resample(frame.ids, height, width)][..., None]
    mixed_rgb = engine[..., :3] * (np.uint16(255) - weight) + painted[..., :3] * weight
    # Divides by 255 with rounding; exact at both ends.
    engine[..., :3] = (mixed_rgb + np.uint16(127)) // np.uint16(255)
    return engine


def needs_mixing(frame: InputFrame, mix: Mix) -> bool:
    """False: what `composite` gives is the painted picture itself."""
    return mix.strength < 1.0 or mix.engine_alpha or (frame.ids is not None and _special(frame.slots) != [])


def _special(slots: Iterable[Slot]) -> list[Slot]:
    return [slot for slot in slots if slot.strength < 1.0]


def slot_weights(slots: Iterable[Slot], strength: float) -> npt.NDArray[np.uint16] | None:
    """Weight 0..255 of each slot number; None where every slot is painted like the rest."""
    special = _special(slots)
    if not special:
        return None
    weights = np.full(256, round(255 * strength), np.uint16)
    for slot in special:
        weights[slot.slot] = round(255 * strength * slot.strength)
    return weights
