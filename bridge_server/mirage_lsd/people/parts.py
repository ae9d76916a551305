"""What of a person is skin, hair and outfit.

Where the face, the hair and the trunk are, the joints say roughly; what color each has, the surest places there; what each pixel is, both together.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from ..picture import Pixels
from .body import ANKLES, ELBOWS, HIPS, KNEES, LEFT_EYE, MOUTH_LEFT, MOUTH_RIGHT, RIGHT_EYE, SHOULDERS, WRISTS, Body
from .matte import edge_keeping

Floats = npt.NDArray[np.float32]
_Counts = npt.NDArray[np.float64]

SKIN, HAIR, OUTFIT = 0, 1, 2
# Parts are told apart in a picture at most this wide.
_WIDE = 240
# Cells of each channel (Lab) of a histogram of colors, how far its counts are smeared, and what a color counts that skin, hair or outfit was never seen to
# have: clothes have more colors than one sees at once.
_CELLS = (8, 16, 16)
_SMEAR = 0.8
_NEVER = (5e-5, 5e-5, 3e-4)
# How much a histogram of the pictures before counts.
_KEPT = 0.85


@dataclass(frozen=True, slots=True)
class Parts:
    """(3, H, W), how much of each pixel is skin, hair and outfit, 0..1: together the matte."""

    shares: Floats

    @property
    def outfit(self) -> Floats:
        """H x W."""
        outfit: Floats = self.shares[OUTFIT]
        return outfit


class PartsWatch:
    """The colors that a stream's person has; fixed in size. One thread."""

    def __init__(self) -> None:
        self._colors: list[Floats] | None = None

    def look(self, pixels: Pixels, matte: Floats, body: Body, face: Floats | None) -> Parts | None:
        """The parts of a person in the next picture; None before a face was seen once: without one, joints are too often of nobody.

        Args:
            pixels: H x W x 3 or 4. matte: H x W. body, face: of `people.watch.Person`.
        """
        if face is None and self._colors is None:
            return None
        height, width = matte.shape
        shrink = max(1.0, max(height, width) / _WIDE)
        size = max(8, round(width / shrink)), max(8, round(height / shrink))
        scale = np.array((size[0] / width, size[1] / height), np.float32)
        small: Pixels = np.asarray(cv2.resize(pixels[..., :3], size, interpolation=cv2.INTER_AREA), np.uint8)
        person: Floats = np.asarray(cv2.resize(matte, size, interpolation=cv2.INTER_AREA), np.float32)
        places, sure = _places(body, face, scale, size, person)
        cells = _cells_of(small)
        self._learn(cells, sure)
        assert self._colors is not None
        votes = np.stack(
            [np.log(place) + np.log(seen[cells]) for place, seen in zip(places, self._colors, strict=True)]
        )
        votes -= votes.max(0)
        likely = np.exp(votes).astype(np.float32)
        likely /= likely.sum(0)
        guide = small.astype(np.float32) / np.float32(255.0)
        full = cv2.resize(pixels[..., :3], (width, height)).astype(np.float32) / np.float32(255.0)
        shares = np.empty((3, height, width), np.float32)
        for i in range(3):
            slope, offset = edge_keeping(likely[i], guide)
            up = cv2.resize(np.dstack([slope, offset]), (width, height), interpolation=cv2.INTER_LINEAR)
            shares[i] = np.clip((full * up[..., :3]).sum(-1) + up[..., 3], 0.0, 1.0) ** 2
        shares /= shares.sum(0) + np.float32(1e-6)
        return Parts(shares * matte)

    def _learn(self, cells: npt.NDArray[np.int32], sure: tuple[Floats, Floats, Floats]) -> None:
        found = []
        for weights, never in zip(sure, _NEVER, strict=True):
            counted = np.bincount(cells.ravel(), weights.ravel(), int(np.prod(_CELLS)))
            counts = counted.astype(np.float64).reshape(*_CELLS)
            total = float(counts.sum())
            smeared: _Counts = counts
            for axis in range(3):
                smeared = _smeared(smeared, axis)
            found.append((smeared.ravel() / max(total, 1.0) + never).astype(np.float32))
        if self._colors is None:
            self._colors = found
        else:
            self._colors = [
                (_KEPT * before + (1.0 - _KEPT) * now) if weights.sum() > 8.0 else before
                for before, now, weights in zip(self._colors, found, sure, strict=True)
            ]


def _smeared(counts: _Counts, axis: int) -> _Counts:
    moved = np.moveaxis(counts, axis, 0)
    smeared = moved * (1.0 - _SMEAR / 2)
    smeared[1:] += moved[:-1] * (_SMEAR / 4)
    smeared[:-1] += moved[1:] * (_SMEAR / 4)
    return np.moveaxis(smeared, 0, axis)


