"""Recordings of games with true depth and cameras: there is no target; what goes wrong on real levels is counted instead."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from mirage_lsd.frame import Camera, InputFrame
from mirage_lsd.models.fields import surface_coordinates
from mirage_lsd.models.guide import Geometry, normals_from_positions, row_tangent, world_rays
from mirage_lsd.models.warp import pixel_grid
from mirage_lsd.pipelines.base import StreamSpec
from mirage_lsd.pipelines.mirage.frame_inputs import intrinsics_of
from mirage_lsd.pipelines.mirage.look import Look
from mirage_lsd.pipelines.mirage.pipeline import MiragePipeline
from mirage_lsd.recording.reader import Recording

from .measures import warp_error
from .progress import Tick
from .scenario import as_tensor, opaque

GAME_THEMES = (("forest", "day"), ("city", "night"), ("snow", "overcast"), ("scifi", "neon"))
# Directions from which a level's walls are seen for `striped`, degrees.
_HEADINGS = tuple(range(0, 90, 5))
# Blue by so much more than red and green, in 0..1, is no color that the forest has by day.
_TOO_BLUE = 0.12
# Of the normal: what is a floor or a ceiling, and what a wall.
_LEVEL, _UPRIGHT = 0.75, 0.7
# Neighbouring pixels are of one surface if their directions, averaged over seven pixels, and their places are so much alike.
_ALIKE, _NEXT_M = 0.99, 0.3
_DEPTH_TOLERANCE = 0.06
# Fewer pixels than this share of the picture say nothing of ceilings or of sky.
_ENOUGH = 0.01


def read_game(path: Path, frames: int) -> Iterator[InputFrame]:
    """The first frames of a recording (`mirage-lsd record`) or of a file with the arrays color (N, H, W, 3) uint8, depth (N, H, W) metres (inf: sky),
    view and projection (N, 4, 4).

    Raises:
        ValueError: neither of them, or without depth and cameras.
    """
    if path.suffix == ".npz":
        with np.load(path) as arrays:
            missing = {"color", "depth", "view", "projection"} - set(arrays.files)
            if missing:
                raise ValueError(
                    f"{path} lacks {', '.join(sorted(missing))}; a game needs color, depth, view and projection."
                )
            color, depth, view, projection = (arrays[k] for k in ("color", "depth", "view", "projection"))
        for i in range(min(frames, len(color))):
            metres = depth[i].astype(np.float32)
            metres[~np.isfinite(metres)] = 0.0
            yield InputFrame(i + 1, opaque(color[i]), metres, camera=Camera(view[i], projection[i]))
        return
    with Recording(path) as recording:
        for recorded in itertools.islice(recording.frames(recording.streams[0].number), frames):
            if recorded.frame.depth is None or recorded.frame.camera is None:
                raise ValueError(f"{path} has no depth or no camera; record a game or an engine that sends both.")
            yield recorded.frame


@dataclass
class _Place:
    """What is known of a frame without painting it: positions, normals (1, 3, H, W), sky (1, 1, H, W)."""

    p: Tensor
    normal: Tensor
    sky: Tensor


def _place(frame: InputFrame, heading: float = 0.0) -> _Place:
    """`heading`: turns the whole level about the vertical, degrees."""
    assert frame.depth is not None
    assert frame.camera is not None
    pose, intrinsics = (torch.from_numpy(x)[None] for x in intrinsics_of(frame.camera))
    c, s = math.cos(math.radians(heading)), math.sin(math.radians(heading))
    pose = torch.tensor([[c, 0, s], [0, 1, 0], [-s, 0, c]], dtype=pose.dtype) @ pose
    depth = torch.from_numpy(np.ascontiguousarray(frame.depth))[None, None]
    height, width = depth.shape[-2:]
    geometry = Geometry(
        depth, world_rays(pose, intrinsics, height, width), pose[:, :, 3], 2.0 / (intrinsics[:, 1] * height)
    )
    normal = normals_from_positions(geometry.p, -geometry.view, geometry.sky)
    return _Place(geometry.p, normal, geometry.sky)


def striped(frame: InputFrame, heading: float = 0.0) -> float:
    """Share of the walls' pixels whose pattern runs along another axis than that of the next pixel on the same surface: 0 to 1."""
    place = _place(frame, heading)
    p, n = place.p, place.normal
    wall = (n[:, 1].abs() < _UPRIGHT) & (place.sky[:, 0] == 0)
    along_z = surface_coordinates(p, n, row_tangent(p, n))[:, 0] == p[:, 2]
    smooth = F.normalize(F.avg_pool2d(n, 7, 1, 3), dim=1)
    alike = (smooth[..., 1:] * smooth[..., :-1]).sum(1) > _ALIKE
    alike &= wall[..., 1:] & wall[..., :-1] & ((p[..., 1:] - p[..., :-1]).norm(dim=1) < _NEXT_M)
    change = (along_z[..., 1:] != along_z[..., :-1]) & alike
    at_change = F.pad(change, (1, 0)) | F.pad(change, (0, 1))
    return float((at_change & wall).sum() / wall.sum().clamp(min=1))


