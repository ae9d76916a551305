"""Sharing with other programs of performers: Spout (Windows), Syphon (macOS), NDI (network)."""

from __future__ import annotations

import importlib.util
from typing import ClassVar, Self

from .options import read_options
from .process import ProcessSink


class TextureSink(ProcessSink):
    """What the three have in common.

    Args:
        sender: the name under which others find it.
        fps: the rate that NDI names.
    """

    package: ClassVar[str]
    advice: ClassVar[str]

    def __init__(self, sender: str = "MirageLSD", *, fps: float = 24.0) -> None:
        super().__init__(
            f"mirage_lsd.sinks.workers.{self.name}", {"name": sender, "fps": fps}, f"The {self.name} sender"
        )

    @classmethod
    def from_text(cls, text: str, **options: object) -> Self | None:
        kind, _, sender = text.partition(":")
        if kind != cls.name or sender.startswith("//"):
            return None
        return cls(sender or "MirageLSD", fps=read_options(options).fps)

    @classmethod
    def available(cls) -> str | None:
        return None if importlib.util.find_spec(cls.package) else cls.advice


class SpoutSink(TextureSink):
    """A texture shared by Spout."""

    name = "spout"
    help = "a shared texture on Windows: spout, spout:NAME (optional: pip install SpoutGL)"
    package = "SpoutGL"
    advice = "Spout needs Windows and SpoutGL: pip install SpoutGL"


class SyphonSink(TextureSink):
    """A texture shared by Syphon."""

    name = "syphon"
    help = "a shared texture on macOS: syphon, syphon:NAME (optional: pip install 'syphon-python[numpy]')"
    package = "syphon"
    advice = "Syphon needs macOS 12 and syphon-python: pip install 'syphon-python[numpy]'"


class NdiSink(TextureSink):
    """An NDI sender on the local network."""

    name = "ndi"
    help = "an NDI sender on the network: ndi, ndi:NAME (optional: pip install cyndilib)"
    package = "cyndilib"
    advice = "NDI needs cyndilib: pip install cyndilib"
