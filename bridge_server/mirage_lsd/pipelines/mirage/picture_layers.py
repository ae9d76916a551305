"""A finished picture in two layers: what the network is to see of it, and the detail that is put back onto what the network has made.

The network was trained on grey boxes. A finished picture (a film, a game's own textures) is smoothed first, with its edges kept (guided filter: He et
al., 2013), made grey and brought to a middle exposure. Its texture, signs and faces are what the filter takes away; multiplied onto the painted
picture they are there again. All of this is in logarithms of luma, where a product is a sum and a shadow doesn't matter.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
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
# What is broader than this, on the same scale, is light rather than shape.
_SHAPE_RADIUS = 10
# How much of the large-scale contrast the network sees, and around which gray.
_SEEN_CONTRAST, _SEEN_GRAY = 0.6, 0.5
# How much detail and large-scale contrast are put back at `detail` 1, and by how much a pixel may change at most (logarithms).
_DETAIL_BACK, _CONTRAST_BACK, _MOST = 1.4, 0.25, 1.6
# Without geometry: how much comes back of the light, of shapes, of detail that is texture and of detail where `edges` are at least _OUTLINE.
_LIGHT_BACK, _SHAPE_BACK, _TEXTURE_BACK, _OUTLINE_BACK, _OUTLINE = 0.15, 0.45, 0.75, 1.35, 0.3
# The same share of a brighter picture is more: contrasts go by this power of the source's brightness over the painted one's, within these bounds.
_EVENED, _LEAST_EVENED, _MOST_EVENED = 0.8, 0.78, 1.17
# Of full brightness: what is brighter nears white and never gets there, so that snow keeps its shapes.
_SHOULDER = 0.8
# The painted picture may have this share of the source's fine contrast, looked at over so many pixels of a row; what is finer than this, on the
# filter's scale, is made softer.
_MATTER_SHARE, _FINE_PIXELS, _FINE = 0.25, 4, 3
# A picture whose median luma is below this is dark on purpose: black stays black, and a fade fades.
_DARK = 0.08
# Second differences of luma along a row, in 8-bit levels, of which three in five pixels have less: none in an editor's grey box, 2 to 5 in games.
_SHARE, _GREYBOX, _FINISHED = 0.6, 0.25, 0.75
# In a narrower picture more of the pixels lie at edges, and fewer are looked at.
_WIDE = 384
# Second differences above this are writing or a display's lines rather than an editor's checkers, if so many pixels have them.
_WRITING, _WRITTEN = 220.0, 0.02
# Saturation and brightness, of 255, from which a color counts as one of six families of hues, and the share of the pixels that makes a family count. An
# editor's prototype materials are duller; a drawing has at least so many.
_VIVID, _LIT, _FAMILY, _DRAWN = 110, 50, 0.01, 3

# What is this bright and this saturated says something (a lamp, a sign, an arrow, an item), if it is rare around it: within this share of the width.
_BRIGHT, _SATURATED, _SOFT, _AROUND = 0.45, 0.45, 0.25, 1 / 6
_SIGNALS_KEPT = 0.85


class Layers(NamedTuple):
    """Logarithms of luma, (H, W): the smooth `base`, the `detail` on it; `median`: the base's; `light`: the base without shapes.

    `edges` (H, W), 0..1: how much the surroundings are an outline, a sign or a face rather than a texture. `signals` (H, W), 0..1: what keeps
    its color, None where there is nothing of that kind.
    """

    base: Tensor
    detail: Tensor
    median: float
    light: Tensor
    edges: Tensor
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
    return _textured(_rows(rgba))


def finished(rgba: _Picture) -> float:
    """The same for a picture that is all there is: one that is nearly black, written all over or as colorful as a cartoon is none of a grey box."""
    luma = _rows(rgba)
    written = float((_curved(luma) > _WRITING).mean()) / _WRITTEN if luma.shape[1] >= 3 else 0.0
    return 1.0 if written >= 1.0 or _brightness(luma) < 1.0 or _hues(rgba) >= _DRAWN else _textured(luma)


def _hues(rgba: _Picture) -> int:
    """How many families of vivid colors a picture has, 0 to 6."""
    some = np.ascontiguousarray(rgba[::5, ::5, :3])
    hue, saturation, value = np.moveaxis(cv2.cvtColor(some, cv2.COLOR_RGB2HSV), 2, 0)
    # OpenCV counts two degrees as one.
    families = (hue[(saturation > _VIVID) & (value > _LIT)].astype(np.int64) + 15) % 180 // 30
    return int((np.bincount(families, minlength=6) >= _FAMILY * hue.size).sum())


def faded(painted: _Picture, source: _Picture) -> _Picture:
    """The painted picture as dark as its source, if that is nearly black."""
    level = _brightness(_rows(source))
    if level >= 1.0:
        return painted
    darker = painted.copy()
    darker[..., :3] = (darker[..., :3] * level).astype(np.uint8)
    return darker


def _brightness(luma: npt.NDArray[np.float32]) -> float:
    """0 (black) to 1 (not dark on purpose, or brighter)."""
    return float(np.median(luma)) / (255 * _DARK)


def _rows(rgba: _Picture) -> npt.NDArray[np.float32]:
    """Luma in 0..255 of every fifth row."""
    luma: npt.NDArray[np.float32] = rgba[::5, :, :3].astype(np.float32) @ np.array(_LUMA, np.float32)
    return luma


def _curved(luma: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Second differences along the rows, flat."""
    curved: npt.NDArray[np.float32] = np.abs(luma[:, 2:] - 2 * luma[:, 1:-1] + luma[:, :-2]).ravel()
    return curved


