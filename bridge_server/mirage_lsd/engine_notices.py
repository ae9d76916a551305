"""What a running stream tells people: each fault once, and once that it is over."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from .sinks import Sink, SinkState
from .sinks.window import WindowSink
from .sources import Source, SourceState


class Notices:
    """Sentences of one stream.

    Args:
        on_notice: takes sentences for people; None: standard error.
    """

    def __init__(self, on_notice: Callable[[str], None] | None) -> None:
        self.tell = on_notice or (lambda text: print(f"mirage-lsd: {text}", file=sys.stderr, flush=True))
        self._sinks: Sequence[Sink] = ()
        self._said: dict[str, str] = {}

    def begin(self, sinks: Sequence[Sink]) -> None:
        """A new stream, of which nothing was said yet."""
        self._sinks, self._said = sinks, {}

    def show(self, text: str) -> None:
        """A line in every window of the stream; "" takes it away."""
        for sink in self._sinks:
            if isinstance(sink, WindowSink):
                sink.tell("note", text=text)

    def tell_change(self, key: str, text: str, over: str = "") -> None:
        """Tells a sentence if it isn't what was said last of this `key`; `over` is told when it has become ""."""
        was = self._said.get(key, "")
        if was == text:
            return
        self._said[key] = text
        if text or (was and over):
            self.tell(text or over)
        self.show(text)

    def tell_faults(self, source: Source, painter_fault: str, *, back: str) -> None:
        """What source, painter and sinks lack now. `back`: what is said when the painter's fault is over, "" for nothing."""
        lost = source.state is SourceState.LOST
        self.tell_change("source", source.fault if lost else "", f"{source.name}: back again.")
        self.tell_change("painter", painter_fault, back)
        for i, sink in enumerate(self._sinks):
            ended = sink.state in (SinkState.LOST, SinkState.ENDED)
            self.tell_change(f"sink {i}", sink.fault if ended else "", f"{sink.name}: back again.")

    def tell_address(self, device: Source | Sink) -> None:
        """Where a device can be reached, if it says so."""
        address = getattr(device, "facts", {}).get("address")
        if address:
            self.tell(f"{device.name} is at {address}")
