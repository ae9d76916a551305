"""Where points of the world stand in a camera's picture."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from ..frame import Camera


def project(p: Tensor, camera: Camera) -> tuple[Tensor, Tensor, Tensor]:
    """Pixel coordinates x, y (0: the centre of the first pixel) and view depth, metres, of world positions.

    `p`: (3, H, W), metres; the picture is H x W too. Each result is (H, W); x and y mean nothing where the depth is not positive.
    """
    _, h, w = p.shape
    clip_from_world = torch.from_numpy((camera.projection @ camera.view).astype(np.float32))
    clip = torch.einsum("ij,jhw->ihw", clip_from_world[:, :3], p) + clip_from_world[:, 3].view(4, 1, 1)
    depth = clip[3]
    safe = depth.clamp(min=1e-3)
    return (clip[0] / safe * 0.5 + 0.5) * w - 0.5, (0.5 - clip[1] / safe * 0.5) * h - 0.5, depth
