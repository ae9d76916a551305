"""Recording to a file."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Self

from .options import read_options
from .process import ProcessSink

FILE_ENDINGS = (".mp4", ".mov", ".mkv")


class VideoFileSink(ProcessSink):
    """Writes H.264 in pieces of a second, each of which plays, so that a crash or a full disk costs the last one.

    Args:
        path: the file, .mp4, .mov or .mkv; written over.
        fps: the rate that the file names; its pictures have time stamps of their own.
        lossless: `write` waits for room instead of dropping a picture.
        codec: an encoder's name; None: what this machine has.
    """

    name = "file"
    help = "a video file: out.mp4, out.mkv"

    def __init__(
        self, path: str | Path, *, fps: float = 24.0, lossless: bool = False, codec: str | None = None
    ) -> None:
        options = {"kind": "file", "target": str(path), "fps": fps, "codec": codec}
        super().__init__("mirage_lsd.sinks.workers.encoder", options, f"The file {path}")
        self.lossless = lossless

    @classmethod
    def from_text(cls, text: str, **options: object) -> Self | None:
        given = read_options(options)
        if "://" in text or not text.lower().endswith(FILE_ENDINGS):
            return None
        return cls(text, fps=given.fps, lossless=given.lossless, codec=given.codec)

    @classmethod
    def available(cls) -> str | None:
        return None if importlib.util.find_spec("av") else "Files and pushed streams need PyAV: pip install av"
