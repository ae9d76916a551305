"""Late reprojection (shared_protocol/reprojection): results that were made for older frames, as the frame of now would show them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from cffi import FFI

from ..frame import Camera

_CDEF = """
typedef struct {
  const uint8_t* color; const float* depth; float clip_from_world[16]; float weight; const float* then_from_now;
} lsd_reproject_key;
typedef struct {
  int32_t width, height; const float* depth; const uint8_t* fill; const uint8_t* ids; const float* motion;
  float world_from_camera[12]; float intrinsics[4];
} lsd_reproject_frame;
typedef struct {
  int32_t count, width, height, depth_width, depth_height, borrow; float tolerance; lsd_reproject_key key[4];
} lsd_reproject_keys;
float lsd_reproject(const lsd_reproject_frame* frame, const lsd_reproject_keys* keys, uint8_t* rgba, uint8_t* unseen,
                    int32_t threads);
"""

_Floats = npt.NDArray[np.float32]
_Bytes = npt.NDArray[np.uint8]
MOST_KEYS, SLOTS = 4, 256
# How far a depth may be off and still be the same point, as a share of it.
TOLERANCE = 0.03


class ReprojectionUnavailableError(OSError):
    """The library can't be loaded; the message says why."""


@dataclass(frozen=True)
class KeyFrame:
    """A result, and what it was made for.

    Attributes:
        color: H x W x 4 uint8. depth: h x w float32, metres; anything but 0 < depth < 2000 is sky. camera: of both.
        weight: against the other key frames that saw a point, 0..1: less for an older one.
        then_from_now: (256, 3, 4) float32, where a point of each slot of now was then; None: nothing moves by itself.
    """

    color: _Bytes
    depth: _Floats
    camera: Camera
    weight: float = 1.0
    then_from_now: _Floats | None = None

    @property
    def clip_from_world(self) -> _Floats:
        """(4, 4), row-major."""
        return (self.camera.projection.astype(np.float64) @ self.camera.view).astype(np.float32)


@dataclass(frozen=True)
class FrameOfNow:
    """What the engine shows now.

    Attributes:
        depth: H x W float32, metres. fill: H x W x 4 uint8, shown where no key frame saw the point. camera: of both.
        ids: H x W uint8, slots, or None. motion: H x W x 2 float32, pixels from now to the newest key frame where not 0, or None.
    """

    depth: _Floats
    fill: _Bytes
    camera: Camera
    ids: _Bytes | None = None
    motion: _Floats | None = None

    @property
    def world_from_camera(self) -> _Floats:
        """(3, 4)."""
        return np.linalg.inv(self.camera.view.astype(np.float64))[:3].astype(np.float32)

    @property
    def intrinsics(self) -> _Floats:
        """(4,): projection[0,0], [1,1], [0,2], [1,2]."""
        p = self.camera.projection
        return np.array([p[0, 0], p[1, 1], p[0, 2], p[1, 2]], np.float32)


class Reprojected(NamedTuple):
    """`picture` H x W x 4 uint8; `unseen` H x W uint8, 255 where no key frame saw the point; `unseen_share` of the picture."""

    picture: _Bytes
    unseen: _Bytes
    unseen_share: float


def _library_path() -> Path:
    name = {"win32": "lsd_reproject.dll", "darwin": "liblsd_reproject.dylib"}.get(sys.platform, "liblsd_reproject.so")
    return Path(__file__).parent.parent / "_native" / name


@cache
def _load() -> tuple[FFI, Any]:
    ffi = FFI()
    ffi.cdef(_CDEF)
    try:
        return ffi, ffi.dlopen(str(_library_path()))
    except OSError as error:
        raise ReprojectionUnavailableError(
            f"{_library_path()} can't be loaded; `pip install .` in a checkout builds it ({error})."
        ) from error


