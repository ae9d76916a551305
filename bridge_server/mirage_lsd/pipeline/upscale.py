"""Station `upscale`: the head shades every output pixel once, after the last step."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ..models.mirage_lsd_v1 import Head


class Shade(nn.Module):
    """The head, and the conversion to 8 bit: guide (1, G, H, W) and the trunk's outputs to (1, H, W, 4) uint8 RGBA."""

    def __init__(self, head: Head) -> None:
        super().__init__()
        self.head = head

    def forward(self, guide: Tensor, features: Tensor, stem: Tensor, x0: Tensor, controls: Tensor) -> Tensor:
        rgb = self.head(guide, features, stem, x0, controls).float()
        rgb = torch.clamp(rgb * 127.5 + 128.0, 0.0, 255.0)
        rgba = torch.cat([rgb, torch.full_like(rgb[:, :1], 255.0)], 1)
        return rgba.permute(0, 2, 3, 1).to(torch.uint8)
