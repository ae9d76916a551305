"""Runs a recording through a pipeline again and compares."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..pipelines.base import Pipeline
from .codec import RecordedFrame, picture_hash
from .reader import Recording


@dataclass(frozen=True, slots=True)
class Difference:
    """Where a replay first differs from its recording.

    Attributes:
        stream, index, seq: which frame; `index` counts the stream's frames from 0.
        mean, largest: of the absolute differences of the channels, in levels of 8 bits; None where the recording keeps hashes only, or
            one of the two was refused.
    """

    stream: int
    index: int
    seq: int
    mean: float | None
    largest: int | None

    def sentence(self) -> str:
        """For people."""
        where = f"Frame {self.index} of stream {self.stream} (seq {self.seq}) is the first that differs"
        if self.mean is None:
            return (
                f"{where}; by how much can't be said, since the recording keeps hashes only or the frame was refused."
            )
        return f"{where}: by {self.mean:.3f} levels of 255 in the mean, {self.largest} at the most."


@dataclass(frozen=True, slots=True)
class ReplayReport:
    """How many frames were compared, how many came out the same to the bit, and the first that did not."""

    frames: int
    equal: int
    first: Difference | None


def replay(recording: Recording, pipeline: Pipeline, progress: Callable[[int], None] = lambda _: None) -> ReplayReport:
    """Every stream from its beginning, frame after frame, with the recorded controls.

    Args:
        progress: told how many frames are done.
    """
    frames = equal = 0
    first: Difference | None = None
    for stream in recording.streams:
        state = pipeline.create_state(stream.spec)
        for index, recorded in enumerate(recording.frames(stream.number)):
            pixels = _run(pipeline, state, recorded)
            frames += 1
            if (picture_hash(pixels) if pixels is not None else "") == recorded.result_hash:
                equal += 1
            elif first is None:
                first = _difference(recorded, index, pixels)
            progress(frames)
    return ReplayReport(frames, equal, first)


def _run(pipeline: Pipeline, state: Any, recorded: RecordedFrame) -> Any:
    """The result's pixels; None where the pipeline refuses the frame."""
    try:
        return pipeline.process(recorded.frame, state, recorded.controls).pixels
    except ValueError:
        return None


def _difference(recorded: RecordedFrame, index: int, pixels: Any) -> Difference:
    mean: float | None = None
    largest: int | None = None
    if pixels is not None and recorded.result is not None and pixels.shape[:2] == recorded.result.shape[:2]:
        levels = np.abs(pixels[..., :3].astype(np.int16) - recorded.result)
        mean, largest = float(levels.mean()), int(levels.max())
    return Difference(recorded.stream, index, recorded.frame.seq, mean, largest)
