"""A frame's planes and camera, checked and in the form that the shading takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ...cuda.array import is_on_card
from ...frame import Camera, InputFrame, Slot
from ...models.character import CHARACTER_PARTS, DEFAULT_APPEARANCE, GARMENT_VALUES
from .look import Look
from .surfaces import object_from_world_of, surface_of_ids

_Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class FrameInputs:
    """See `accel.fused_cpu.Scene`: the planes are H x W at the engine's size; `depth` None: color alone.

    Attributes:
        world_from_camera: (3, 4). intrinsics: (4,), see `models.guide.world_rays`. sun, seed: (3,). palette: (3, 8), see
            `palette_of`.
        slots: of planes on a card, whose `ids` are slots, and where things move; in host memory `ids` are surfaces already.
        object_from_world: where things move, see `surfaces.object_from_world_of`; then `numbers` (H, W) are the slots, in host memory.
    """

    color: npt.NDArray[np.uint8]
    depth: _Floats | None
    normal: npt.NDArray[np.uint8] | None
    ids: npt.NDArray[np.uint8] | None
    world_from_camera: _Floats
    intrinsics: _Floats
    sun: _Floats
    seed: _Floats
    palette: _Floats
    slots: tuple[Slot, ...] = ()
    object_from_world: _Floats | None = None
    numbers: npt.NDArray[np.uint8] | None = None


def blank_inputs(size: tuple[int, int]) -> FrameInputs:
    """Black pictures of `size`, height and width, of a wall one metre off, seen by a camera in the origin."""
    return FrameInputs(
        color=np.zeros((*size, 4), np.uint8),
        depth=np.ones(size, np.float32),
        normal=None,
        ids=None,
        world_from_camera=np.eye(3, 4, dtype=np.float32),
        intrinsics=np.ones(4, np.float32),
        sun=np.array([0, 1, 0], np.float32),
        seed=np.zeros(3, np.float32),
        palette=np.zeros((len(CHARACTER_PARTS), GARMENT_VALUES), np.float32),
    )


def intrinsics_of(camera: Camera) -> tuple[_Floats, _Floats]:
    """Checks a camera and converts it: world_from_camera (3, 4) and intrinsics (4,).

    Raises:
        ValueError: not finite, not a perspective, or a view that can't be inverted.
    """
    view, projection = np.asarray(camera.view, np.float64), np.asarray(camera.projection, np.float64)
    if not (np.isfinite(view).all() and np.isfinite(projection).all()):
        raise ValueError("The camera holds numbers that are not finite; send a valid view and projection matrix.")
    if abs(projection[3, 2] + 1.0) > 1e-3 or abs(projection[0, 0]) < 1e-4 or abs(projection[1, 1]) < 1e-4:
        raise ValueError(
            "The projection is no perspective; orthographic cameras are not supported, send frames without a camera."
        )
    scale = abs(np.linalg.det(view[:3, :3]))
    if not 1e-9 < scale < 1e9 or np.abs(view[:3, 3]).max() > 1e7:
        raise ValueError(
            "The view matrix can't be inverted or lies more than 10,000 km off; send camera_from_world in metres."
        )
    pose = np.linalg.inv(view)[:3].astype(np.float32)
    intrinsics = np.array([projection[0, 0], projection[1, 1], projection[0, 2], projection[1, 2]], np.float32)
    return pose, intrinsics


def palette_of(look: Look) -> _Floats:
    """(3, 8): a row (`Garment.row`) for each of CHARACTER_PARTS."""
    current = [look.appearance.get(part, DEFAULT_APPEARANCE[part]) for part in CHARACTER_PARTS]
    return np.array([garment.row() for garment in current], np.float32)


def frame_inputs(frame: InputFrame, look: Look, sun: tuple[float, float, float], seed: npt.NDArray[Any]) -> FrameInputs:
    """Raises ValueError if the camera can't be used. Without depth or camera: color alone."""
    geometry = frame.depth is not None and frame.camera is not None
    pose, intrinsics = np.eye(3, 4, dtype=np.float32), np.ones(4, np.float32)
    if geometry and frame.camera is not None:
        pose, intrinsics = intrinsics_of(frame.camera)
    on_card = is_on_card(frame.ids)
    moving = object_from_world_of(frame.slots) if geometry and frame.ids is not None else None
    return FrameInputs(
        color=frame.color,
        depth=frame.depth if geometry else None,
        normal=frame.normal if geometry else None,
        ids=_surfaces(frame) if geometry else None,
        world_from_camera=pose,
        intrinsics=intrinsics,
        sun=np.array(sun, np.float32),
        seed=np.asarray(seed, np.float32),
        palette=palette_of(look),
        slots=frame.slots if on_card or moving is not None else (),
        object_from_world=moving,
        numbers=None if on_card or moving is None else frame.ids,
    )


def _surfaces(frame: InputFrame) -> npt.NDArray[np.uint8] | None:
    """The plane `ids` as the network knows it, see `surface_of_ids`; on a card as it came."""
    if frame.ids is None or is_on_card(frame.ids):
        return frame.ids
    return surface_of_ids(frame.slots)[frame.ids]
