"""Whether a recording's depth and cameras are those of its pictures: each frame is reprojected into the one after it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from mirage_lsd.frame import InputFrame

Floats = npt.NDArray[np.float64]
# A pixel is compared where the frame before saw the same distance there.
_SAME_DISTANCE = 0.03
_FEWEST_PIXELS = 1000
# Both pictures are smoothed the same before they are compared (standard deviation: a pixel). Reading a frame between its pixels loses its
# finest detail, and textures that are drawn smaller flicker from pixel to pixel: on snow, which has hardly any contrast, that alone is
# a fifth of the motion's difference. A camera that is wrong moves the picture by pixels, which stays visible: `wrong_by_a_tenth`.
_SMOOTHING_PASSES = 2
_WRONG = 1.1
# A frame counts where its pixels moved at least so much: a still picture proves nothing.
_LEAST_MOTION_PX = 1.0
# Pixels of an object that is looked at.
_SMALLEST_OBJECT = 60


@dataclass(frozen=True, slots=True)
class Proof:
    """Over the frames in which the picture moved; errors are medians in 8-bit levels.

    Attributes:
        frames: how many those were. reprojected: error of the frame before, moved by depth and cameras; in_place: of the frame before as it is.
        wrong_by_a_tenth: error of the frame before where each pixel is moved a tenth too far, which the comparison must notice.
        motion_px: how far the pixels moved. visible: share of the pixels that the frame before saw.
        largest_step_m, largest_turn_deg: of the camera between two frames without a cut.
    """

    frames: int
    reprojected: float
    in_place: float
    wrong_by_a_tenth: float
    motion_px: float
    visible: float
    largest_step_m: float
    largest_turn_deg: float


def prove(frames: Iterable[InputFrame]) -> Proof:
    """Compares each frame with the one before it; cuts (`reset`) are passed over."""
    rows: list[tuple[float, ...]] = []
    step = turn = 0.0
    for before, now in pairwise(frames):
        if now.reset or before.camera is None or now.camera is None:
            continue
        moved = now.camera.view.astype(float) @ np.linalg.inv(before.camera.view.astype(float))
        eye = [
            np.linalg.inv(frame.camera.view.astype(float))[:3, 3] for frame in (before, now) if frame.camera is not None
        ]
        step = max(step, float(np.linalg.norm(eye[1] - eye[0])))
        turn = max(turn, float(np.degrees(np.arccos(np.clip((np.trace(moved[:3, :3]) - 1) / 2, -1, 1)))))
        row = _compare(before, now)
        if row is not None:
            rows.append(row)
    if not rows:
        return Proof(0, 0.0, 0.0, 0.0, 0.0, 0.0, step, turn)
    means = np.mean(rows, axis=0)
    return Proof(len(rows), *(float(mean) for mean in means), step, turn)


def _compare(before: InputFrame, now: InputFrame) -> tuple[float, ...] | None:
    x, y, visible = positions_before(before, now)
    rows, columns = np.mgrid[0 : visible.shape[0], 0 : visible.shape[1]]
    if visible.sum() < _FEWEST_PIXELS:
        return None
    motion = float(np.median(np.hypot(x - columns, y - rows)[visible]))
    if motion < _LEAST_MOTION_PX:
        return None
    picture, last = _smooth(now.color), _smooth(before.color)
    moved = np.abs(_bilinear(last, x, y) - picture).mean(-1)
    too_far = np.abs(_bilinear(last, columns + _WRONG * (x - columns), rows + _WRONG * (y - rows)) - picture).mean(-1)
    errors = (moved, np.abs(last - picture).mean(-1), too_far)
    return (*(float(np.median(error[visible])) for error in errors), motion, float(visible.mean()))


@dataclass(frozen=True, slots=True)
class MovingProof:
    """Over the pixels of moving objects that the world's motion alone puts at least a pixel wrong; errors are means in 8-bit levels.

    Attributes:
        pixels: how many, over all frames. objects: slots that they belong to. with_transforms: error of the frame before, moved by depth, cameras
        and the objects' transforms; without: by depth and cameras alone. apart_px: how far the two are apart (median).
    """

    pixels: int
    objects: int
    with_transforms: float
    without: float
    apart_px: float


def prove_moving(frames: Iterable[InputFrame]) -> MovingProof:
    """Compares each frame's moving objects with the frame before it; cuts (`reset`) are passed over."""
    errors: list[Floats] = []
    slots: set[int] = set()
    for before, now in pairwise(frames):
        if now.reset or now.ids is None or before.ids is None or before.camera is None or now.camera is None:
            continue
        pictures = _smooth(before.color), _smooth(now.color)
        for slot in now.slots:
            mask = now.ids == slot.slot
            if (
                slot.world_from_object is None
                or slot.previous_world_from_object is None
                or mask.sum() < _SMALLEST_OBJECT
            ):
                continue
            carried = _square(slot.previous_world_from_object) @ np.linalg.inv(_square(slot.world_from_object))
            x, y, visible = positions_before(before, now, carried, mask)
            still_x, still_y, _ = positions_before(before, now, None, mask)
            height, width = mask.shape
            at = np.clip(np.rint(y), 0, height - 1).astype(int), np.clip(np.rint(x), 0, width - 1).astype(int)
            apart = np.hypot(x - still_x, y - still_y)
            # Where the object was seen: what it turned away from can't be compared.
            chosen = visible & (before.ids[at] == slot.slot) & (apart >= _LEAST_MOTION_PX)
            if not chosen.any():
                continue
            slots.add(slot.slot)
            own = pictures[1][mask]
            each = [
                np.abs(_bilinear(pictures[0], *there) - own).mean(-1)[chosen] for there in ((x, y), (still_x, still_y))
            ]
            errors.append(np.stack([*each, apart[chosen]]))
    if not errors:
        return MovingProof(0, 0, 0.0, 0.0, 0.0)
    pooled = np.concatenate(errors, axis=1)
    return MovingProof(
        pooled.shape[1], len(slots), float(pooled[0].mean()), float(pooled[1].mean()), float(np.median(pooled[2]))
    )


