"""Pictures that other programs of performers share: Spout (Windows), Syphon (macOS), NDI (network)."""

from __future__ import annotations

import importlib.util
from typing import ClassVar, Self

from .options import read_options
from .process import ProcessSource


class TextureSource(ProcessSource):
    """What the three have in common.

    Args:
        sender: a part of the sender's name; "": the first one.
        size: width and height of the pictures; None: the sender's own.
    """

    package: ClassVar[str]
    advice: ClassVar[str]

    def __init__(self, sender: str = "", *, size: tuple[int, int] | None = None, fit: str = "cover") -> None:
        options = {"sender": sender, "size": size, "fit": fit}
        super().__init__(f"mirage_lsd.sources.workers.{self.name}", options, f"The {self.name} sender", silence_s=None)

    @classmethod
    def from_text(cls, text: str, **options: object) -> Self | None:
        kind, _, sender = text.partition(":")
        if kind != cls.name or sender.startswith("//"):
            return None
        given = read_options(options)
        return cls(sender, size=given.size, fit=given.fit)

    @classmethod
    def available(cls) -> str | None:
        return None if importlib.util.find_spec(cls.package) else cls.advice


class SpoutSource(TextureSource):
    """A texture shared by Spout."""

    name = "spout"
    help = "a shared texture on Windows: spout, spout:SENDER (optional: pip install SpoutGL)"
    package = "SpoutGL"
    advice = "Spout needs Windows and SpoutGL: pip install SpoutGL"


class SyphonSource(TextureSource):
    """A texture shared by Syphon."""

    name = "syphon"
    help = "a shared texture on macOS: syphon, syphon:SERVER (optional: pip install 'syphon-python[numpy]')"
    package = "syphon"
    advice = "Syphon needs macOS 12 and syphon-python: pip install 'syphon-python[numpy]'"


class NdiSource(TextureSource):
    """An NDI sender of the local network."""

    name = "ndi"
    help = "an NDI sender of the network: ndi, ndi:NAME (optional: pip install cyndilib)"
    package = "cyndilib"
    advice = "NDI needs cyndilib: pip install cyndilib"
