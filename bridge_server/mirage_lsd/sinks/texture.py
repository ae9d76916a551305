"""Sharing with other programs of performers: Spout (Windows), Syphon (macOS), NDI (network)."""

from __future__ import annotations

from typing import Self

from ..shared_texture import Ndi, SharedTexture, Spout, Syphon
from .options import read_options
from .process import ProcessSink


class TextureSink(SharedTexture, ProcessSink):
    """What the three have in common.

    Args:
        sender: the name under which others find it.
        fps: the rate that NDI names.
    """

    def __init__(self, sender: str = "MirageLSD", *, fps: float = 24.0) -> None:
        super().__init__(
            f"mirage_lsd.sinks.workers.{self.name}", {"name": sender, "fps": fps}, f"The {self.name} sender"
        )

    @classmethod
    def from_text(cls, text: str, **options: object) -> Self | None:
        sender = cls.sender_in(text)
        return None if sender is None else cls(sender or "MirageLSD", fps=read_options(options).fps)


class SpoutSink(Spout, TextureSink):
    """A texture shared by Spout."""

    help = "a shared texture on Windows: spout, spout:NAME"


class SyphonSink(Syphon, TextureSink):
    """A texture shared by Syphon."""

    help = "a shared texture on macOS: syphon, syphon:NAME"


class NdiSink(Ndi, TextureSink):
    """An NDI sender on the local network."""

    help = "an NDI sender on the network: ndi, ndi:NAME"
