"""Which sinks there are. A new one is one file and one line here."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module

from .base import DeviceError, Sink

_SINKS = (
    "window:WindowSink",
    "video_file:VideoFileSink",
    "stream:StreamSink",
    "virtual_camera:VirtualCameraSink",
    "webrtc:WebRtcSink",
    "texture:SpoutSink",
    "texture:SyphonSink",
    "texture:NdiSink",
    "callback:CallbackSink",
)


def sink_classes() -> Iterable[type[Sink]]:
    """Every kind of sink."""
    for entry in _SINKS:
        module, _, name = entry.partition(":")
        yield getattr(import_module(f".{module}", __package__), name)


def make_sink(what: object, **options: object) -> Sink:
    """The sink that is meant; not opened yet.

    Args:
        what: a text (`--sink` of the command line), a `Sink`, or a callable that takes pixels.
        options: the fields of `SinkOptions`; each sink takes those that mean something to it.

    Raises:
        DeviceError: nothing of the kind is known.
    """
    if isinstance(what, Sink):
        return what
    if isinstance(what, str) or hasattr(what, "__fspath__"):
        text = str(what)
        for kind in sink_classes():
            found = kind.from_text(text, **options)
            if found is not None:
                return found
        raise DeviceError(
            f"{text!r} is no sink: use window, a file that ends in .mp4 or .mkv, rtmp://, srt://, virtual-camera or webrtc.",
            retry=False,
        )
    if callable(what):
        from .callback import CallbackSink

        return CallbackSink(what)
    raise DeviceError(f"{type(what).__name__} is no sink: give a text, a Sink or a function.", retry=False)