def reproject(
    now: FrameOfNow, keys: Sequence[KeyFrame], *, tolerance: float = TOLERANCE, borrow: bool = True, threads: int = 1
) -> Reprojected:
    """The picture for `now`, out of the last results.

    Args:
        keys: at most four of one size, the newest first.
        borrow: what none saw takes the color of a likely neighbour in the newest key frame, else that of `fill`.

    Raises:
        ReprojectionUnavailableError: the library is not there.
        ValueError: planes or key frames of different sizes, or too many.
    """
    ffi, library = _load()
    height, width = now.depth.shape
    if now.fill.shape != (height, width, 4) or (now.ids is not None and now.ids.shape != (height, width)):
        raise ValueError("The planes of a frame have one size.")
    if now.motion is not None and now.motion.shape != (height, width, 2):
        raise ValueError("The planes of a frame have one size.")
    if len(keys) > MOST_KEYS or len({(k.color.shape, k.depth.shape) for k in keys}) > 1:
        raise ValueError(f"At most {MOST_KEYS} key frames, all of one size.")
    kept: list[Any] = []

    def pointer(array: npt.NDArray[Any] | None, kind: str) -> Any:
        if array is None:
            return ffi.NULL
        array = np.ascontiguousarray(array, np.float32 if kind == "float" else np.uint8)
        kept.append(array)
        return ffi.cast(f"{kind}*", array.ctypes.data)

    frame: Any = ffi.new("lsd_reproject_frame*")
    frame.width, frame.height = width, height
    frame.depth, frame.fill = pointer(now.depth, "float"), pointer(now.fill, "uint8_t")
    frame.ids, frame.motion = pointer(now.ids, "uint8_t"), pointer(now.motion, "float")
    frame.world_from_camera = now.world_from_camera.ravel().tolist()
    frame.intrinsics = now.intrinsics.tolist()
    record: Any = ffi.new("lsd_reproject_keys*")
    record.count, record.tolerance, record.borrow = len(keys), tolerance, borrow
    for i, key in enumerate(keys):
        record.height, record.width = key.color.shape[:2]
        record.depth_height, record.depth_width = key.depth.shape
        entry = record.key[i]
        entry.color, entry.depth = pointer(key.color, "uint8_t"), pointer(key.depth, "float")
        entry.clip_from_world = key.clip_from_world.ravel().tolist()
        entry.weight, entry.then_from_now = key.weight, pointer(key.then_from_now, "float")
    picture, unseen = np.empty((height, width, 4), np.uint8), np.empty((height, width), np.uint8)
    share = library.lsd_reproject(
        frame, record, ffi.cast("uint8_t*", picture.ctypes.data), ffi.cast("uint8_t*", unseen.ctypes.data), threads
    )
    if share < 0:
        raise ValueError("A frame or a key frame has a side of 0 or more than 16384 pixels.")
    return Reprojected(picture, unseen, float(share))


def pack_constants(
    now: FrameOfNow, keys: Sequence[KeyFrame], tolerance: float = TOLERANCE, borrow: bool = True
) -> _Floats:
    """What the shader reads as LSD_R_CONSTANT: (23, 4)."""
    packed = np.zeros((7 + 4 * MOST_KEYS, 4), np.float32)
    height, width = now.depth.shape
    packed[0:3], packed[3] = now.world_from_camera, now.intrinsics
    packed[4] = (width, height, len(keys), tolerance)
    slots = now.ids is not None and any(key.then_from_now is not None for key in keys)
    packed[7, :3] = (slots, now.motion is not None, borrow)
    for i, key in enumerate(keys):
        packed[5] = (*key.color.shape[1::-1], *key.depth.shape[::-1])
        packed[6, i] = key.weight
        packed[8 + 4 * i : 11 + 4 * i] = key.clip_from_world[[0, 1, 3]]
    return packed


def pack_slots(keys: Sequence[KeyFrame]) -> _Floats:
    """What the shader reads as LSD_R_SLOT_ROW: (12, 256, 4), three rows for each key frame."""
    still = np.broadcast_to(np.eye(3, 4, dtype=np.float32), (SLOTS, 3, 4))
    moves = [still if key.then_from_now is None else key.then_from_now for key in keys]
    moves += [still] * (MOST_KEYS - len(moves))
    return np.ascontiguousarray(np.stack(moves).transpose(0, 2, 1, 3).reshape(3 * MOST_KEYS, SLOTS, 4))
