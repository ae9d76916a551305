"""WebRTC out: a browser, or a WHEP player, watches."""

from __future__ import annotations

import importlib.util
from typing import Self

from .options import read_options
from .process import ProcessSink


class WebRtcSink(ProcessSink):
    """Serves a page that plays the painted video, and WHEP at /whep, to at most four viewers.

    Args:
        port: TCP port of the page; 0: a free one, which `facts["address"]` names.
        host: the address it listens on.
    """

    name = "webrtc"
    help = "a browser as the screen: webrtc, webrtc:PORT"

    def __init__(self, *, port: int = 8081, host: str = "127.0.0.1") -> None:
        super().__init__("mirage_lsd.sinks.workers.webrtc", {"tcp_port": port, "host": host}, "WebRTC")

    @classmethod
    def from_text(cls, text: str, **options: object) -> Self | None:
        kind, _, port = text.partition(":")
        if kind != cls.name or (port and not port.isdecimal()):
            return None
        return cls(port=int(port) if port else read_options(options).port)

    @classmethod
    def available(cls) -> str | None:
        return None if importlib.util.find_spec("aiortc") else "WebRTC needs aiortc: pip install aiortc"
