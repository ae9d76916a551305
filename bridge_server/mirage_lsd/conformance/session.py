"""One session of the client, as the daemon sees it, and the rules that hold for every message of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..protocol.errors import ProtocolError
from ..protocol.layout import PackedLayout, aligned
from ..protocol.messages import ClientBye, ClientMessage, Close, Control, Frame, Hello, Open, Ping, Reset
from ..protocol.parts import TransportOffer
from ..protocol.shading import CONTEXT_FORMAT, MIRAGE_HEAD, SHADE_CLIENT
from ..transport.base import FrameLost
from ..transport.ring import RingReader, RingWriter
from .report import Report, RuleBroken


@dataclass(slots=True)
class StreamSeen:
    """A stream of the session.

    Attributes:
        asked: its `open`.
        opened: whether it was answered with `opened`.
        frames: how many came.
        last_frame: the newest one.
        controls: every group, in order.
    """

    asked: Open
    opened: bool = False
    frames: int = 0
    last_frame: Frame | None = None
    controls: list[Control] | None = None
    reader: RingReader | None = None
    writer: RingWriter | None = None

    def offer(self, transport: str) -> TransportOffer | None:
        """What `open` says of a transport; None: the client does not offer it."""
        return next((offer for offer in self.asked.transport if offer.name == transport), None)

    @property
    def has_contexts(self) -> bool:
        """Whether it was opened for contexts in place of pictures."""
        return self.asked.output.format == CONTEXT_FORMAT

    @property
    def grid(self) -> tuple[int, int]:
        """Width and height of its contexts."""
        return MIRAGE_HEAD.grid(self.asked.output.width, self.asked.output.height)

    @property
    def output_bytes(self) -> int:
        """The packed size of a result."""
        if not self.has_contexts:
            return PackedLayout((self.asked.output,)).nbytes
        width, height = self.grid
        return aligned(width * height * MIRAGE_HEAD.channels * 2)

    def end(self) -> None:
        for ring in (self.reader, self.writer):
            if ring is not None:
                ring.close()
        self.reader = self.writer = None


class ClientSession:
    """Everything since one `hello`.

    Attributes:
        identity: of the connection. hello: how it began. began_s: when.
        welcomed, refused: what it was told. said_bye: whether it is over.
        streams: by number, those of this session. pings: how many came.
    """

    def __init__(self, identity: bytes, hello: Hello, began_s: float, report: Report) -> None:
        self.identity = identity
        self.hello = hello
        self.began_s = began_s
        self.welcomed = self.refused = self.said_bye = False
        self.streams: dict[int, StreamSeen] = {}
        self.pings = 0
        self._report = report

    def take(self, message: ClientMessage, payload: bytes | None) -> None:
        """Notes a message.

        Raises:
            RuleBroken: it must not come, or not now, or not like this.
        """
        name = message.T
        if self.said_bye:
            raise RuleBroken("nothing-after-bye", f"`{name}` came after `bye`.")
        if isinstance(message, Hello):
            raise RuleBroken("hello-once", "A second `hello` came in the same session.")
        if not self.welcomed and not isinstance(message, Ping | ClientBye):
            rule = "refused" if self.refused else "waits-for-welcome"
            raise RuleBroken(rule, f"`{name}` came {'after a fatal error' if self.refused else 'before `welcome`'}.")
        match message:
            case Ping():
                self.pings += 1
            case ClientBye():
                self.said_bye = True
                self._report.passed("says-goodbye")
            case Open():
                if message.stream in self.streams:
                    raise RuleBroken("streams-of-its-own", f"Stream {message.stream} is open and was opened again.")
                stream = self.streams[message.stream] = StreamSeen(message)
                if stream.has_contexts:
                    self._check_contexts(message)
                self._report.passed("opens", "waits-for-welcome")
            case Frame():
                self._take_frame(message, payload)
            case Control():
                self._take_control(message)
            case Reset() | Close():
                stream = self._stream(message.stream, name)
                if isinstance(message, Close):
                    stream.end()
                    del self.streams[message.stream]
                    if not self.streams:
                        self._report.passed("says-goodbye")
        self._report.passed("well-formed", "parts", "hello-once")

    def end(self) -> None:
        for stream in self.streams.values():
            stream.end()

    def _stream(self, number: int, message: str) -> StreamSeen:
        if number not in self.streams:
            there = ", ".join(map(str, self.streams)) or "none"
            raise RuleBroken(
                "streams-of-its-own", f"`{message}` is for stream {number}; open in this session: {there}."
            )
        return self.streams[number]

    def _check_contexts(self, asked: Open) -> None:
        if SHADE_CLIENT not in self.hello.capabilities:
            raise RuleBroken("says-shade", f"Stream {asked.stream} is for contexts, and `hello` did not say it.")
        self._report.passed("says-shade")
        if "depth" not in {plane.name for plane in asked.planes}:
            raise RuleBroken("context-planes", f"Stream {asked.stream} is for contexts and has no plane `depth`.")

    def _take_frame(self, frame: Frame, payload: bytes | None) -> None:
        stream = self._stream(frame.stream, frame.T)
        if not stream.opened:
            raise RuleBroken("waits-for-opened", f"A frame of stream {frame.stream} came before its `opened`.")
        last = stream.last_frame
        if last is not None and frame.seq <= last.seq:
            raise RuleBroken("seq-rises", f"`seq` is {frame.seq} after {last.seq}.")
        if frame.t_submit_ns < frame.t_capture_ns or (last is not None and frame.t_submit_ns < last.t_submit_ns):
            before = f" after {last.t_submit_ns}" if last is not None else ""
            raise RuleBroken(
                "times-rise", f"`t_submit_ns` is {frame.t_submit_ns}{before}, `t_capture_ns` {frame.t_capture_ns}."
            )
        if stream.has_contexts:
            if frame.camera is None:
                raise RuleBroken("context-planes", f"Frame {frame.seq} is for a context and has no `camera`.")
            self._report.passed("context-planes")
        layout = PackedLayout(stream.asked.planes)
        if stream.reader is None:
            got = "no payload" if payload is None else f"a payload of {len(payload)} bytes"
            if payload is None or len(payload) != layout.nbytes:
                sizes = ", ".join(f"{plane.name} {plane.nbytes}" for plane in layout.planes)
                raise RuleBroken(
                    "payload-fits",
                    f"The frame has {got}; packed, its planes ({sizes}) take {layout.nbytes}: "
                    "each begins at a multiple of 64, and the end is rounded up to 64.",
                )
            self._report.passed("payload-fits")
        else:
            self._read_slot(stream.reader, frame, layout.nbytes)
        stream.frames += 1
        stream.last_frame = frame
        if stream.frames > 1:
            self._report.passed("seq-rises", "times-rise", "waits-for-opened", "sends-frames", "streams-of-its-own")

    def _read_slot(self, reader: RingReader, frame: Frame, frame_bytes: int) -> None:
        if frame.slot is None or frame.slot_seq is None:
            raise RuleBroken("slots", "The stream is shared memory, and the frame has no `slot` and `slot_seq`.")
        try:
            reader.read(frame.slot, frame.slot_seq, np.empty(frame_bytes, np.uint8))
        except ProtocolError as error:
            raise RuleBroken("slots", error.message) from None
        except FrameLost:  # overwritten before it was read: that is allowed
            return
        self._report.passed("slots")

    def _take_control(self, control: Control) -> None:
        stream = self._stream(control.stream, control.T)
        groups = stream.controls = stream.controls or []
        if groups and control.control_seq <= groups[-1].control_seq:
            raise RuleBroken(
                "control-seq-rises", f"`control_seq` is {control.control_seq} after {groups[-1].control_seq}."
            )
        groups.append(control)
        self._report.passed("control-seq-rises")
