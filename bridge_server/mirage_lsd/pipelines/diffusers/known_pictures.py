"""Key frames where no engine tells depth and camera: found again by how like their pictures are, and brought along by flow."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from .estimates import Estimates
from .places import Known, blended
from .view import FINE, pooled

MOST_PICTURES = 24
# Less of the picture than this is known: a new key frame.
_KNOWN = 0.7
# Pictures are compared at so few pixels, and are no candidates when they differ by more on average, on the scale -1..1.
_SMALL, _APART = (18, 32), 0.25
# Nothing moved where all of a picture differs by no more on average: flow is never quite nothing, and would blur what is pulled.
_STILL = 0.01
# Candidates that flow is found for.
_TRIED = 2


@dataclass(frozen=True, slots=True, eq=False)
class KeyPicture:
    """`latent` (1, C, h, w), as painted; the engine's `color` (1, 3, H, W) in -1..1, and the same `small`."""

    latent: Tensor
    color: Tensor
    small: Tensor


class KnownPictures:
    """At most MOST_PICTURES of one stream; the one that was of use the longest ago goes first."""

    def __init__(self) -> None:
        self._kept: list[KeyPicture] = []

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def bytes(self) -> int:
        return sum(key.latent.nbytes + key.color.nbytes + key.small.nbytes for key in self._kept)

    def clear(self) -> None:
        """The prompt or the size changed: everything looks different now."""
        self._kept.clear()

    def recall(self, color: Tensor, estimates: Estimates) -> Known | None:
        """What the key frames show of a picture (1, 3, H, W) in -1..1; None where they show nothing."""
        small = _small(color)
        alike = [(float((key.small - small).abs().mean()), key) for key in self._kept if key.color.shape == color.shape]
        near = sorted((pair for pair in alike if pair[0] < _APART), key=lambda pair: pair[0])[:_TRIED]
        if not near:
            return None
        frames = []
        for _, key in near:
            motion, trusted = _motion(color, key.color, estimates)
            h, w = key.latent.shape[-2] * FINE, key.latent.shape[-1] * FINE
            scale = torch.tensor([w / color.shape[-1], h / color.shape[-2]]).view(1, 2, 1, 1)
            fine = F.interpolate(motion, (h, w), mode="bilinear", align_corners=False) * scale
            visible = F.interpolate(trusted.float(), (h, w), mode="nearest") > 0.5
            frames.append((key.latent, pooled(fine, visible)))
        best = near[0][1]
        self._kept = [key for key in self._kept if key is not best] + [best]
        return blended(frames)

    def keep(self, latent: Tensor, color: Tensor, known: Known | None) -> None:
        """Keeps a picture as a key frame if much of it is new."""
        if known is not None and float(known.share.mean()) >= _KNOWN:
            return
        self._kept.append(KeyPicture(latent.detach().clone(), color.detach().clone(), _small(color)))
        del self._kept[:-MOST_PICTURES]


def _motion(now: Tensor, before: Tensor, estimates: Estimates) -> tuple[Tensor, Tensor]:
    """As `Estimates.motion`; none where the picture is the same."""
    apart = (now - before).abs()
    if float(apart.mean()) < _STILL:
        return torch.zeros_like(now[:, :2]), apart.amax(1, keepdim=True) < _APART
    return estimates.motion(now, before)


def _small(color: Tensor) -> Tensor:
    return F.interpolate(color, _SMALL, mode="bilinear", align_corners=False, antialias=True)
