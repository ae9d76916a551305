"""A scene's data as the passes of shared_protocol/shading bind it."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from scenes import ShadedScene, control_vector, packed_normal, shipped_model

from mirage_lsd.pipelines.mirage.engine_shade import pack_constants, pack_weights, slot_table
from mirage_lsd.pipelines.mirage.surfaces import object_from_world_of


def constants_of(scene: ShadedScene) -> npt.NDArray[np.float32]:
    """(17, 4)."""
    _, _, h, w = scene.context.shape
    return pack_constants(
        scene.inputs, scene.size, (h, w), strength=scene.strength, engine_alpha=scene.strength < 1, context_camera=scene.context_camera
    )  # fmt: skip


def weights_of(scene: ShadedScene) -> npt.NDArray[np.float32]:
    """(151, 12, 4)."""
    model = shipped_model()
    with torch.no_grad():
        matrices, biases = model.head.weights(control_vector(model, scene.look))
    return pack_weights([m[0].contiguous().numpy() for m in matrices], [b[0].contiguous().numpy() for b in biases])


def textures_of(scene: ShadedScene) -> list[npt.NDArray[Any]]:
    """Color, depth, normals, ids, slots, context and the slots' spaces, in the order of their bindings."""
    frame = scene.frame
    # What isn't there must not be looked at.
    objects = object_from_world_of(frame.slots)
    plane = frame.color.shape[:2]
    context = scene.context[0].permute(1, 2, 0).contiguous().numpy()
    h, w, channels = context.shape
    return [
        frame.color,
        np.full(plane, np.nan, np.float32) if frame.depth is None else frame.depth,
        packed_normal(frame),
        np.zeros(plane, np.uint8) if frame.ids is None else frame.ids,
        slot_table(frame.slots)[None],
        context.astype(np.float16).reshape(h, w * channels // 4, 4),
        np.full((3, 256, 4), np.nan, np.float32) if objects is None else objects,
    ]
