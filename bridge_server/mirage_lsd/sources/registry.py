"""Which sources there are. A new one is one file and one line here."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module

from .base import DeviceError, Source

# In the order in which they are asked whether a text is theirs; a plain path comes last.
_SOURCES = (
    "camera:CameraSource",
    "desktop:DesktopSource",
    "pattern:PatternSource",
    "webrtc:WebRtcSource",
    "engine:EngineSource",
    "texture:SpoutSource",
    "texture:SyphonSource",
    "texture:NdiSource",
    "arrays:ArraySource",
    "network:NetworkSource",
    "pattern:ImageSource",
    "video_file:VideoFileSource",
)


def source_classes() -> Iterable[type[Source]]:
    """Every kind of source."""
    for entry in _SOURCES:
        module, _, name = entry.partition(":")
        yield getattr(import_module(f".{module}", __package__), name)


def make_source(what: object, **options: object) -> Source:
    """The source that is meant; not opened yet.

    Args:
        what: a camera's number, a text (`--source` of the command line), a `Source`, or an iterable of arrays.
        options: the fields of `DeviceOptions`; each source takes those that mean something to it.

    Raises:
        DeviceError: nothing of the kind is known.
    """
    if isinstance(what, Source):
        return what
    if isinstance(what, int | str) or hasattr(what, "__fspath__"):
        text = str(what)
        for kind in source_classes():
            found = kind.from_text(text, **options)
            if found is not None:
                return found
        raise DeviceError(f"{text!r} is no source; `mirage-lsd devices` lists what there is.", retry=False)
    if isinstance(what, Iterable):
        from .arrays import ArraySource

        size, fps = options.get("size"), options.get("fps")
        return ArraySource(what, size=size, fps=float(fps or 24.0))  # type: ignore[arg-type]
    raise DeviceError(
        f"{type(what).__name__} is no source: give a number, a path or address, a Source, or arrays.", retry=False
    )
