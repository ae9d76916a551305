"""The networks that find people, run by OpenVINO on the CPU; MediaPipe itself isn't needed."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from ..openvino_core import openvino_core
from ..picture import Pixels
from .body import BODY_INPUT, Body, body_of
from .detector import grid_anchors, into_square
from .square import TurnedSquare

Floats = npt.NDArray[np.float32]

_DETECTOR_INPUT = 224
_GRIDS = ((8, 2), (16, 2), (32, 6))
_LEAST_SCORE = 0.5
_FACE_INPUT = 192
_LEAST_FACE = 0.0  # before the logistic function
# MediaPipe's own operation: an upsampling convolution whose windows don't overlap, and its bias.
_UPSAMPLING = "Convolution2DTransposeBias"


class PersonNetworks:
    """The networks on one thread each. `run` of one thread at a time.

    Args:
        files: `people.files.PEOPLE.paths()`.

    Raises:
        RuntimeError: OpenVINO can't read them.
    """

    def __init__(self, files: tuple[Path, ...]) -> None:
        _teach_upsampling()
        core = openvino_core()
        # Half the digits move the outline by a pixel from frame to frame.
        settings = {"INFERENCE_NUM_THREADS": 1, "PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": "f32"}
        square, wide, detector, landmarks, face = (core.compile_model(str(f), "CPU", settings) for f in files)
        self._square: Any = square
        self._wide: Any = wide
        self._detector: Any = detector
        self._landmarks: Any = landmarks
        self._face: Any = face
        self._anchors = grid_anchors(_DETECTOR_INPUT, _GRIDS)

    def mask(self, pixels: Pixels) -> Floats:
        """How surely each place is of a person, 0..1: 144 x 256 of a wide picture, else 256 x 256, over the whole of it."""
        height, width = pixels.shape[:2]
        size, network = ((256, 144), self._wide) if width > 1.2 * height else ((256, 256), self._square)
        small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)[None, ..., :3]
        found = network(small.astype(np.float32) / np.float32(255.0))[0]
        return np.array(found[0, ..., 0], np.float32)

    def find_body(self, pixels: Pixels) -> TurnedSquare | None:
        """Where in a picture the surest body stands or sits."""
        square, scale, bars = into_square(pixels, _DETECTOR_INPUT)
        out = self._detector(square)
        boxes, scores = out[0][0], out[1][0, :, 0]
        best = int(scores.argmax())
        if scores[best] < np.log(_LEAST_SCORE / (1.0 - _LEAST_SCORE)):
            return None
        points = (boxes[best, 4:8].reshape(2, 2) + self._anchors[best] * _DETECTOR_INPUT - bars) * scale
        return TurnedSquare(*_square_of(points[0], points[1]))

    def body(self, pixels: Pixels, region: TurnedSquare) -> tuple[Body | None, TurnedSquare]:
        """The body in a region, None where there is none, and the region where to look in the next picture."""
        out = self._landmarks(region.cut(pixels, BODY_INPUT))
        points = np.array(out[0], np.float32).reshape(-1, 5)
        score = float(out[1].item())
        placed = region.in_picture(points[:, :3], BODY_INPUT)
        following = TurnedSquare(*_square_of(placed[33, :2], placed[34, :2]))
        return (body_of(placed, points[:, 3], score) if score > _LEAST_SCORE else None), following

    def face(self, pixels: Pixels, region: TurnedSquare) -> Floats | None:
        """The outline of the face in a region, clockwise from the forehead's middle, 36 x 2 in pixels; None where there is none."""
        out = self._face(region.cut(pixels, _FACE_INPUT))
        points, score = (out[0], out[1]) if out[0].size > out[1].size else (out[1], out[0])
        if float(score.item()) < _LEAST_FACE:
            return None
        placed = region.in_picture(np.array(points, np.float32).reshape(468, 3), _FACE_INPUT)
        return placed[list(_FACE_OVAL), :2]


# Of the face's 468 points those of its outline.
_FACE_OVAL = (
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377,
    152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
)  # fmt: skip


def _square_of(hips: Floats, end: Floats) -> tuple[float, float, float, float]:
    """Around the middle of the hips, so large that `end`, straight above, is within; as the landmarks' network was trained."""
    dx, dy = float(end[0] - hips[0]), float(end[1] - hips[1])
    return float(hips[0]), float(hips[1]), 2.5 * max(float(np.hypot(dx, dy)), 1.0), float(np.arctan2(dx, -dy))


@cache
def _teach_upsampling() -> None:
    from openvino import opset13 as op
    from openvino.frontend import ConversionExtension

    def convert(node: Any) -> Any:
        picture, kernel, bias = (node.get_input(i) for i in range(3))
        channels_first = op.transpose(picture, np.array([0, 3, 1, 2]))
        inputs_first = op.transpose(kernel, np.array([3, 0, 1, 2]))
        larger = op.convolution_backprop_data(channels_first, inputs_first, strides=[2, 2])
        return op.add(op.transpose(larger, np.array([0, 2, 3, 1])), bias).outputs()

    openvino_core().add_extension(ConversionExtension(_UPSAMPLING, convert))