def _cells_of(rgb: Pixels) -> npt.NDArray[np.int32]:
    lab = cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB).astype(np.int32)
    # Colors of people lie in the middle of a and b.
    light = lab[..., 0] * _CELLS[0] // 256
    a, b = (np.clip((lab[..., i] - 128) // 5 + _CELLS[i] // 2, 0, _CELLS[i] - 1) for i in (1, 2))
    cells: npt.NDArray[np.int32] = ((light * _CELLS[1] + a) * _CELLS[2] + b).astype(np.int32)
    return cells


def _places(
    body: Body, face: Floats | None, scale: Floats, size: tuple[int, int], person: Floats
) -> tuple[tuple[Floats, Floats, Floats], tuple[Floats, Floats, Floats]]:
    """Of skin, hair and outfit: how likely each place is (not normalised), and where it is sure."""
    joints = body.joints[:, :2] * scale
    eyes, mouth = (joints[LEFT_EYE] + joints[RIGHT_EYE]) / 2, (joints[MOUTH_LEFT] + joints[MOUTH_RIGHT]) / 2
    shoulders, hips = joints[list(SHOULDERS)], joints[list(HIPS)]
    neck = shoulders.mean(0)
    up = eyes - mouth
    length = float(np.linalg.norm(up)) + 1e-3
    up = up / length
    across = np.array((-up[1], up[0]), np.float32)
    outline = (
        _oval(mouth + up * 0.55 * length, up, across, 1.05 * length, 1.75 * length) if face is None else face * scale
    )
    y, x = np.mgrid[: size[1], : size[0]].astype(np.float32)
    dx, dy = x - mouth[0], y - mouth[1]
    # Over the mouth, and beside it, in lengths from eyes to mouth.
    above, beside = (dx * up[0] + dy * up[1]) / length, np.abs(dx * across[0] + dy * across[1]) / length
    in_face = _filled(outline, size)
    wide_face = cv2.dilate(in_face, np.ones((3, 3), np.uint8), iterations=max(1, round(0.25 * length)))
    inner_face = cv2.erode(in_face, np.ones((3, 3), np.uint8), iterations=max(1, round(0.2 * length)))
    chin = -1.05
    head = (above > chin) & (beside < np.where(above > 0.4, 2.6, 1.9)) & (above < 4.2)
    # Where long hair may fall.
    beside_neck = (above <= chin) & (above > chin - 2.6) & (beside < 2.4)
    under_chin = (above <= chin) & (above > chin - 1.3) & (beside < 1.0)
    trunk = _filled(np.array([shoulders[0], shoulders[1], hips[1], hips[0]], np.float32), size)
    reach = max(float(np.linalg.norm(shoulders[0] - shoulders[1])), 1.2 * length)
    hands = _along(joints, ((ELBOWS, WRISTS), (WRISTS, (19, 20))), 0.14 * reach, size)
    hands |= _dots(joints[[15, 16, 19, 20]], 0.22 * reach, size)
    legs = _along(joints, ((HIPS, KNEES), (KNEES, ANKLES)), 0.22 * reach, size)
    skin, hair, outfit = (np.full(person.shape, v, np.float32) for v in (0.10, 0.01, 0.9))
    skin[legs > 0], outfit[legs > 0] = 0.08, 0.9
    skin[hands > 0], outfit[hands > 0] = 0.5, 0.5
    skin[trunk > 0], outfit[trunk > 0] = 0.03, 1.0
    hair[beside_neck], skin[beside_neck], outfit[beside_neck] = 0.12, 0.1, 0.8
    hair[under_chin], skin[under_chin], outfit[under_chin] = 0.02, 0.6, 0.5
    hair[head], skin[head], outfit[head] = 0.8, 0.3, 0.02
    jaw = head & (above < -0.4) & (beside > 1.1)
    hair[jaw], skin[jaw], outfit[jaw] = 0.3, 0.1, 0.5
    ring = (wide_face > 0) & head
    hair[ring], skin[ring] = 0.4, 0.6
    hair[in_face > 0], skin[in_face > 0], outfit[in_face > 0] = 0.08, 1.0, 0.002
    crown = head & (wide_face == 0) & (above > 1.6)
    below = np.clip((y - (neck[1] + 0.25 * length)) / (0.4 * length), 0.0, 1.0)
    chest = cv2.erode(trunk, np.ones((3, 3), np.uint8), iterations=max(1, round(0.1 * reach)))
    somebody = (person > 0.9).astype(np.float32)
    return (skin, hair, outfit), (
        inner_face * somebody,
        crown.astype(np.float32) * somebody,
        chest * below * somebody,
    )


def _oval(center: Floats, up: Floats, across: Floats, half_width: float, half_height: float) -> Floats:
    turn = np.linspace(0, 2 * np.pi, 36, endpoint=False, dtype=np.float32)[:, None]
    points: Floats = center + np.cos(turn) * up * half_height + np.sin(turn) * across * half_width
    return points


def _filled(outline: Floats, size: tuple[int, int]) -> npt.NDArray[np.uint8]:
    filled = np.zeros((size[1], size[0]), np.uint8)
    cv2.fillPoly(filled, [np.round(np.clip(outline, -4096, 4096)).astype(np.int32)], 1)
    return filled


def _along(
    joints: Floats, bones: tuple[tuple[tuple[int, int], tuple[int, int]], ...], width: float, size: tuple[int, int]
) -> npt.NDArray[np.uint8]:
    drawn = np.zeros((size[1], size[0]), np.uint8)
    points = np.round(np.clip(joints, -4096, 4096)).astype(int)
    for starts, ends in bones:
        for a, b in zip(starts, ends, strict=True):
            cv2.line(drawn, points[a].tolist(), points[b].tolist(), 1, max(1, round(2 * width)))
    return drawn


def _dots(points: Floats, radius: float, size: tuple[int, int]) -> npt.NDArray[np.uint8]:
    drawn = np.zeros((size[1], size[0]), np.uint8)
    for point in np.round(np.clip(points, -4096, 4096)).astype(int):
        cv2.circle(drawn, point.tolist(), max(1, round(radius)), 1, -1)
    return drawn
