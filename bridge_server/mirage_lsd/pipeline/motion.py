"""Station `motion`: brings the previous output to the current frame.

In this order: the engine's motion vectors; the motion that the camera explains, from depth and both cameras; nothing moved (color alone).
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from ..models.guide import world_rays
from .anchor import AnchoredFrame, Lens
from .projection import project
from .stream_state import StreamState

# A pixel's depth may differ by this share from what the previous frame saw there before it counts as newly visible.
_DEPTH_TOLERANCE = 0.06
_COLOR_TOLERANCE = 0.12


def _grid(x: Tensor, y: Tensor) -> Tensor:
    """Pixel coordinates (h, w) of the previous frame to the grid of `grid_sample`."""
    h, w = x.shape
    return torch.stack([(2 * x + 1) / w - 1, (2 * y + 1) / h - 1], -1)[None]


def _camera_motion(frame: AnchoredFrame, state: StreamState, lens: Lens) -> tuple[Tensor, Tensor, Tensor]:
    """Where each pixel was in the previous frame (x, y in pixels) and its depth there."""
    assert state.camera is not None
    _, _, h, w = frame.depth.shape
    rays = world_rays(lens.camera_to_world[None], lens.lens[None], h, w)[0]
    sky = frame.depth[0] <= 0
    # Sky is far away: only the rotation moves it.
    distance = torch.where(sky, torch.full_like(frame.depth[0], 1e5), frame.depth[0])
    p = lens.camera_to_world[:, 3].view(3, 1, 1) + rays * distance
    x, y, depth = project(p, state.camera)
    return x, y, torch.where(sky[0], torch.zeros_like(depth), depth)


def warp_history(frame: AnchoredFrame, state: StreamState, same_controls: bool) -> Tensor:
    """The previous output, warped, and where it is valid: (1, 4, h, w); zeros where there is none or the controls have changed."""
    _, _, h, w = frame.color.shape
    if state.picture is None or state.color is None or not same_controls:
        return torch.zeros(1, 4, h, w)
    ys, xs = torch.meshgrid(torch.arange(h, dtype=torch.float32), torch.arange(w, dtype=torch.float32), indexing="ij")
    geometry = frame.lens is not None and state.camera is not None and state.depth is not None
    expected: Tensor | None = None
    if frame.motion is not None:
        x, y = xs + frame.motion[0, 0], ys + frame.motion[0, 1]
    elif geometry and frame.lens is not None:
        x, y, expected = _camera_motion(frame, state, frame.lens)
    else:
        valid = ((frame.color - state.color).abs().amax(1, keepdim=True) < _COLOR_TOLERANCE).float()
        return torch.cat([state.picture * valid, valid], 1)
    grid = _grid(x, y)
    warped = F.grid_sample(state.picture, grid, mode="bilinear", padding_mode="border", align_corners=False)
    valid = ((x > -0.5) & (x < w - 0.5) & (y > -0.5) & (y < h - 0.5))[None, None]
    if expected is not None and state.depth is not None:
        seen = F.grid_sample(state.depth, grid, mode="nearest", padding_mode="border", align_corners=False)
        valid = valid & ((seen - expected).abs() <= _DEPTH_TOLERANCE * expected.clamp(min=0.1))
    mask = valid.float()
    return torch.cat([warped * mask, mask], 1)
