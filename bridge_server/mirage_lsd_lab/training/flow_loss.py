"""FlowNet-lite's loss, on the worlds' exact motion."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from mirage_lsd.models.flow import FlowNetLite

from .dataset import Batch

# Motion beyond this, in pixels, can't be found by the correlation; it counts as not visible.
_REACH = 28.0


def flow_loss(flow: FlowNetLite, batch: Batch) -> tuple[Tensor, Tensor]:
    """The loss, and the mean end-point error in pixels where the surface was visible.

    Both pictures get noise and a common change of contrast: a camera's are not as clean as an engine's.
    """
    now, before = batch.guide[:, :3], batch.before[:, :3]
    b = len(now)
    gain = 0.7 + 0.6 * torch.rand(b, 1, 1, 1, device=now.device)
    sigma = 0.06 * torch.rand(b, 1, 1, 1, device=now.device)
    now, before = (x * gain + sigma * torch.randn_like(x) for x in (now, before))
    found = flow(now, before).float()
    reachable = (batch.motion[:, :2].abs().amax(1, keepdim=True) < _REACH).float()
    visible = batch.motion[:, 2:] * reachable
    # Charbonnier: large errors must not drown the small ones.
    error = (found[:, :2] - batch.motion[:, :2]).square().sum(1, keepdim=True)
    distance = torch.sqrt(error + 1e-2)
    loss = (distance * visible).sum() / visible.sum().clamp(min=1)
    return loss + F.binary_cross_entropy_with_logits(found[:, 2:], visible), (
        (error.sqrt() * visible).sum() / visible.sum().clamp(min=1)
    ).detach()
