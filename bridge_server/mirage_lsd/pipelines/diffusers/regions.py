"""Where the engine says that a picture shows a class: those surfaces are painted with a prompt of their own."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from ...frame import InputFrame
from .view import FINE, fine_plane

# A class whose slots nobody named, as PROTOCOL.md gives them.
_USUAL_SLOTS = ((1, "skin"), (2, "hair"), (3, "outfit"))


def class_masks(frame: InputFrame, names: tuple[str, ...], latent: tuple[int, int]) -> dict[str, Tensor]:
    """For each class that the frame's table of slots has, how much of each latent's cell it covers: (1, 1, h, w), 0..1.

    A class that is in the table but not in the picture has a mask of zeros, so that the work doesn't change with each look around.
    """
    if frame.ids is None:
        return {}
    table = [(slot.slot, slot.object_class) for slot in frame.slots] or _USUAL_SLOTS
    ids = fine_plane(frame.ids, latent)
    found = {}
    for name in names:
        slots = [number for number, kind in table if kind == name]
        if slots:
            mask = torch.from_numpy(np.isin(ids.numpy(), slots).astype(np.float32))
            found[name] = F.avg_pool2d(mask, FINE)
    return found
