"""A finished picture in two layers: what the network is to see of it, and the detail that is put back onto what the network has made.

The network was trained on grey boxes. A finished picture (a film, a game's own textures) is smoothed first, with its edges kept (guided filter: He et
al., 2013), made grey and brought to a middle exposure. Its texture, signs and faces are what the filter takes away; multiplied onto the painted
picture they are there again. All of this is in logarithms of luma, where a product is a sum and a shadow doesn't matter.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor

_Picture = npt.NDArray[np.uint8]

_LUMA = (0.299, 0.587, 0.114)
# Added to luma in 0..1: what is darker holds more noise than detail.
_FLOOR = 0.02
# The filter works on a picture at most this wide. Its radius, pixels there; what differs by less than the root of _FLAT is no edge.
_SMALL, _RADIUS, _FLAT = 320, 5, 0.05
# Of a larger picture every other pixel of that is enough (He and Sun, "Fast guided filter", 2015).
_SPARSE, _SPARSE_RADIUS = 2, 3
# How much of the large-scale contrast the network sees, and around which gray.
_SEEN_CONTRAST, _SEEN_GRAY = 0.6, 0.5
# How much detail and large-scale contrast are put back at `detail` 1, and by how much a pixel may change at most (logarithms).
_DETAIL_BACK, _CONTRAST_BACK, _MOST = 1.4, 0.25, 1.6
# A picture whose median luma is below this is dark on purpose: black stays black, and a fade fades.
_DARK = 0.08
# Second differences of luma along a row, in 8-bit levels, of which three in five pixels have less: none in an editor's grey box, 2 to 5 in games.
_SHARE, _GREYBOX, _FINISHED = 0.6, 0.25, 0.75
# In a narrower picture more of the pixels lie at edges, and fewer are looked at.
_WIDE = 384


# What is this bright and this saturated says something (a lamp, a sign, an arrow, an item), if it is rare around it: within this share of the width.
_BRIGHT, _SATURATED, _SOFT, _AROUND = 0.45, 0.45, 0.25, 1 / 6
_SIGNALS_KEPT = 0.85


class Layers(NamedTuple):
    """Logarithms of luma, (H, W): the smooth `base`, the `detail` on it; `median`: the base's.

    `signals` (H, W), 0..1: what keeps its color, None where there is nothing of that kind.
    """

    base: Tensor
    detail: Tensor
    median: float
    signals: Tensor | None


class DetailBack(NamedTuple):
    """How much is put back of large-scale `contrast`, `detail` and rare `signals`; `gain`: what a dark picture leaves of the painted light."""

    contrast: float
    detail: float
    gain: float
    signals: float


def detail_back(median: float, amount: float) -> DetailBack:
    """For a picture of this median level, and `amount` of its detail."""
    dim = min(max((float(np.exp(median)) - _FLOOR) / _DARK, 0.0), 1.0)
    return DetailBack(
        _CONTRAST_BACK * amount, _DETAIL_BACK * amount, dim ** min(amount, 1.0), _SIGNALS_KEPT * min(amount, 1.0)
    )


def textured(rgba: _Picture) -> float:
    """How much a picture is a finished one, 0 (an editor's grey box, flat between its edges) to 1."""
    luma = rgba[::5, :, :3].astype(np.float32) @ np.array(_LUMA, np.float32)
    if luma.shape[1] < 3:
        return 0.0
    curved = np.abs(luma[:, 2:] - 2 * luma[:, 1:-1] + luma[:, :-2]).ravel()
    rank = _rank(len(curved), rgba.shape[1])
    return _finished(float(np.partition(curved, rank)[rank]))


def textured_of_counts(counts: npt.NDArray[np.uint32], width: int) -> float:
    """The same of a picture `width` pixels wide whose second differences were counted elsewhere: (64,), a level of 1 / 64 each."""
    total = int(counts.sum())
    if total == 0:
        return 0.0
    return _finished(int(np.searchsorted(np.cumsum(counts), _rank(total, width), side="right")) / len(counts))


def _rank(count: int, width: int) -> int:
    return int(_SHARE * min(1.0, width / _WIDE) * (count - 1))


def _finished(middle: float) -> float:
    return float(np.clip((middle - _GREYBOX) / (_FINISHED - _GREYBOX), 0.0, 1.0))


def split(rgba: _Picture) -> Layers:
    """The layers of a picture, H x W x 4."""
    luma = torch.from_numpy(rgba[..., :3].astype(np.float32) @ np.array(_LUMA, np.float32))
    level = torch.log(luma.mul_(1.0 / 255.0).add_(_FLOOR))[None, None]
    step, coarse = steps_of(level.shape[-2], level.shape[-1])
    small = F.avg_pool2d(level, coarse, ceil_mode=True) if step > 1 else level
    scale = edge_scale(small, step)
    if step > 1:
        scale = F.interpolate(scale, size=level.shape[-2:], mode="bilinear", align_corners=False)
    base = scale[:, 1:].addcmul(scale[:, :1], level)
    return Layers(base[0, 0], (level - base)[0, 0], float(small.median()), _signals(rgba, step))


def steps_of(height: int, width: int) -> tuple[int, int]:
    """Of a picture of this size: pixels from one that may keep its color to the next, and pixels to a side of the filter's cells."""
    step = max(1, round(max(height, width) / _SMALL))
    return step, step * _SPARSE if step > 1 else 1


def edge_scale(small: Tensor, step: int) -> Tensor:
    """The guided filter's slope and offset in each cell, (1, 2, h, w), of the cells' mean levels (1, 1, h, w)."""
    return torch.cat(_edge_keeping(small, _SPARSE_RADIUS if step > 1 else _RADIUS), 1)


def _signals(rgba: _Picture, step: int) -> Tensor | None:
    rare = rare_signals(rgba[::step, ::step])
    if rare is None:
        return None
    return F.interpolate(rare, size=rgba.shape[:2], mode="bilinear", align_corners=False)[0, 0]


def rare_signals(rgba: _Picture) -> Tensor | None:
    """How much of its own color each pixel keeps, (1, 1, h, w), 0..1; None where there is nothing of that kind."""
    colors = torch.from_numpy(np.ascontiguousarray(rgba[..., :3])).float() / 255.0
    high, low = colors.amax(2), colors.amin(2)
    saturation = (high - low) / high.clamp(min=1e-3)
    vivid = ((high - _BRIGHT) / _SOFT).clamp_(0, 1) * ((saturation - _SATURATED) / _SOFT).clamp_(0, 1)
    if float(vivid.max()) < 0.1:
        return None
    vivid = vivid[None, None]
    r = min(max(1, round(_AROUND / 2 * max(vivid.shape[-2:]))), min(vivid.shape[-2:]) // 2)
    cells = F.avg_pool2d(vivid, max(1, r // 2), ceil_mode=True)
    around = F.interpolate(
        F.avg_pool2d(cells, 5, 1, 2, count_include_pad=False),
        size=vivid.shape[-2:],
        mode="bilinear",
        align_corners=False,
    )
    return vivid * (1.0 - 2.5 * around).clamp_(0, 1)


def _edge_keeping(level: Tensor, radius: int) -> tuple[Tensor, Tensor]:
    """The guided filter's slope and offset for a picture that is its own guide."""
    r = min(radius, min(level.shape[-2:]) - 1)

    def mean(x: Tensor) -> Tensor:
        # One way, then the other: eleven numbers each instead of 121.
        x = F.avg_pool2d(x, (1, 2 * r + 1), 1, (0, r), count_include_pad=False)
        return F.avg_pool2d(x, (2 * r + 1, 1), 1, (r, 0), count_include_pad=False)

    average = mean(level)
    variance = mean(level * level) - average * average
    slope = variance / (variance + _FLAT)
    return mean(slope), mean(average - slope * average)


def seen_by_network(layers: Layers, exposure: float) -> Tensor:
    """The picture as an editor would show it, (H, W) uint8: gray and smooth. `exposure`: the median that becomes the middle gray."""
    contrast = (layers.base - exposure).clamp_(-3.0, 2.0)
    return contrast.mul_(_SEEN_CONTRAST).exp_().mul_(255.0 * _SEEN_GRAY).clamp_(0, 255).to(torch.uint8)


def with_detail(painted: _Picture, source: _Picture, layers: Layers, exposure: float, amount: float) -> _Picture:
    """The painted picture, H x W x 4, with `amount` of the detail multiplied onto it, and the source's signals; a new array.

    `source`: the picture that `layers` are of.
    """
    back = detail_back(layers.median, amount)
    change = (layers.base - exposure).mul_(back.contrast).add_(layers.detail, alpha=back.detail)
    gain = change.clamp_(-_MOST, _MOST).exp_().mul_(back.gain)
    result = torch.empty(painted.shape, dtype=torch.uint8)
    result[..., 3] = 255
    colors = torch.from_numpy(painted)[..., :3] * gain[..., None]
    colors.add_(0.5).clamp_(0, 255)
    if layers.signals is not None:
        own = torch.from_numpy(np.ascontiguousarray(source[..., :3])).float()
        colors += (own - colors) * (layers.signals * back.signals)[..., None]
    result[..., :3] = colors
    finished: _Picture = result.numpy()
    return finished
