"""From a network's rough mask to a matte at the picture's size, with soft edges where the person's are."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from ..picture import Pixels

Floats = npt.NDArray[np.float32]

# The edges are looked for in a picture at most this wide.
_WIDE = 240
# Radius there, and the square of what differs too little to be an edge (0..1).
_RADIUS, _FLAT = 3, 1e-3
# What is less sure than the first is nobody, what is surer than the second somebody.
_NOBODY, _SOMEBODY = 0.15, 0.85
# Of the way to a mask's new value that is gone in one picture, where it changed little.
_SLOWEST = 0.35


def steadied(mask: Floats, before: Floats | None) -> Floats:
    """A mask, 0..1, that doesn't tremble: what changed a little goes there slowly."""
    if before is None or before.shape != mask.shape:
        return mask
    change = mask - before
    kept: Floats = before + change * np.clip(np.abs(change) * 2.0, _SLOWEST, 1.0)
    return kept


def matte(mask: Floats, pixels: Pixels) -> Floats:
    """How much of each pixel is the person's, H x W in 0..1, with the picture's own edges.

    Args:
        mask: h x w in 0..1, over the whole picture. pixels: H x W x 3 or 4.
    """
    height, width = pixels.shape[:2]
    shrink = max(1.0, max(height, width) / _WIDE)
    size = max(1, round(width / shrink)), max(1, round(height / shrink))
    small: Floats = cv2.resize(pixels[..., :3], size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255.0
    rough: Floats = np.asarray(cv2.resize(mask, size, interpolation=cv2.INTER_LINEAR), np.float32)
    slope, offset = edge_keeping(rough, small)
    # The filter's numbers are smooth, the picture they are applied to is sharp (He and Sun, "Fast guided filter", 2015).
    guide_size = min(width, 2 * size[0]), min(height, 2 * size[1])
    guide = cv2.resize(pixels[..., :3], guide_size, interpolation=cv2.INTER_AREA).astype(np.float32)
    guide *= cv2.resize(slope, guide_size, interpolation=cv2.INTER_LINEAR) / np.float32(255.0)
    fine = guide.sum(-1) + cv2.resize(offset, guide_size, interpolation=cv2.INTER_LINEAR)
    fine = np.clip((fine - _NOBODY) / (_SOMEBODY - _NOBODY), 0.0, 1.0)
    fine = fine * fine * (3.0 - 2.0 * fine)
    full: Floats = np.asarray(cv2.resize(fine, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)
    return full


def edge_keeping(values: Floats, guide: Floats, *, radius: int = _RADIUS, flat: float = _FLAT) -> tuple[Floats, Floats]:
    """The guided filter with a guide in color (He et al., 2013): `values` smoothed but for the guide's edges is slope . guide + offset.

    Args:
        values: H x W. guide: H x W x 3, 0..1.
        radius: of what is smoothed, pixels. flat: the square of what differs too little to be an edge.

    Returns:
        slope H x W x 3, offset H x W.
    """

    def mean(x: Floats) -> Floats:
        found: Floats = np.asarray(cv2.blur(x, (2 * radius + 1, 2 * radius + 1), borderType=cv2.BORDER_REFLECT))
        return found

    average, of_values = mean(guide), mean(values)
    with_values = mean(guide * values[..., None]) - average * of_values[..., None]
    r, g, b = (mean(guide * guide[..., i : i + 1]) - average * average[..., i : i + 1] for i in range(3))
    rr, rg, rb, gg, gb, bb = r[..., 0] + flat, r[..., 1], r[..., 2], g[..., 1] + flat, g[..., 2], b[..., 2] + flat
    # The inverse of the symmetric matrix of these six, written out: a solver takes fifty times as long for so many small ones.
    rows = (
        (gg * bb - gb * gb, rb * gb - rg * bb, rg * gb - rb * gg),
        (rb * gb - rg * bb, rr * bb - rb * rb, rb * rg - rr * gb),
        (rg * gb - rb * gg, rb * rg - rr * gb, rr * gg - rg * rg),
    )
    determinant = rr * rows[0][0] + rg * rows[0][1] + rb * rows[0][2]
    slope = np.stack([sum(row[i] * with_values[..., i] for i in range(3)) / determinant for row in rows], -1)
    offset = of_values - (slope * average).sum(-1)
    return mean(slope), mean(offset)
