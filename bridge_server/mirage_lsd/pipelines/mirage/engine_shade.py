"""What an engine needs to shade by itself (shared_protocol/shading): the head's weights and a frame's constants, as its shader reads them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor

from ...accel.fused_cpu import HEAD_WIDTH, check_head
from ...frame import Camera, Slot
from ...models.guide import FAR_M, world_rays
from .frame_inputs import FrameInputs
from .surfaces import surface_of_ids

_Floats = npt.NDArray[np.float32]
# Rows of float4: LSD_WEIGHT, and so many texels in a row where the weights are a texture.
WEIGHT_ROWS, WEIGHT_TEXELS = 151, HEAD_WIDTH // 4
CONSTANTS = 17
# Sky has no depth; so far away only the camera's rotation moves it. A clip-space w below the least is behind the camera.
_SKY_M, _LEAST_W = 1e5, 1e-3


def pack_weights(matrices: list[_Floats], biases: list[_Floats]) -> _Floats:
    """The head as LSD_WEIGHT numbers it: (WEIGHT_ROWS, WEIGHT_TEXELS, 4); what is behind the 1801st float4 is zeros.

    Args:
        matrices, biases: `Head.weights` for one setting of the controls: (48, 48) three times and (3, 48); (48,) three times and (3,).

    Raises:
        ValueError: a head of other sizes than the shader was written for.
    """
    check_head(matrices, biases)
    return weight_texels(np.concatenate([x.ravel() for layer in zip(matrices, biases, strict=True) for x in layer]))


def weight_texels(numbers: npt.NDArray[np.floating[Any]]) -> _Floats:
    """The head's numbers in their order, flat, as texels: (WEIGHT_ROWS, WEIGHT_TEXELS, 4), zeros behind them."""
    texels = np.zeros(WEIGHT_ROWS * WEIGHT_TEXELS * 4, np.float32)
    texels[: numbers.size] = numbers
    return texels.reshape(WEIGHT_ROWS, WEIGHT_TEXELS, 4)


def pack_constants(
    inputs: FrameInputs,
    size: tuple[int, int],
    context: tuple[int, int],
    *,
    strength: float = 1.0,
    engine_alpha: bool = False,
    context_camera: Camera | None = None,
) -> _Floats:
    """A frame's LSD_CONSTANT: (CONSTANTS, 4).

    Args:
        inputs: whose planes are there decides what the shader reads. size: height and width of the picture, pixels.
        context: height and width of the context, cells. strength, engine_alpha: see `composite.Mix`.
        context_camera: of the frame that the context was made for, which the shader then looks up; None: it was this one.
    """
    packed = np.zeros((CONSTANTS, 4), np.float32)
    packed[0:3] = inputs.world_from_camera
    packed[3] = inputs.intrinsics
    packed[4] = (*inputs.sun, strength)
    packed[5] = (*inputs.seed, engine_alpha)
    packed[6] = (size[1], size[0], context[1], context[0])
    packed[7] = [x is not None for x in (inputs.depth, inputs.normal, inputs.ids, context_camera)]
    if inputs.object_from_world is not None:
        packed[7, 2] = 2.0
    if context_camera is not None:
        packed[8:11] = (context_camera.projection.astype(np.float64) @ context_camera.view)[[0, 1, 3]]
    packed[11:17] = inputs.palette.reshape(6, 4)
    return packed


def slot_table(slots: Iterable[Slot] = ()) -> npt.NDArray[np.uint8]:
    """What LSD_SLOT looks up for each number in the plane `ids`: (256, 4) of surface (`surface_of_ids`), strength in 255ths, 0, 0."""
    numbered = tuple(slots)
    table = surface_table(surface_of_ids(numbered))
    for slot in numbered:
        table[slot.slot, 1] = round(255 * slot.strength)
    return table


def surface_table(surfaces: npt.ArrayLike) -> npt.NDArray[np.uint8]:
    """The same where all are painted. `surfaces`: (256,), of each number."""
    table = np.zeros((256, 4), np.uint8)
    table[:, 0], table[:, 1] = surfaces, 255
    return table


def context_of_pixels(context: Tensor, inputs: FrameInputs, camera: Camera) -> Tensor:
    """The context for each pixel, from where the camera that it was made for saw the same point; sky moves with the rotation alone.

    What the shader does (`lsd_context_at`), for shading that takes a context as large as the picture.

    Args:
        context: (1, C, h, w). inputs: with depth, H x W. camera: of the frame that the context was made for.

    Returns:
        (1, C, H, W)
    """
    assert inputs.depth is not None
    height, width = inputs.depth.shape
    pose, intrinsics = torch.from_numpy(inputs.world_from_camera), torch.from_numpy(inputs.intrinsics)
    rays = world_rays(pose[None], intrinsics[None], height, width)[0]
    depth = torch.from_numpy(np.ascontiguousarray(inputs.depth))
    solid = (depth > 0) & (depth < FAR_M)
    p = pose[:, 3].view(3, 1, 1) + rays * torch.where(solid, depth, torch.full_like(depth, _SKY_M))
    clip = torch.from_numpy((camera.projection.astype(np.float64) @ camera.view).astype(np.float32))
    x, y, _, w = torch.einsum("ij,jhw->ihw", clip, torch.cat([p, torch.ones_like(p[:1])]))
    xs = ((torch.arange(width) + 0.5) * (2.0 / width) - 1.0).expand(height, width)
    ys = ((torch.arange(height) + 0.5) * (2.0 / height) - 1.0)[:, None].expand(height, width)
    # What lay behind that camera is read at the pixel itself.
    ahead = w >= _LEAST_W
    at = torch.stack([torch.where(ahead, x / w, xs), torch.where(ahead, -y / w, ys)], -1)[None]
    return F.grid_sample(context, at, mode="bilinear", padding_mode="border", align_corners=False)
