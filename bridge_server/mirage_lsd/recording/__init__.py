"""Recordings of streams: what a pipeline was given, frame by frame, and what it made of it (docs/RECORDING.md)."""

from .codec import RecordedFrame
from .pipeline import RecordingPipeline
from .reader import RecordedStream, Recording
from .replay import Difference, ReplayReport, replay
from .writer import RecordingWriter

__all__ = [
    "Difference",
    "RecordedFrame",
    "RecordedStream",
    "Recording",
    "RecordingPipeline",
    "RecordingWriter",
    "ReplayReport",
    "replay",
]
