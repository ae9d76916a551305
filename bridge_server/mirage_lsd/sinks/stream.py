"""Pushed streams: RTMP and SRT, to OBS, XSplit, nginx-rtmp or a streaming service."""

from __future__ import annotations

from typing import Self
from urllib.parse import urlsplit

from .base import DeviceError
from .options import read_options
from .process import ProcessSink
from .video_file import VideoFileSink

_SCHEMES = ("rtmp", "rtmps", "srt", "udp", "tcp")


class StreamSink(ProcessSink):
    """Pushes H.264 to an address. A peer that is not there, stalls or dies costs pictures, never time; it is tried again.

    Args:
        url: rtmp://HOST/APP/KEY, srt://HOST:PORT, udp://HOST:PORT. The part after the last slash is a key and never shown.
        fps: the rate that the stream names.
        bitrate: bits a second; None: about 0.1 a pixel and picture.
    """

    name = "push"
    help = "push to a receiver: rtmp://HOST/APP/KEY, srt://HOST:PORT, udp://HOST:PORT"

    def __init__(self, url: str, *, fps: float = 24.0, bitrate: int | None = None, codec: str | None = None) -> None:
        if not _leads_somewhere(url):
            raise DeviceError(
                f"{url.partition('://')[0]}:// alone leads nowhere: give rtmp://HOST/APP/KEY, srt://HOST:PORT or udp://HOST:PORT.",
                retry=False,
            )
        options = {"kind": "push", "target": url, "fps": fps, "bitrate": bitrate, "codec": codec}
        shown = url.rpartition("/")[0] if url.count("/") > 2 else url
        super().__init__("mirage_lsd.sinks.workers.encoder", options, f"The stream to {shown}", waits_for_open=False)

    @classmethod
    def from_text(cls, text: str, **options: object) -> Self | None:
        scheme, separator, _ = text.partition("://")
        if not separator or scheme not in _SCHEMES:
            return None
        given = read_options(options)
        return cls(text, fps=given.fps, bitrate=given.bitrate, codec=given.codec)

    @classmethod
    def available(cls) -> str | None:
        return VideoFileSink.available()


def _leads_somewhere(url: str) -> bool:
    """Whether an address has what its protocol can't do without."""
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        return False
    if parts.scheme.startswith("rtmp"):
        return bool(parts.hostname and parts.path.strip("/"))
    return port is not None and bool(parts.hostname or "mode=listener" in parts.query)
