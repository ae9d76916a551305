"""The daemon of the suite: a socket, and answers that a scenario can leave out, delay or spoil."""

from __future__ import annotations

import os
import socket as socketlib
from collections.abc import Callable
from typing import Any

import msgpack  # type: ignore[import-untyped]
import numpy as np
import zmq

from .. import __version__, clock
from ..protocol import PROTOCOL_VERSION, ProtocolError, decode_client, encode
from ..protocol.layout import PackedLayout
from ..protocol.messages import (
    DaemonMessage,
    Error,
    Frame,
    Hello,
    Open,
    Opened,
    Ping,
    Pong,
    Progress,
    Result,
    Weights,
    Welcome,
)
from ..protocol.parts import (
    ContextStreamFields,
    LimitFields,
    ModelFields,
    ServerFields,
    ShapeFields,
    StatsFields,
    TransportOffer,
)
from ..protocol.shading import MIRAGE_HEAD, SHADE_CLIENT
from ..transport.ring import RingReader, RingWriter
from .client_process import ClientProcess
from .report import Report, RuleBroken
from .session import ClientSession, StreamSeen

_POLL_MS = 10
_STRENGTH = {
    "name": "strength",
    "kind": "number",
    "help": "How much of the painted picture there is.",
    "transition": True,
}
_CONTROLS = (
    {**_STRENGTH, "min": 0.0, "max": 1.0, "default": 1.0},
    {
        "name": "bypass",
        "kind": "flag",
        "help": "Gives the engine's picture back.",
        "transition": False,
        "default": False,
    },
)
_MODELS = ("passthrough", "mirage-lsd-v1")


def weights_of(stream: int, weights_seq: int) -> Weights:
    """The header of weights that paint nothing."""
    shape = MIRAGE_HEAD
    return Weights(stream, weights_seq, 0, shape.name, shape.version, (0.0,) * 3, (0.0, 1.0, 0.0), (0.5,) * 24, 1.0)


