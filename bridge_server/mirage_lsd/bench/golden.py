"""The same frames on two devices: do they come out the same?"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..controls import Controls, ControlTimeline
from ..frame import InputFrame
from ..pipelines.base import StreamSpec
from ..pipelines.registry import load_pipeline
from .greybox_frames import greybox_frames

_SIZE = (320, 180)


def compare_devices(
    device: str, reference: str = "cpu", frames: int = 8, model: str = "mirage-lsd-v1"
) -> dict[str, Any]:
    """Paints grey-box frames on both, each stream with its own memory.

    Returns:
        `psnr_db` of the worst frame (None: no difference) and `largest`, the largest difference of a channel, 0..255.

    Raises:
        ValueError: no such device.
    """
    width, height = _SIZE
    pictures = greybox_frames(width, height)
    pipelines = [load_pipeline(model, name) for name in (reference, device)]
    spec = StreamSpec(width, height, width, height, planes=("color", "depth"), exact=True)
    states = [pipeline.create_state(spec) for pipeline in pipelines]
    controls = _defaults(pipelines[0])
    worst, largest = float("inf"), 0
    for i in range(frames):
        picture = pictures[i % len(pictures)]
        frame = InputFrame(seq=i, color=picture.color, depth=picture.depth, camera=picture.camera)
        painted = [
            np.array(pipeline.process(frame, state, controls).pixels, np.int16)
            for pipeline, state in zip(pipelines, states, strict=True)
        ]
        difference = painted[0] - painted[1]
        error = float(np.square(difference, dtype=np.float64).mean())
        largest = max(largest, int(np.abs(difference).max()))
        worst = min(worst, float("inf") if error == 0.0 else 10 * float(np.log10(255.0**2 / error)))
    return {
        "reference": reference,
        "device": device,
        "size": list(_SIZE),
        "frames": frames,
        "psnr_db": None if worst == float("inf") else round(worst, 1),
        "largest": largest,
    }


def _defaults(pipeline: Any) -> Controls:
    """The values in effect before any control."""
    timeline = ControlTimeline(pipeline.controls, pipeline.read_controls, 0)
    return timeline.sample(0)[0]
