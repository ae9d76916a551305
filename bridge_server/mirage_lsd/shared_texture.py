"""The ways in which programs of performers share pictures; a sink and a source inherit each."""

from __future__ import annotations

import importlib.util
from typing import ClassVar


class SharedTexture:
    """One way, and the optional package that it takes."""

    name: ClassVar[str]
    package: ClassVar[str]
    advice: ClassVar[str]

    @classmethod
    def available(cls) -> str | None:
        """Why it can't be used here; None: it can."""
        return None if importlib.util.find_spec(cls.package) else cls.advice

    @classmethod
    def sender_in(cls, text: str) -> str | None:
        """The sender's name in `name` or `name:SENDER`, "" for none; None: the text means something else."""
        kind, _, sender = text.partition(":")
        return None if kind != cls.name or sender.startswith("//") else sender


class Spout(SharedTexture):
    """Between programs on Windows."""

    name = "spout"
    package = "SpoutGL"
    advice = "Spout needs Windows and SpoutGL: pip install SpoutGL"


class Syphon(SharedTexture):
    """Between programs on macOS."""

    name = "syphon"
    package = "syphon"
    advice = "Syphon needs macOS 12 and syphon-python: pip install 'syphon-python[numpy]'"


class Ndi(SharedTexture):
    """On the local network."""

    name = "ndi"
    package = "cyndilib"
    advice = "NDI needs cyndilib: pip install cyndilib"
