"""Pictures that other programs of performers share: Spout (Windows), Syphon (macOS), NDI (network)."""

from __future__ import annotations

from typing import Self

from ..shared_texture import Ndi, SharedTexture, Spout, Syphon
from .options import read_options
from .process import ProcessSource


class TextureSource(SharedTexture, ProcessSource):
    """What the three have in common.

    Args:
        sender: a part of the sender's name; "": the first one.
        size: width and height of the pictures; None: the sender's own.
    """

    def __init__(self, sender: str = "", *, size: tuple[int, int] | None = None, fit: str = "cover") -> None:
        options = {"sender": sender, "size": size, "fit": fit}
        super().__init__(f"mirage_lsd.sources.workers.{self.name}", options, f"The {self.name} sender", silence_s=None)

    @classmethod
    def from_text(cls, text: str, **options: object) -> Self | None:
        sender = cls.sender_in(text)
        if sender is None:
            return None
        given = read_options(options)
        return cls(sender, size=given.size, fit=given.fit)


class SpoutSource(Spout, TextureSource):
    """A texture shared by Spout."""

    help = "a shared texture on Windows: spout, spout:SENDER"


class SyphonSource(Syphon, TextureSource):
    """A texture shared by Syphon."""

    help = "a shared texture on macOS: syphon, syphon:SERVER"


class NdiSource(Ndi, TextureSource):
    """An NDI sender of the local network."""

    help = "an NDI sender of the network: ndi, ndi:NAME"
