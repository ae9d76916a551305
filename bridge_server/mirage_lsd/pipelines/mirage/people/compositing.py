"""A person in front of another background: soft edges without a rim of the old one, and some of the new one's light."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
_Picture = npt.NDArray[np.uint8]

# Parts of the longer side: how far a background is out of focus, how wide an edge may be, how far from the edge the light still falls off.
_BLUR, _EDGE, _ROUND = 1 / 50, 1 / 100, 1 / 25
# How much of the background's color and of its brightness falls on a person, and how much brighter the side towards the light is.
_TINT, _EXPOSURE, _DIRECTION = 0.3, 0.35, 0.22
_MIDDLE_LIGHT, _LEAST_LIGHT, _MOST_LIGHT = 0.2, 0.55, 1.15
# Blurs are made on a picture at most this wide.
_SMALL = 320


def blurred(picture: _Picture, matte: Floats) -> _Picture:
    """What is behind a person, out of focus; nothing of the person runs into it. `picture` H x W x 4, `matte` H x W."""
    height, width = matte.shape
    size = _small(height, width)
    small = cv2.resize(picture[..., :3], size, interpolation=cv2.INTER_AREA).astype(np.float32)
    behind = np.clip(1.0 - cv2.resize(matte, size, interpolation=cv2.INTER_AREA), 0.0, 1.0) + np.float32(1e-3)
    sigma = max(size) * _BLUR
    soft = cv2.GaussianBlur(small * behind[..., None], (0, 0), sigma)
    soft /= cv2.GaussianBlur(behind, (0, 0), sigma)[..., None]
    result = np.full((height, width, 4), 255, np.uint8)
    result[..., :3] = cv2.resize(soft, (width, height), interpolation=cv2.INTER_LINEAR)
    return result


def composed(person: _Picture, matte: Floats, behind: _Picture) -> _Picture:
    """`person` over `behind`, both H x W x 4; a new array. Where the matte is soft, the person's color comes from further inside."""
    height, width = matte.shape
    over = person[..., :3].astype(np.float32)
    soft = (matte > 0.01) & (matte < 0.99)
    if soft.any():
        size = _small(height, width)
        inside = cv2.resize(matte, size, interpolation=cv2.INTER_AREA) ** 4
        side = 2 * max(1, round(max(size) * _EDGE)) + 1
        colors = cv2.resize(over, size, interpolation=cv2.INTER_AREA)
        summed = cv2.blur(colors * inside[..., None], (side, side))
        weight = cv2.blur(inside, (side, side))
        inner = cv2.resize(summed / np.maximum(weight, 1e-4)[..., None], (width, height))
        there = np.clip(cv2.resize(weight, (width, height)) * 20.0, 0.0, 1.0)
        share = np.where(soft, (1.0 - matte) * there, 0.0)[..., None]
        over += (inner - over) * share.astype(np.float32)
    result = behind.copy()
    under = behind[..., :3].astype(np.float32)
    mixed = under + (over - under) * matte[..., None]
    result[..., :3] = np.clip(mixed + 0.5, 0.0, 255.0).astype(np.uint8)
    return result


def relit(person: _Picture, matte: Floats, behind: _Picture, towards_light: tuple[float, float]) -> _Picture:
    """The person in some of the background's light, H x W x 4; a new array.

    Args:
        towards_light: on the picture, to the right and up, -1..1.
    """
    height, width = matte.shape
    tiny = cv2.resize(behind[..., :3], (32, 18), interpolation=cv2.INTER_AREA).astype(np.float32) / np.float32(255.0)
    light = (tiny * tiny).reshape(-1, 3).mean(0)  # roughly linear
    luma = float(light @ np.array((0.2126, 0.7152, 0.0722), np.float32)) + 1e-4
    tint = np.clip(light / luma, 0.3, 2.5) ** _TINT
    gain = np.clip((luma / _MIDDLE_LIGHT) ** _EXPOSURE, _LEAST_LIGHT, _MOST_LIGHT) * tint
    size = _small(height, width)
    mound = cv2.GaussianBlur(
        cv2.resize(matte, size, interpolation=cv2.INTER_AREA),
        (0, 0),
        max(size) * _ROUND,
        borderType=cv2.BORDER_REPLICATE,
    )
    slope_x, slope_y = np.gradient(mound, axis=1), np.gradient(mound, axis=0)
    # A mound rises inwards: what faces right has a slope to the left.
    facing = -(slope_x * towards_light[0] - slope_y * towards_light[1]) * (max(size) * _ROUND * 2.0)
    falls = (1.0 + _DIRECTION * np.clip(facing, -1.0, 1.0)).astype(np.float32)
    falls = cv2.resize(falls, (width, height), interpolation=cv2.INTER_LINEAR)
    result = person.copy()
    # Gains are of light; roots of them are of its encoding.
    lit = person[..., :3].astype(np.float32) * np.sqrt(gain).astype(np.float32) * falls[..., None]
    result[..., :3] = np.clip(lit + 0.5, 0.0, 255.0).astype(np.uint8)
    return result


def _small(height: int, width: int) -> tuple[int, int]:
    shrink = max(1.0, max(height, width) / _SMALL)
    return max(1, round(width / shrink)), max(1, round(height / shrink))
