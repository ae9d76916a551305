"""What goes into a pipeline and what comes out of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from .controls.values import Notice


@dataclass(frozen=True, slots=True)
class Camera:
    """A pinhole camera in the protocol's convention (PROTOCOL.md, section 2).

    Attributes:
        view: camera_from_world, 4x4 float32, right-handed, metres, +y up, the camera looks along -z.
        projection: clip_from_camera, 4x4 float32, OpenGL clip space.
        near, far: clip distances in metres.
        jitter: sub-pixel offset contained in `projection`, pixels.
    """

    view: npt.NDArray[np.float32]
    projection: npt.NDArray[np.float32]
    near: float = 0.1
    far: float = 1000.0
    jitter: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Sun:
    """The engine's main light: unit `direction` in world space towards it, linear RGB `color`."""

    direction: tuple[float, float, float]
    color: tuple[float, float, float] = (1.0, 1.0, 1.0)


@dataclass(frozen=True, slots=True)
class Slot:
    """What the pixels with this number in the plane `ids` are, and how they move.

    Attributes:
        slot: 1..255.
        object_class: a class of PROTOCOL.md, section 2 ("skin", "foliage", ...); "unspecified" where nobody said.
        strength: 0 leaves its pixels alone, 1 paints them.
        world_from_object: 3x4 float32, metres, or None: it stands still.
        previous_world_from_object: of the engine's previous frame, or None.
    """

    slot: int
    object_class: str = "unspecified"
    strength: float = 1.0
    world_from_object: npt.NDArray[np.float32] | None = None
    previous_world_from_object: npt.NDArray[np.float32] | None = None


@dataclass(slots=True)
class InputFrame:
    """One frame as the engine sent it. Row 0 is the top row. The arrays are valid only during `Pipeline.process`: what is kept must be copied.

    Attributes:
        seq: the client's frame number.
        color: H x W x 4 uint8, RGBA, sRGB-encoded (the daemon has already converted bgra8 and rgba16f).
        depth: H x W float32, linear metres along the view axis, 0 or inf: sky. None: not sent.
        motion: H x W x 2 float16, pixels from this frame to the previous one. None: not sent.
        normal: H x W x 4 uint8, world space, xyz / 2 + 0.5. None: not sent.
        ids: H x W uint8, slots. None: not sent.
        slots: the table of slots; empty: 1 is skin, 2 hair, 3 outfit.
        camera, sun: None where the engine sent none.
        reset: a camera cut; the history is forgotten before this frame.
    """

    seq: int
    color: npt.NDArray[np.uint8]
    depth: npt.NDArray[np.float32] | None = None
    motion: npt.NDArray[np.float16] | None = None
    normal: npt.NDArray[np.uint8] | None = None
    ids: npt.NDArray[np.uint8] | None = None
    camera: Camera | None = None
    sun: Sun | None = None
    slots: tuple[Slot, ...] = ()
    reset: bool = False


@dataclass(slots=True)
class OutputFrame:
    """A finished frame: `pixels` H x W x 4 uint8 RGBA, sRGB, valid until the pipeline's next call; `timings_us` by stage, in the order they ran; `notices`: what could be better."""

    pixels: npt.NDArray[np.uint8]
    timings_us: dict[str, int] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()
