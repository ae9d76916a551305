"""What goes into a pipeline and what comes out of it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from .models.character import Garment


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


@dataclass(slots=True)
class InputFrame:
    """One frame as the engine sent it. Row 0 is the top row. The arrays are valid only during `Pipeline.process`: what is kept must be copied.

    Attributes:
        seq: the client's frame number.
        color: H x W x 4 uint8, RGBA, sRGB-encoded (the daemon has already converted bgra8 and rgba16f).
        depth: H x W float32, linear metres along the view axis, 0 or inf: sky. None: not sent.
        motion: H x W x 2 float16, pixels from this frame to the previous one. None: not sent.
        normal: H x W x 4 uint8, world space, xyz / 2 + 0.5. None: not sent.
        ids: H x W uint8. None: not sent.
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
    reset: bool = False


@dataclass(frozen=True, slots=True)
class Controls:
    """The controls in effect for one frame.

    Attributes:
        scene: weight of each scene name, at least one, summing to 1 (a transition mixes two).
        lighting: weight of each lighting name, likewise.
        seed: chooses the world that the textures are drawn from; the stream's own until a control sets another.
        sun_direction: unit, world space, towards the sun; used when the frame carries no sun. None: the lighting's own.
        appearance: the look of a character's `skin`, `hair` and `outfit` (plane `ids`); a part that is missing keeps its default.
    """

    scene: dict[str, float]
    lighting: dict[str, float]
    seed: int = 0
    sun_direction: tuple[float, float, float] | None = None
    appearance: dict[str, Garment] = field(default_factory=dict)


@dataclass(slots=True)
class OutputFrame:
    """A finished frame: `pixels` H x W x 4 uint8 RGBA, sRGB, valid until the pipeline's next call; `timings_us` by station, in the order they ran."""

    pixels: npt.NDArray[np.uint8]
    timings_us: dict[str, int] = field(default_factory=dict)
