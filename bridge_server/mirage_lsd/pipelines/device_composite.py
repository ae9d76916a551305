"""`composite` for pictures on a card, with PyTorch: the same numbers, and nothing passes through host memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..frame import InputFrame
from .composite import Mix, slot_weights

if TYPE_CHECKING:
    from torch import Tensor


def engine_picture_on_device(frame: InputFrame, height: int, width: int, mix: Mix) -> Any:
    """The engine's own picture at the output's size (nearest pixel), H x W x 4 RGBA."""
    picture = _resampled(frame.color, height, width).clone()
    if not mix.engine_alpha:
        picture[..., 3] = 255
    return picture


def composite_on_device(painted: Any, frame: InputFrame, mix: Mix) -> Any:
    """Mixes as `composite` does.

    Args:
        painted: H x W x 4 uint8 RGBA on the card; returned as it is where there is nothing to mix.
    """
    weights = slot_weights(frame.slots, mix.strength) if frame.ids is not None else None
    if weights is None and mix.strength >= 1.0 and not mix.engine_alpha:
        return painted
    import torch

    top = _tensor(painted)
    height, width = top.shape[:2]
    engine = engine_picture_on_device(frame, height, width, mix)
    weight: Tensor | int
    if weights is None:
        weight = round(255 * mix.strength)
    else:
        table = torch.from_numpy(weights.astype(np.int32)).to(top.device)
        weight = table[_resampled(frame.ids, height, width).long()][..., None]
    mixed = engine[..., :3].int() * (255 - weight) + top[..., :3].int() * weight
    engine[..., :3] = ((mixed + 127) // 255).to(torch.uint8)
    return engine


def _tensor(array: Any) -> Tensor:
    import torch
    import torch.utils.dlpack

    return array if isinstance(array, torch.Tensor) else torch.utils.dlpack.from_dlpack(array)


def _resampled(plane: Any, height: int, width: int) -> Tensor:
    """The nearest pixel, as `resample` chooses it."""
    import torch

    tensor = _tensor(plane)
    rows, columns = tensor.shape[:2]
    if (rows, columns) == (height, width):
        return tensor
    down = (torch.arange(height, dtype=torch.float64, device=tensor.device) + 0.5) * rows / height
    across = (torch.arange(width, dtype=torch.float64, device=tensor.device) + 0.5) * columns / width
    return tensor[down.long()[:, None], across.long()]
