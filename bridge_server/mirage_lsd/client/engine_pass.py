"""A stream's newest context as the shading pass of an engine reads it (shared_protocol/shading): weights, context and a frame's constants."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from ..frame import Camera, Sun
from ..models.character import CHARACTER_PARTS
from ..pipelines.mirage import engine_shade
from ..pipelines.mirage.frame_inputs import blank_inputs, intrinsics_of
from ..protocol.shading import SHAPES
from .types import Context, ContextWeights

_Floats = npt.NDArray[np.float32]


def weight_texels(weights: ContextWeights) -> _Floats:
    """LSD_WEIGHT as texels: (151, 12, 4).

    Raises:
        ValueError: weights of a shape that this package does not know.
    """
    if (weights.shape, weights.shape_version) not in SHAPES:
        raise ValueError(f"There is no shape of shading {weights.shape}, version {weights.shape_version}.")
    return engine_shade.weight_texels(weights.numbers)


def frame_constants(
    context: Context, camera: Camera, size: tuple[int, int], *, sun: Sun | None = None, has_ids: bool = False
) -> _Floats:
    """LSD_CONSTANT of the engine's frame of now: (17, 4). The context is looked up where its own frame saw the same points.

    Args:
        context: the newest one; older than the frame, as a rule. camera: of the frame that is shaded.
        size: height and width of the picture, pixels. sun: of the frame; None: the one that the controls ask for.
        has_ids: the pass reads numbers of things.

    Raises:
        ValueError: the camera can't be used.
    """
    pose, intrinsics = intrinsics_of(camera)
    weights = context.weights
    # Of the planes, only whether they are there counts.
    inputs = replace(
        blank_inputs((0, 0)),
        ids=np.empty((0, 0), np.uint8) if has_ids else None,
        world_from_camera=pose,
        intrinsics=intrinsics,
        sun=np.asarray(weights.sun if sun is None else sun.direction, np.float32),
        seed=np.asarray(weights.seed, np.float32),
        palette=np.asarray(weights.palette, np.float32).reshape(len(CHARACTER_PARTS), -1),
    )
    cells = context.values.shape[:2]
    return engine_shade.pack_constants(
        inputs, size, (cells[0], cells[1]), strength=weights.strength, context_camera=context.camera
    )