class Stage:
    """Listens on an address and does what a daemon does, unless a scenario tells it not to.

    Args:
        endpoint: `tcp://HOST:PORT`; the port `*` is chosen.

    Attributes:
        report: where rules that were kept are noted.
        client: its process, where the suite started it. ending_is_fine: it may end.
        session: the newest session, None before the first `hello`. sessions: all of them.
        welcomes, opens, answers_frames, answers_pings: what is done without being told.
        shape: of shading, which every model has contexts for; None: there are none.
        transports: those that `open` may get, the first one that the client offers wins.
        started_by_us: the client begins with this stage, so that its first message is no rest of another one.
    """

    def __init__(self, endpoint: str, report: Report, *, started_by_us: bool) -> None:
        self.report = report
        self.endpoint = endpoint
        self.sessions: list[ClientSession] = []
        self.welcomes = self.opens = self.answers_frames = self.answers_pings = True
        self.transports: tuple[str, ...] = ("inline", "shared_memory")
        self.shape: ShapeFields | None = None
        self.client: ClientProcess | None = None
        self.ending_is_fine = False
        self._started_by_us = started_by_us
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self._by_identity: dict[bytes, ClientSession] = {}
        self.bind()

    def bind(self) -> None:
        """Listens (again)."""
        self._socket = self._context.socket(zmq.ROUTER)
        self._socket.linger = 0
        self._socket.bind(self.endpoint)
        self.endpoint = self._socket.get_string(zmq.LAST_ENDPOINT)

    def kill(self) -> None:
        """Stops listening without a word, as a crash would."""
        self._socket.close()
        self._started_by_us = False  # what the client has queued for the old session may still come

    def close(self) -> None:
        self._socket.close()
        self._context.term()
        for session in self.sessions:
            session.end()

    @property
    def ended(self) -> str:
        """How the client's process ended; "" while it runs, or where nobody can tell."""
        return self.client.ended if self.client is not None else ""

    @property
    def session(self) -> ClientSession | None:
        return self.sessions[-1] if self.sessions else None

    def until(self, done: Callable[[], bool], timeout_s: float, rule: str, why: str) -> None:
        """Serves until `done`.

        Raises:
            RuleBroken: `rule` with `why` after `timeout_s`, or another rule that the client broke meanwhile.
        """
        end = clock.now_s() + timeout_s
        while not done():
            if clock.now_s() > end:
                raise RuleBroken(rule, why)
            self._serve()

    def serve_for(self, seconds: float) -> None:
        """Serves for a while."""
        end = clock.now_s() + seconds
        while clock.now_s() < end:
            self._serve()

    def await_session(self, timeout_s: float, rule: str, why: str) -> ClientSession:
        """The next session that begins from now on."""
        before = len(self.sessions)
        self.until(lambda: len(self.sessions) > before, timeout_s, rule, why)
        return self.sessions[-1]

    def await_frames(self, count: int, timeout_s: float, rule: str, why: str) -> None:
        """`count` more frames, in whichever session."""
        wanted = self.frames + count
        self.until(lambda: self.frames >= wanted, timeout_s, rule, why)

    @property
    def frames(self) -> int:
        """Of all streams in all sessions."""
        return sum(stream.frames for session in self.sessions for stream in session.streams.values())

    def send(self, session: ClientSession, message: DaemonMessage, payload: bytes | None = None) -> None:
        """As the protocol has it."""
        self.send_parts(session, encode(message), *([] if payload is None else [payload]))

    def send_map(self, session: ClientSession, header: dict[str, Any], *payload: bytes) -> None:
        """A header as given, right or wrong."""
        self.send_parts(session, msgpack.packb(header), *payload)

    def send_parts(self, session: ClientSession, *parts: bytes) -> None:
        self._socket.send_multipart([session.identity, *parts])

    def welcome(self, session: ClientSession, more: dict[str, Any] | None = None) -> None:
        """Answers `hello`; `more`: keys that this version does not have."""
        limits = LimitFields(8, 4096, 4096, 65_536, 402_653_184, 10.0)
        server = ServerFields("mirage-lsd conformance", __version__, os.getpid(), socketlib.gethostname())
        models = tuple(ModelFields(name, _CONTROLS, ("color", "depth"), self.shape) for name in _MODELS)
        capabilities = ("inline", "shared_memory") if self.shape is None else ("inline", "shared_memory", SHADE_CLIENT)
        known = Welcome(PROTOCOL_VERSION, f"s{len(self.sessions)}", server, capabilities, limits, models)
        self.send_map(session, {**msgpack.unpackb(encode(known)), **(more or {})})
        session.welcomed = True

    def open(self, session: ClientSession, stream: StreamSeen) -> None:
        """Answers `open` with the first of `transports` that the client offers.

        Raises:
            RuleBroken: its ring is not what it says.
        """
        offers = [offer for name in self.transports if (offer := stream.offer(name)) is not None]
        if not offers:
            self.refuse(session, stream, "bad_transport", f"Offer one of {', '.join(self.transports)}.")
            return
        answer = TransportOffer(offers[0].name)
        if (ring := offers[0].more.get("ring")) is not None:
            layout = PackedLayout(stream.asked.planes)
            try:
                stream.reader = RingReader(ring, layout.nbytes, len(layout.planes))
            except ProtocolError as error:
                raise RuleBroken("ring", error.message) from None
            stream.writer = RingWriter(stream.output_bytes)
            answer = TransportOffer(offers[0].name, {"ring": stream.writer.fields})
            self.report.passed("ring")
        contexts = None
        if stream.has_contexts and self.shape is not None:
            contexts = ContextStreamFields(self.shape.shape, self.shape.version, *stream.grid, MIRAGE_HEAD.channels)
        elif stream.has_contexts:
            self.refuse(session, stream, "no_context", "The suite has no contexts here; open the stream for pictures.")
            return
        self.send(session, Opened(stream.asked.stream, answer, context=contexts))
        self.send(session, Progress("the conformance suite", 1.0, stream.asked.stream))
        stream.opened = True

    def refuse(self, session: ClientSession, stream: StreamSeen, code: str, message: str) -> None:
        """Answers `open` with an error."""
        self.send(session, Error(code, message, False, stream.asked.stream, True))
        del session.streams[stream.asked.stream]

    def result_of(self, frame: Frame) -> Result:
        """What a daemon that paints in no time would send, but for the picture."""
        now = clock.now_ns()
        return Result(frame.stream, frame.seq, frame.t_capture_ns, frame.t_submit_ns, now, now, now, now)

    def _answer_frame(self, session: ClientSession, stream: StreamSeen, frame: Frame) -> None:
        # As float16 in a context: about 0.
        picture = np.full(stream.output_bytes, 0 if stream.has_contexts else 128, np.uint8)
        header = msgpack.unpackb(encode(self.result_of(frame)))
        if stream.has_contexts:
            self._answer_context(session, stream, header)
        if stream.controls:
            header["control_seq"] = stream.controls[-1].control_seq
        if stream.writer is not None:
            header["slot"], header["slot_seq"] = stream.writer.write(picture, frame.seq)
            self.send_map(session, header)
        else:
            self.send_map(session, header, picture.tobytes())

    def _answer_context(self, session: ClientSession, stream: StreamSeen, header: dict[str, Any]) -> None:
        """What goes before the result of a stream of contexts, and into its header."""
        number, (width, height) = stream.asked.stream, stream.grid
        if stream.frames == 1:
            self.send(session, weights_of(number, 1), bytes(2 * MIRAGE_HEAD.weight_count))
        grid = {"width": width, "height": height, "channels": MIRAGE_HEAD.channels}
        header["context"] = {**grid, "weights_seq": 1}

    def _serve(self) -> None:
        if not self.ending_is_fine and (how := self.ended):
            raise RuleBroken("stays-alive", f"The client should run until it is told to end: {how}.")
        if not self._socket.poll(_POLL_MS):
            return
        identity, *parts = self._socket.recv_multipart()
        if not parts or len(parts) > 2:
            raise RuleBroken("parts", f"A message of {len(parts)} parts came.")
        session = self._by_identity.get(identity)
        try:
            message = decode_client(parts[0])
        except ProtocolError as error:
            raise RuleBroken("well-formed", f"`{error.message_type or 'a message'}`: {error.message}") from None
        if session is None:
            self._begin(identity, message)
            return
        session.take(message, parts[1] if len(parts) > 1 else None)
        match message:
            case Ping() if self.answers_pings:
                self.send(session, Pong(message.t_ns, clock.now_ns(), StatsFields(1, self.frames, 0, 60.0)))
            case Open() if self.opens:
                self.open(session, session.streams[message.stream])
            case Frame() if self.answers_frames:
                self._answer_frame(session, session.streams[message.stream], message)

    def _begin(self, identity: bytes, message: Any) -> None:
        if not isinstance(message, Hello):
            if self._started_by_us:
                raise RuleBroken("hello-first", f"The first message is `{message.T}`.")
            error = Error("hello_required", "Say `hello` first.", False)
            self._socket.send_multipart([identity, encode(error)])
            return
        self.report.passed("hello-first", "well-formed")
        session = ClientSession(identity, message, clock.now_s(), self.report)
        self.sessions.append(session)
        self._by_identity[identity] = session
        if self.welcomes:
            self.welcome(session)
