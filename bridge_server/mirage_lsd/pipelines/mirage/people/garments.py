"""Other clothes and hair on a person: new colors and patterns under the light and the folds of what they wear."""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np
import numpy.typing as npt

from ....models.character import CHARACTER_PARTS, DEFAULT_APPEARANCE, Garment
from ....people.body import Body
from ....people.matte import edge_keeping
from ....people.parts import Parts
from .body_frame import around_body

Floats = npt.NDArray[np.float32]
_Picture = npt.NDArray[np.uint8]

# Folds are told from a garment's own colors in a picture at most this wide.
_WIDE = 240
# How much of the folds, of the large-scale shading and of what lies between two of the old garment's colors is kept (exponents).
_FOLDS, _SHADING = 0.9, 0.45
_DARKEST, _BRIGHTEST = 0.06, 2.2
# Linear luma: what is darker holds more noise than folds.
_FLOOR = 0.012
# The person's own brightness that shows a color as it is, and by how much others change it.
_WELL_LIT, _LEAST_LIT, _MOST_LIT = 0.45, 0.35, 1.2
# Metres from one band of a color to the next, and from one stripe; how far folds move a pattern.
_BANDS_M, _STRIPES_M, _FOLDED_M = 0.10, 0.05, 0.02


def asked_garments(appearance: Mapping[str, Garment]) -> dict[str, Garment]:
    """The parts of a look that somebody asked for: who asks for nothing stays as they are."""
    return {part: garment for part, garment in appearance.items() if garment != DEFAULT_APPEARANCE.get(part)}


def dressed(picture: _Picture, parts: Parts, body: Body, garments: Mapping[str, Garment]) -> _Picture:
    """The picture, H x W x 4, with these garments on the person's parts; a new array."""
    linear = _linear(picture)
    luma: Floats = linear @ np.array((0.2126, 0.7152, 0.0722), np.float32)
    folds, base = _shading(luma, picture)
    everywhere = parts.shares.sum(0)
    lit = _weighted_share(luma, everywhere, 0.9)
    exposure = float(np.clip(lit / _WELL_LIT, _LEAST_LIT, _MOST_LIT))
    result = picture.copy()
    for part, garment in garments.items():
        share = parts.shares[CHARACTER_PARTS.index(part)]
        if float(share.max()) < 0.05:
            continue
        middle = _weighted_share(base, share, 0.6)
        large = ((base + _FLOOR) / (middle + _FLOOR)) ** (1.0 if part == "skin" else _SHADING)
        shading = np.clip(folds**_FOLDS * large, _DARKEST, _BRIGHTEST) * np.float32(exposure)
        color = _pattern(garment, body, luma.shape, folds) * shading[..., None]
        new = _encoded(color)
        result[..., :3] = (
            (result[..., :3] + (new - result[..., :3]) * share[..., None] + 0.5).clip(0, 255).astype(np.uint8)
        )
    return result


def _pattern(garment: Garment, body: Body, shape: tuple[int, ...], folds: Floats) -> Floats:
    """Linear colors, H x W x 3 (or 1 x 1 x 3)."""
    color, second = np.array(garment.color, np.float32), np.array(garment.second, np.float32)
    if garment.bands == 0.0 and garment.stripes == 0.0:
        return color[None, None]
    around, along = around_body(body, (int(shape[0]), int(shape[1])))
    # Cloth that turns away in a fold shows another part of itself.
    moved = cv2.GaussianBlur(np.log(folds), (0, 0), max(shape) / 200.0) * np.float32(_FOLDED_M)
    share = garment.bands * _wave(along + moved, _BANDS_M) + garment.stripes * _wave(around + moved, _STRIPES_M)
    mixed: Floats = color + (second - color) * np.clip(share, 0.0, 1.0)[..., None].astype(np.float32)
    return mixed


def _wave(place: Floats, period: float) -> Floats:
    """0 and 1 by halves of a period, with edges as wide as a pixel, and a half where the whole period is."""
    phase = place / np.float32(period)
    step = np.abs(np.gradient(phase, axis=0)) + np.abs(np.gradient(phase, axis=1))
    # Where a sleeve meets the trunk the place jumps: that is no fine pattern.
    step = np.clip(np.minimum(step, 0.25), 1e-3, None)
    distance = np.abs(phase - np.floor(phase) - 0.5) - 0.25
    share: Floats = np.clip(0.5 - distance / step, 0.0, 1.0).astype(np.float32)
    return share


def _shading(luma: Floats, picture: _Picture) -> tuple[Floats, Floats]:
    """Luma over its smooth version, and the smooth version; edges of the picture are the smooth version's."""
    height, width = luma.shape
    shrink = max(1.0, max(height, width) / _WIDE)
    size = max(8, round(width / shrink)), max(8, round(height / shrink))
    guide = cv2.resize(picture[..., :3], size, interpolation=cv2.INTER_AREA).astype(np.float32) / np.float32(255.0)
    small: Floats = np.asarray(cv2.resize(luma, size, interpolation=cv2.INTER_AREA), np.float32)
    slope, offset = edge_keeping(small, guide, radius=6, flat=0.02)
    up = cv2.resize(np.dstack([slope, offset]), (width, height), interpolation=cv2.INTER_LINEAR)
    base = (picture[..., :3].astype(np.float32) / np.float32(255.0) * up[..., :3]).sum(-1) + up[..., 3]
    base = np.clip(base, 0.0, 1.0)
    folds: Floats = np.clip((luma + _FLOOR) / (base + _FLOOR), 0.2, 4.0).astype(np.float32)
    return folds, base.astype(np.float32)


def _weighted_share(values: Floats, weights: Floats, share: float) -> float:
    """The value that this share of the weight lies under."""
    step = max(1, max(values.shape) // 120)
    v, w = values[::step, ::step].ravel(), weights[::step, ::step].ravel()
    order = np.argsort(v)
    total = np.cumsum(w[order])
    if total[-1] <= 0.0:
        return float(v.mean())
    return float(v[order][np.searchsorted(total, share * total[-1])])


_TO_LINEAR = np.where(
    np.arange(256) <= 10, np.arange(256) / 255 / 12.92, ((np.arange(256) / 255 + 0.055) / 1.055) ** 2.4
).astype(np.float32)


def _linear(picture: _Picture) -> Floats:
    linear: Floats = _TO_LINEAR[picture[..., :3]]
    return linear


def _encoded(linear: Floats) -> Floats:
    """sRGB, 0..255."""
    x = np.clip(linear, 0.0, 1.0)
    encoded = np.where(x <= 0.0031308, x * 12.92, 1.055 * np.maximum(x, 1e-6) ** (1 / 2.4) - 0.055) * 255.0
    return encoded.astype(np.float32)
