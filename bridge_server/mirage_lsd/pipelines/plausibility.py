"""Looks whether what an engine sends can be right: the mistakes that every new integration makes, told in a sentence.

Nothing here is certain. A finding is told only when several looks in a row agree, and as a notice: the picture is made all the same.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from ..controls import Notice
from ..frame import Camera, InputFrame

_LOOK_EVERY = 10  # frames
_AGREE = 4  # looks in a row
_STRIDE = 8  # pixels; enough to judge, and costs a fraction of a millisecond
_MOVES = 2.0  # mean difference of two pictures, of 255
_SENTENCES = {
    "depth_unit": "Depth looks like centimetres (the nearest surface is over 20 m away, half of them over 300 m); send metres along the view axis.",
    "depth_reversed": "Depth looks like the depth buffer itself (nothing is further than 1); send linear metres along the view axis.",
    "depth_flipped": "Depth looks upside down beside the color: its edges fit when it is turned over; row 0 is the top row in every plane.",
    "camera_still": "The picture moves and the camera never does; send the camera of each frame, or none.",
    "motion_disagrees": "The motion vectors are not what depth and the cameras say; send pixels from this frame to the previous one, +x right, +y down.",
}

_Floats = npt.NDArray[np.float32]


class InputWatch:
    """Watches one stream's frames. One thread at a time."""

    def __init__(self) -> None:
        self._frames = 0
        self._agreed = dict.fromkeys(_SENTENCES, 0)
        self._color: _Floats | None = None
        self._view: npt.NDArray[np.float32] | None = None
        self._previous: tuple[int, Camera | None] = (-1, None)

    def look(self, frame: InputFrame) -> tuple[Notice, ...]:
        """What seems wrong by now; nearly always nothing. Most frames are not looked at."""
        previous_seq, previous_camera = self._previous
        self._previous = (frame.seq, frame.camera)
        self._frames += 1
        if frame.reset:
            self._color = None
        if self._frames % _LOOK_EVERY:
            return ()
        # Motion is that to the engine's previous frame: only where this is the one that came before can it be judged.
        camera_before = previous_camera if previous_seq == frame.seq - 1 else None
        found = set(self._findings(frame, camera_before))
        for code in self._agreed:
            self._agreed[code] = self._agreed[code] + 1 if code in found else 0
        return tuple(Notice(code, _SENTENCES[code]) for code, looks in self._agreed.items() if looks >= _AGREE)

    def _findings(self, frame: InputFrame, camera_before: Camera | None) -> Iterator[str]:
        color = frame.color[::_STRIDE, ::_STRIDE, :3].astype(np.float32).mean(axis=2)
        if frame.depth is not None:
            depth = frame.depth[::_STRIDE, ::_STRIDE].astype(np.float32)
            solid = depth[np.isfinite(depth) & (depth > 0)]
            if solid.size > depth.size // 4:
                yield from _depth_scale(solid)
                if _is_flipped(color, depth, frame.camera):
                    yield "depth_flipped"
            if frame.motion is not None and frame.camera is not None and camera_before is not None:
                motion = frame.motion[::_STRIDE, ::_STRIDE].astype(np.float32)
                if _motion_is_off(motion, depth, frame.camera, camera_before, frame.depth.shape):
                    yield "motion_disagrees"
        if frame.camera is not None:
            if self._color is not None and self._view is not None and self._color.shape == color.shape:
                moved = float(np.abs(color - self._color).mean()) > _MOVES
                if moved and np.array_equal(self._view, frame.camera.view):
                    yield "camera_still"
            self._view = frame.camera.view.copy()
        self._color = color


def _depth_scale(solid: _Floats) -> Iterator[str]:
    if float(solid.max()) <= 1.0:
        yield "depth_reversed"
    elif float(np.percentile(solid, 1)) > 20.0 and float(np.median(solid)) > 300.0:
        yield "depth_unit"


def _is_flipped(color: _Floats, depth: _Floats, camera: Camera | None) -> bool:
    """Whether a level camera sees the far above the near only after turning the depth over, and the color's edges agree."""
    if camera is None or not _is_level(camera):
        return False
    capped = np.minimum(np.where(np.isfinite(depth) & (depth > 0), depth, np.float32(1e3)), np.float32(1e3))
    distance = np.log(capped + np.float32(0.1))
    third = max(len(distance) // 3, 1)
    if np.median(distance[-third:]) - np.median(distance[:third]) < np.log(2.0):
        return False
    seen, edges = _edges(color), _edges(distance)
    return _correlation(seen, edges[::-1]) > _correlation(seen, edges)


def _is_level(camera: Camera) -> bool:
    """Upright, and looking neither far up nor far down: `view` is camera_from_world, +y up, looking along -z."""
    return bool(camera.view[1, 1] > 0.8 and abs(camera.view[2, 1]) < 0.35)


def _edges(plane: _Floats) -> _Floats:
    down = np.abs(np.diff(plane, axis=0))[:, :-1]
    across = np.abs(np.diff(plane, axis=1))[:-1]
    edges: _Floats = np.minimum(down + across, np.percentile(down + across, 95))
    return edges


def _correlation(a: _Floats, b: _Floats) -> float:
    a, b = a - a.mean(), b - b.mean()
    norm = float(np.sqrt((a * a).sum() * (b * b).sum()))
    return float((a * b).sum()) / norm if norm > 1e-6 else 0.0


def _motion_is_off(motion: _Floats, depth: _Floats, camera: Camera, before: Camera, size: tuple[int, ...]) -> bool:
    """Whether most of the picture moves otherwise than a still world would."""
    height, width = size[:2]
    y, x = np.mgrid[0:height:_STRIDE, 0:width:_STRIDE].astype(np.float64) + 0.5
    known = np.isfinite(depth) & (depth > 0) & np.isfinite(motion).all(axis=2)
    if known.sum() < known.size // 4:
        return False
    projection = camera.projection.astype(np.float64)
    ndc_x, ndc_y = x / width * 2 - 1, 1 - y / height * 2
    z = depth.astype(np.float64)
    points = np.stack(
        [
            (ndc_x + projection[0, 2]) / projection[0, 0] * z,
            (ndc_y + projection[1, 2]) / projection[1, 1] * z,
            -z,
            np.ones_like(z),
        ]
    )
    try:
        before_from_now = before.view.astype(np.float64) @ np.linalg.inv(camera.view.astype(np.float64))
    except np.linalg.LinAlgError:
        return False
    clip = np.einsum(
        "ij,jhw->ihw", before.projection.astype(np.float64) @ before_from_now, np.where(known, points, 1.0)
    )
    w = np.where(np.abs(clip[3]) > 1e-6, clip[3], 1.0)
    expected = np.stack([(clip[0] / w + 1) / 2 * width - x, (1 - clip[1] / w) / 2 * height - y], axis=2)
    length = np.hypot(expected[..., 0], expected[..., 1])
    # Sub-pixel and very large motion says little.
    judged = known & (clip[3] > 1e-3) & (length > 1.0) & (length < 0.25 * width)
    if judged.sum() < judged.size // 8:
        return False
    error = np.hypot(*(motion - expected)[judged].T)
    return bool(np.median(error / length[judged]) > 0.5)