def _seen_before(now: _Place, frame: InputFrame, before: InputFrame) -> tuple[Tensor, Tensor, Tensor]:
    """Where each pixel's surface was in the frame before: x, y in pixels, and whether it was visible there, (H, W) each."""
    assert before.camera is not None
    assert before.depth is not None
    height, width = before.depth.shape
    clip = (before.camera.projection.astype(np.float64) @ before.camera.view).astype(np.float32)
    p = torch.cat([now.p[0], torch.ones_like(now.p[0, :1])])
    x, y, _, w = torch.einsum("ij,jhw->ihw", torch.from_numpy(clip), p)
    ahead = w > 1e-3
    column = torch.where(ahead, (x / w * 0.5 + 0.5) * width - 0.5, torch.full_like(x, -9.0))
    row = torch.where(ahead, (0.5 - y / w * 0.5) * height - 0.5, torch.full_like(x, -9.0))
    inside = (column >= 0) & (column <= width - 1) & (row >= 0) & (row <= height - 1)
    old = torch.from_numpy(np.ascontiguousarray(before.depth))
    seen = old[row.round().long().clamp(0, height - 1), column.round().long().clamp(0, width - 1)]
    near = (seen - w).abs() < _DEPTH_TOLERANCE * w
    return column, row, inside & near & (now.sky[0, 0] == 0)


@dataclass(frozen=True)
class _Progress:
    """Tells `tick` of a part that begins after `first` of `total`."""

    tick: Tick
    first: int
    total: int

    def __call__(self, done: int) -> None:
        self.tick(self.first + done, self.total)


@dataclass
class _Sums:
    """Of one theme, frame by frame."""

    blue: list[float] = field(default_factory=list)
    ceilings: list[float] = field(default_factory=list)
    floors: list[float] = field(default_factory=list)
    sky_in: list[float] = field(default_factory=list)
    sky_out: list[float] = field(default_factory=list)
    warp_in: list[float] = field(default_factory=list)
    warp_out: list[float] = field(default_factory=list)


def measure_game(pipeline: MiragePipeline, path: Path, frames: int, tick: Tick) -> tuple[dict[str, Any], list[Tensor]]:
    """The figures of a recording, and its last frame with what became of it, (3, H, W) each.

    `striped`, `striped_worst`: see `striped`, the mean over all headings and the worst of them. By theme: `too_blue` (share of the surfaces), `ceilings`
    (spread of their light and color over the floors'), `sky_change` (from frame to frame over the input's), `warp_ratio` (change of surfaces over the
    input's); None where the recording shows too little of it.

    Raises:
        ValueError: see `read_game`, or a recording of fewer than two frames.
    """
    seen = [replace(frame, reset=i == 0) for i, frame in enumerate(read_game(path, frames))]
    if len(seen) < 2:
        raise ValueError(f"{path} has {len(seen)} frames; two or more are needed.")
    looked_at = seen[:: max(1, len(seen) // 4)]
    by_heading = [fmean(striped(frame, heading) for frame in looked_at) for heading in _HEADINGS]
    figures: dict[str, Any] = {
        "game": path.stem, "frames": len(seen),
        "striped": round(fmean(by_heading), 4), "striped_worst": round(max(by_heading), 4), "themes": {},
    }  # fmt: skip
    places = [_place(frame) for frame in seen]
    pictures = [as_tensor(seen[-1].color)]
    themes: dict[str, dict[str, float | None]] = {}
    for k, theme in enumerate(GAME_THEMES):
        done = _Progress(tick, k * len(seen), len(GAME_THEMES) * len(seen))
        sums, last = _as_theme(pipeline, seen, places, theme, done)
        themes["/".join(theme)] = {
            "too_blue": round(fmean(sums.blue), 4) if sums.blue else None,
            "ceilings": _ratio(sums.ceilings, sums.floors),
            "sky_change": _ratio(sums.sky_out, sums.sky_in),
            "warp_ratio": _ratio(sums.warp_out, sums.warp_in),
        }
        pictures.append(last)
    figures["themes"] = themes
    return figures, pictures


def _ratio(above: list[float], below: list[float]) -> float | None:
    return round(fmean(above) / max(fmean(below), 1e-6), 3) if above and below else None


def _as_theme(
    pipeline: MiragePipeline, seen: list[InputFrame], places: list[_Place], theme: tuple[str, str], tick: Callable[[int], None]
) -> tuple[_Sums, Tensor]:  # fmt: skip
    height, width = seen[0].color.shape[:2]
    state = pipeline.create_state(StreamSpec(width, height, width, height, 3, planes=("color", "depth"), exact=True))
    controls = Look({theme[0]: 1.0}, {theme[1]: 1.0}).controls()
    sums = _Sums()
    before = (as_tensor(seen[0].color), as_tensor(seen[0].color))
    for i, (frame, place) in enumerate(zip(seen, places, strict=True)):
        source, output = as_tensor(frame.color), as_tensor(pipeline.process(frame, state, controls).pixels)
        sky, up = place.sky[0, 0] > 0, place.normal[0, 1]
        r, g, b = output
        sums.blue.append(float(((b - torch.maximum(r, g) > _TOO_BLUE) & ~sky).sum() / (~sky).sum().clamp(min=1)))
        for mask, spread in ((up < -_LEVEL, sums.ceilings), (up > _LEVEL, sums.floors)):
            if mask.float().mean() > _ENOUGH:
                spread.append(float(output[:, mask].std(1).mean()))
        if i > 0:
            both = sky & (places[i - 1].sky[0, 0] > 0)
            if both.float().mean() > _ENOUGH:
                xs, ys = pixel_grid(height, width, sky.device)
                sums.sky_in.append(warp_error(source, before[0], xs, ys, both))
                sums.sky_out.append(warp_error(output, before[1], xs, ys, both))
            x, y, valid = _seen_before(place, frame, seen[i - 1])
            if valid.float().mean() > _ENOUGH:
                sums.warp_in.append(warp_error(source, before[0], x, y, valid))
                sums.warp_out.append(warp_error(output, before[1], x, y, valid))
        before = (source, output)
        tick(i + 1)
    return sums, before[1]