def _textured(luma: npt.NDArray[np.float32]) -> float:
    width = luma.shape[1]
    if width < 3:
        return 0.0
    curved = _curved(luma)
    rank = _rank(len(curved), width)
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
    slope, offset = edge_scale(small, step).chunk(2, 1)
    light = _mean(offset.addcmul(slope, small), _SHAPE_RADIUS * _radius(step) // _RADIUS)
    scale = torch.cat([slope, offset, light], 1)
    if step > 1:
        scale = F.interpolate(scale, size=level.shape[-2:], mode="bilinear", align_corners=False)
    edges, offset, light = scale[0]
    base = offset.addcmul(edges, level[0, 0])
    return Layers(base, level[0, 0] - base, float(small.median()), light, edges, _signals(rgba, step))


def steps_of(height: int, width: int) -> tuple[int, int]:
    """Of a picture of this size: pixels from one that may keep its color to the next, and pixels to a side of the filter's cells."""
    step = max(1, round(max(height, width) / _SMALL))
    return step, step * _SPARSE if step > 1 else 1


def edge_scale(small: Tensor, step: int) -> Tensor:
    """The guided filter's slope and offset in each cell, (1, 2, h, w), of the cells' mean levels (1, 1, h, w)."""
    return torch.cat(_edge_keeping(small, _radius(step)), 1)


def _radius(step: int) -> int:
    return _SPARSE_RADIUS if step > 1 else _RADIUS


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
    average = _mean(level, radius)
    variance = _mean(level * level, radius) - average * average
    slope = variance / (variance + _FLAT)
    return _mean(slope, radius), _mean(average - slope * average, radius)


def _mean(x: Tensor, radius: int) -> Tensor:
    """Of the pixels no farther than `radius` in each direction."""
    r = min(radius, min(x.shape[-2:]) - 1)
    # One way, then the other: eleven numbers each instead of 121.
    x = F.avg_pool2d(x, (1, 2 * r + 1), 1, (0, r), count_include_pad=False)
    return F.avg_pool2d(x, (2 * r + 1, 1), 1, (r, 0), count_include_pad=False)


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
    return _changed(painted, source, layers, change, back)


def crispness(painted: _Picture, source: _Picture) -> float:
    """How much of its fine contrast the painted picture may keep, 0..1, to be no crisper than its source: a film is often out of focus."""
    allowed, found = _fine_contrast(source), _fine_contrast(painted)
    return min(1.0, float(np.sqrt(_MATTER_SHARE * allowed / max(found, 1e-9))))


def _fine_contrast(rgba: _Picture) -> float:
    level = np.log(_rows(rgba) * (1 / 255) + _FLOOR)
    n = _FINE_PIXELS
    if level.shape[1] <= 2 * n:
        return 0.0
    return float(np.square(level[:, 2 * n :] - 2 * level[:, n:-n] + level[:, : -2 * n]).mean())


def softened(painted: _Picture, crisp: float) -> _Picture:
    """The painted picture with this share of its fine contrast."""
    if crisp >= 1.0:
        return painted
    colors = torch.from_numpy(painted[..., :3]).permute(2, 0, 1)[None].float()
    size = _FINE * max(1, round(max(painted.shape[:2]) / _SMALL))
    if size > min(painted.shape[:2]):
        return painted
    broad = F.interpolate(
        F.avg_pool2d(colors, size, ceil_mode=True), size=painted.shape[:2], mode="bilinear", align_corners=False
    )
    result = painted.copy()
    result[..., :3] = torch.lerp(broad, colors, crisp).add_(0.5).clamp_(0, 255)[0].permute(1, 2, 0).to(torch.uint8)
    return result


def with_shapes(painted: _Picture, source: _Picture, layers: Layers, exposure: float, amount: float) -> _Picture:
    """The same for a picture without geometry: its shapes come back, and its detail most where that is more than a texture.

    Textures are the theme's then; what the network does not know of a picture are its outlines, signs and faces.
    """
    texture = layers.edges.div(_OUTLINE).clamp_(max=1.0).mul_(_OUTLINE_BACK - _TEXTURE_BACK).add_(_TEXTURE_BACK)
    change = texture.mul_(layers.detail)
    change.add_(layers.base - layers.light, alpha=_SHAPE_BACK).add_(layers.light - exposure, alpha=_LIGHT_BACK)
    gray = cv2.cvtColor(painted, cv2.COLOR_RGBA2GRAY)
    brightness = (cv2.mean(cv2.cvtColor(source, cv2.COLOR_RGBA2GRAY))[0] + 1.0) / (cv2.mean(gray)[0] + 1.0)
    change.mul_(amount * min(max(brightness**_EVENED, _LEAST_EVENED), _MOST_EVENED))
    # Logarithms of what is brighter than it may be.
    level = torch.from_numpy(gray).float().mul_(1.0 / 255.0) * change.clamp_(-_MOST, _MOST).exp()
    over = (level - _SHOULDER).clamp_(min=0.0)
    shown = (level - over).add_(1.0 - _SHOULDER - (1.0 - _SHOULDER) * torch.exp(over * (-1.0 / (1.0 - _SHOULDER))))
    change.add_(torch.log(shown.div_(level.clamp_(min=1e-3)).clamp_(min=1e-3)), alpha=min(amount, 1.0))
    return _changed(painted, source, layers, change, detail_back(layers.median, amount))


def _changed(painted: _Picture, source: _Picture, layers: Layers, change: Tensor, back: DetailBack) -> _Picture:
    """`change`: logarithms, written to."""
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