def _square(matrix: npt.NDArray[np.float32]) -> Floats:
    return np.vstack([matrix.astype(float), [0.0, 0.0, 0.0, 1.0]])


def _smooth(color: npt.NDArray[np.uint8]) -> Floats:
    picture = color[..., :3].astype(float)
    for axis in (0, 1) * _SMOOTHING_PASSES:
        ends = [(1, 1) if axis == i else (0, 0) for i in range(3)]
        padded = np.moveaxis(np.pad(picture, ends, mode="edge"), axis, 0)
        picture = np.moveaxis(0.25 * padded[:-2] + 0.5 * padded[1:-1] + 0.25 * padded[2:], 0, axis)
    return picture


def positions_before(
    before: InputFrame,
    now: InputFrame,
    carried: Floats | None = None,
    mask: npt.NDArray[np.bool_] | None = None,
) -> tuple[Floats, Floats, npt.NDArray[np.bool_]]:
    """Where each pixel of `now` was in `before`: columns, rows, and whether it was seen there. Sky is left out.

    Args:
        carried: world_before from world_now, 4x4, of what moved in the world; None: it stood still.
        mask: of the pixels that are asked for, one after the other in what is returned; None: all, H x W.
    """
    assert now.depth is not None
    assert before.depth is not None
    assert now.camera is not None
    assert before.camera is not None
    height, width = now.depth.shape
    rows, columns = np.mgrid[0:height, 0:width] if mask is None else np.nonzero(mask)
    depth = now.depth[rows, columns]
    projection = now.camera.projection.astype(float)
    z = np.where((depth > 0) & np.isfinite(depth), depth, 1.0).astype(float)
    eye_x = ((columns + 0.5) / width * 2 - 1 + projection[0, 2]) / projection[0, 0] * z
    eye_y = (1 - (rows + 0.5) / height * 2 + projection[1, 2]) / projection[1, 1] * z
    points = np.stack([eye_x, eye_y, -z, np.ones_like(z)], -1)
    world_from_eye = np.linalg.inv(now.camera.view.astype(float))
    views = before.camera.view.astype(float) @ (world_from_eye if carried is None else carried @ world_from_eye)
    clip = points @ (before.camera.projection.astype(float) @ views).T
    w = np.maximum(clip[..., 3], 1e-6)
    x, y = (clip[..., 0] / w + 1) * width / 2 - 0.5, (1 - clip[..., 1] / w) * height / 2 - 0.5
    inside = (x >= 0) & (x <= width - 1) & (y >= 0) & (y <= height - 1) & (clip[..., 3] > 1e-3)
    there = before.depth[np.clip(np.rint(y), 0, height - 1).astype(int), np.clip(np.rint(x), 0, width - 1).astype(int)]
    same = np.abs(there - clip[..., 3]) < _SAME_DISTANCE * clip[..., 3]
    return x, y, inside & same & (depth > 0) & np.isfinite(depth)


def _bilinear(picture: Floats, x: Floats, y: Floats) -> Any:
    height, width = picture.shape[:2]
    x, y = np.clip(x, 0, width - 1.001), np.clip(y, 0, height - 1.001)
    left, top = x.astype(int), y.astype(int)
    right, down = (x - left)[..., None], (y - top)[..., None]
    upper = picture[top, left] * (1 - right) + picture[top, left + 1] * right
    lower = picture[top + 1, left] * (1 - right) + picture[top + 1, left + 1] * right
    return upper * (1 - down) + lower * down
