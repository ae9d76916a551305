"""Key frames: what was painted, from where, and how far away it was. The memory of places."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from ...frame import Camera
from .sharp_warp import sharp_warp
from .view import Seen, View

MOST_PLACES = 24
# Less of the view than this is known: a new key frame.
_KNOWN = 0.85
# Key frames that are projected into a view.
_BLENDED = 3


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """`latent` (1, C, h, w), `depth` (1, 1, FINE h, FINE w), and whose view it is."""

    latent: Tensor
    depth: Tensor
    camera: Camera


class Known(NamedTuple):
    """What is known of a view: `latent` (1, C, h, w); `share` (1, 1, h, w), 0 where nothing is."""

    latent: Tensor
    share: Tensor


def blended(frames: Sequence[tuple[Tensor, Seen]]) -> Known:
    """What key frames, the best first, at least one, show of a view: `latent` (1, C, h, w) of each, and where the view's cells are in it."""
    first, seen = frames[0]
    latent, share = torch.zeros_like(first), torch.zeros_like(seen.share)
    for painted, seen in frames:
        # The best one decides where it saw the surface; the next fill what it did not see.
        new = seen.share * (1 - share)
        latent = latent + sharp_warp(painted, seen.motion) * new
        share = share + new
    return Known(latent / share.clamp(min=1e-6), share)


class Places:
    """At most MOST_PLACES key frames of one stream; the one that was of use the longest ago goes first."""

    def __init__(self) -> None:
        self._kept: list[Place] = []

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def bytes(self) -> int:
        return sum(place.latent.nbytes + place.depth.nbytes for place in self._kept)

    def clear(self) -> None:
        """The prompt or the size changed: everything looks different now."""
        self._kept.clear()

    def recall(self, view: View) -> Known | None:
        """What the key frames show of a view; None where they show nothing."""
        found = [
            (place, view.in_other(place.camera, place.depth))
            for place in self._kept
            if place.depth.shape == view.depth.shape
        ]
        best = sorted(found, key=lambda pair: -float(pair[1].share.mean()))[:_BLENDED]
        best = [pair for pair in best if float(pair[1].share.mean()) > 0.02]
        if not best:
            return None
        for place, _ in reversed(best):
            self._kept.remove(place)
            self._kept.append(place)
        return blended([(place.latent, seen) for place, seen in best])

    def keep(self, latent: Tensor, view: View, known: Known | None) -> None:
        """Keeps a picture as a key frame if much of it is new."""
        if known is not None and float(known.share.mean()) >= _KNOWN:
            return
        self._kept.append(Place(latent.detach().clone(), view.depth.clone(), view.camera))
        del self._kept[:-MOST_PLACES]
