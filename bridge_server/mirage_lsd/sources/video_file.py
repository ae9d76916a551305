"""Clips: whatever FFmpeg decodes."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Self

from .options import read_options
from .process import ProcessSource


class VideoFileSource(ProcessSource):
    """A clip, upright (rotation tag), in sRGB (HLG and PQ are brought down), by its own time stamps (variable rates stay).

    Args:
        path: the file; any characters.
        size: width and height of the pictures; None: the clip's own.
        loop: begins anew at the end; time stamps go on rising.
        realtime: paced by the time stamps, late pictures are dropped; else each picture, as fast as they are read.
    """

    name = "file"
    help = "a video file: clip.mp4"

    def __init__(
        self, path: str | Path, *, size: tuple[int, int] | None = None, fit: str = "cover", loop: bool = False,
        realtime: bool = True, mirror: bool = False,
    ) -> None:  # fmt: skip
        options = {
            "url": str(path), "live": False, "size": size, "fit": fit, "loop": loop, "realtime": realtime, "mirror": mirror
        }  # fmt: skip
        super().__init__("mirage_lsd.sources.workers.media", options, str(path), silence_s=None)
        self.live = realtime

    @classmethod
    def from_text(cls, text: str, **options: object) -> Self | None:
        given = read_options(options)
        if "://" in text:
            return None
        return cls(text, size=given.size, fit=given.fit, loop=given.loop, realtime=given.realtime, mirror=given.mirror)

    @classmethod
    def available(cls) -> str | None:
        return None if importlib.util.find_spec("av") else "Clips and network streams need PyAV: pip install av"
