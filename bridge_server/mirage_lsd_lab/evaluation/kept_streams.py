"""Streams that are rendered once and played again and again: what the variants of an ablation are compared on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean
from typing import NamedTuple

import imageio_ffmpeg
import numpy as np
import torch
from torch import Tensor

from mirage_lsd.controls import Controls
from mirage_lsd.frame import InputFrame
from mirage_lsd.models.warp import pixel_grid
from mirage_lsd.pipelines.base import StreamSpec
from mirage_lsd.pipelines.mirage.look import Look
from mirage_lsd.pipelines.mirage.pipeline import MiragePipeline
from mirage_lsd.pipelines.resample import resample

from ..training.worlds.sample import Picture, World, render, render_greybox
from ..training.worlds.textured import with_textures
from .measures import psnr, warp_error
from .scenario import as_tensor, controls_of, input_frame, opaque, stroll, themed_world, turned, visible_before

# Radians to the next frame on the way out; most of the picture is still there then.
_TURN = 0.2
# The first frames of a stream have no past to lose.
_WARM_UP = 3
# Fewer pixels than this say nothing about what was uncovered.
_FEWEST_UNCOVERED = 200


class KeptFrame(NamedTuple):
    """A frame and what is known of it.

    Attributes:
        reference: (3, H, W) in 0..1; its changes from frame to frame are what flicker is compared with. is_target: it is what the picture should be.
        before: x, y and valid of `visible_before`; None: the first frame. uncovered: (H, W) bool, surfaces that the frame before didn't show.
    """

    frame: InputFrame
    reference: Tensor
    is_target: bool
    before: tuple[Tensor, Tensor, Tensor] | None
    uncovered: Tensor | None


@dataclass(frozen=True)
class KeptStream:
    """Frames of one stream. `same_view`: pairs of frames, the earlier one first, that show the very same view with others between them."""

    spec: StreamSpec
    controls: Controls
    frames: list[KeptFrame]
    same_view: list[tuple[int, int]]


class Played(NamedTuple):
    """What a pipeline made of some streams: means over their frames, None where it can't be said.

    Attributes:
        psnr: dB. uncovered: the same of what the frame before didn't show. flicker: change of surfaces from frame to frame over the reference's own.
        revisit: mean change of a view between the way out and the way back, 0..255. pictures: uint8, (H, W, 3) each.
    """

    psnr: float | None
    uncovered: float | None
    flicker: float
    revisit: float | None
    pictures: list[np.ndarray]


def play(pipeline: MiragePipeline, streams: list[KeptStream], steps: int) -> Played:
    """Plays each stream from a fresh state."""
    scores, uncovered, changes, own_changes, revisits, pictures = [], [], [], [], [], []
    for stream in streams:
        state = pipeline.create_state(replace(stream.spec, steps=steps))
        outputs: list[Tensor] = []
        for i, kept in enumerate(stream.frames):
            output = as_tensor(pipeline.process(kept.frame, state, stream.controls).pixels)
            outputs.append(output)
            pictures.append((output * 255).round().to(torch.uint8).permute(1, 2, 0).numpy())
            if i < _WARM_UP or kept.before is None:
                continue
            x, y, valid = kept.before
            if kept.is_target:
                scores.append(psnr(output, kept.reference))
                if kept.uncovered is not None and kept.uncovered.sum() > _FEWEST_UNCOVERED:
                    uncovered.append(psnr(output[:, kept.uncovered], kept.reference[:, kept.uncovered]))
            if valid.any():
                changes.append(warp_error(output, outputs[-2], x, y, valid))
                own_changes.append(warp_error(kept.reference, stream.frames[i - 1].reference, x, y, valid))
        revisits += [float((outputs[b] - outputs[a]).abs().mean()) * 255 for a, b in stream.same_view]

    def mean(found: list[float]) -> float | None:
        return fmean(found) if found else None

    return Played(mean(scores), mean(uncovered), fmean(changes) / fmean(own_changes), mean(revisits), pictures)


def _sent(number: int, world: World, picture: Picture, color_only: bool, textured: bool) -> InputFrame:
    if textured:
        height, width = picture.depth.shape[1:]
        color = with_textures(render_greybox(world, height, width), world, height, width).color
        color = color.view(height, width, 3).permute(2, 0, 1) * 2 - 1
        picture = replace(picture, guide=torch.cat([color, picture.guide[3:]]))
    return input_frame(number, world, picture, color_only=color_only)


def _rendered(
    spec: StreamSpec, worlds: list[World], same_view: list[tuple[int, int]], *, color_only: bool, textured: bool
) -> KeptStream:
    frames: list[KeptFrame] = []
    previous: tuple[World, Picture] | None = None
    for i, world in enumerate(worlds):
        picture = render(world, spec.height, spec.width)
        before = None if previous is None else visible_before(picture, previous[1], previous[0])
        uncovered = None if before is None else (picture.depth[0] > 0) & ~before[2]
        sent = _sent(i + 1, world, picture, color_only, textured)
        frames.append(KeptFrame(sent, picture.target, True, before, uncovered))
        previous = (world, picture)
    planes = ("color",) if color_only else ("color", "depth")
    return KeptStream(replace(spec, planes=planes), controls_of(worlds[0]), frames, same_view)


def walk(
    spec: StreamSpec, seed: int, number: int, frames: int, *, color_only: bool = False, textured: bool = False
) -> KeptStream:
    """A stroll of `frames` frames through the world of a seed; `number` chooses its theme."""
    worlds = stroll(themed_world(seed, number, spec.width / spec.height), frames)
    return _rendered(spec, worlds, [], color_only=color_only, textured=textured)


def there_and_back(
    spec: StreamSpec, seed: int, number: int, frames: int, *, color_only: bool = False, textured: bool = False
) -> KeptStream:
    """The camera turns away, `frames` frames of it, until nothing of the first view is left, and comes back the same way."""
    start = themed_world(seed, number, spec.width / spec.height)
    out = [turned(start, _TURN * i) for i in range(frames // 2)]
    worlds = out + out[::-1]
    last = len(worlds) - 1
    pairs = [(i, last - i) for i in range(1, 1 + len(out) // 2)]
    return _rendered(spec, worlds, pairs, color_only=color_only, textured=textured)


def clip(path: Path, width: int, theme: tuple[str, str], frames: int) -> KeptStream:
    """The first frames of a clip, `width` pixels wide: color alone, without a target."""
    reader = imageio_ffmpeg.read_frames(str(path), pix_fmt="rgb24")
    source_width, source_height = next(reader)["size"]
    height = round(source_height * width / source_width / 2) * 2
    x, y = pixel_grid(height, width, torch.device("cpu"))
    kept: list[KeptFrame] = []
    for i, raw in zip(range(frames), reader, strict=False):
        rgb = np.frombuffer(raw, np.uint8).reshape(source_height, source_width, 3)
        rgba = np.ascontiguousarray(resample(opaque(rgb), height, width))
        before = None if i == 0 else (x, y, torch.ones(height, width, dtype=torch.bool))
        kept.append(KeptFrame(InputFrame(i + 1, rgba), as_tensor(rgba), False, before, None))
    reader.close()
    controls = Look({theme[0]: 1.0}, {theme[1]: 1.0}).controls()
    return KeptStream(StreamSpec(width, height, width, height, 3), controls, kept, [])
