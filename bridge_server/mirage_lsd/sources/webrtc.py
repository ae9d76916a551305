"""WebRTC in: a browser's camera, or OBS through WHIP."""

from __future__ import annotations

import importlib.util
from typing import Self

from .options import read_options
from .process import ProcessSource


class WebRtcSource(ProcessSource):
    """Serves a page that sends the browser's camera, and takes WHIP clients at /whip.

    Args:
        port: TCP port of the page; 0: a free one, which `facts["address"]` names.
        host: the address it listens on. Browsers give cameras to pages of localhost and of https only.
        size: width and height of the pictures; None: the sender's own.
    """

    name = "webrtc"
    help = "a browser's camera, or OBS by WHIP: webrtc, webrtc:PORT"

    def __init__(
        self, *, port: int = 8080, host: str = "127.0.0.1", size: tuple[int, int] | None = None, fit: str = "cover"
    ) -> None:
        options = {"tcp_port": port, "host": host, "size": size, "fit": fit}
        # Nobody may be sending yet, and a sender may come back: silence is no fault of this process.
        super().__init__("mirage_lsd.sources.workers.webrtc", options, "WebRTC", silence_s=None)

    @classmethod
    def from_text(cls, text: str, **options: object) -> Self | None:
        kind, _, port = text.partition(":")
        if kind != cls.name or (port and not port.isdecimal()):
            return None
        given = read_options(options)
        return cls(port=int(port) if port else given.port, size=given.size, fit=given.fit)

    @classmethod
    def available(cls) -> str | None:
        return None if importlib.util.find_spec("aiortc") else "WebRTC needs aiortc: pip install aiortc"
