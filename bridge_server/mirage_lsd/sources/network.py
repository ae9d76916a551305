"""Streams from the network: RTSP cameras, RTMP, SRT, HTTP (HLS)."""

from __future__ import annotations

from typing import Self
from urllib.parse import urlsplit

from .options import read_options
from .process import ProcessSource
from .video_file import VideoFileSource

_SCHEMES = ("rtsp", "rtsps", "rtmp", "rtmps", "srt", "http", "https", "udp", "tcp", "rtp")


class NetworkSource(ProcessSource):
    """A live stream by its address. When the sender goes it is lost, and tried again until it is back.

    Args:
        url: its address.
        size: width and height of the pictures; None: the stream's own.
    """

    name = "network"
    help = "a network stream: rtsp://, rtmp://, srt://, http://"

    def __init__(
        self, url: str, *, size: tuple[int, int] | None = None, fit: str = "cover", mirror: bool = False
    ) -> None:
        options = {
            "url": url,
            "live": True,
            "size": size,
            "fit": fit,
            "loop": False,
            "realtime": True,
            "mirror": mirror,
        }
        super().__init__("mirage_lsd.sources.workers.media", options, without_secrets(url), silence_s=4.0)

    @classmethod
    def from_text(cls, text: str, **options: object) -> Self | None:
        scheme, separator, _ = text.partition("://")
        if not separator or scheme not in _SCHEMES:
            return None
        given = read_options(options)
        return cls(text, size=given.size, fit=given.fit, mirror=given.mirror)

    @classmethod
    def available(cls) -> str | None:
        return VideoFileSource.available()


def without_secrets(url: str) -> str:
    """An address without user, password and query, which may be keys."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path}"
