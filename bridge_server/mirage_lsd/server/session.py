"""One client's session: what it opened, and what its messages do."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from typing import Any

import structlog

from .. import clock
from ..pipelines.base import Pipeline
from ..protocol.errors import ProtocolError
from ..protocol.layout import PackedLayout
from ..protocol.messages import (
    ClientMessage,
    Close,
    Closed,
    Control,
    DaemonMessage,
    Frame,
    Hello,
    NoticeMessage,
    Open,
    Opened,
    Reset,
)
from ..protocol.parts import RefusedTransport
from ..transport import TRANSPORTS, FrameLost, FrameSizes, Transport
from .context_output import ContextOutput, context_output
from .limits import Limits
from .metrics import Metrics
from .stream import BUFFERS, Stream, buffer_bytes
from .workers import Worker

log = structlog.get_logger("mirage_lsd.session")

NOTICE_PERIOD_S = 60.0


class Session:
    """Between a client's `hello` and its end. Lives on the I/O thread.

    Args:
        identity: the client's routing id.
        hello: its greeting.
        transports: those this daemon can do, by name.
        place: the worker for a new stream of a model, and its pipeline; None: there is no such model.
        models: names of all models, for a sentence.
        send: answers the client.
        buffers_left: bytes of frame buffers that may still be opened, over all sessions.
    """

    def __init__(
        self,
        identity: bytes,
        hello: Hello,
        *,
        transports: Mapping[str, type[Transport]],
        place: Callable[[str], tuple[Worker, Pipeline] | None],
        models: tuple[str, ...],
        limits: Limits,
        metrics: Metrics,
        send: Callable[[bytes, DaemonMessage], object],
        buffers_left: Callable[[], int],
    ) -> None:
        self.identity = identity
        self.id = secrets.token_hex(8)
        self.client = hello.client
        self._capabilities = hello.capabilities
        self.streams: dict[int, Stream] = {}
        self.last_message_at = clock.now_s()
        self._transports = transports
        self._place = place
        self._models = models
        self._notices: dict[tuple[int, str], float] = {}
        self._limits = limits
        self._metrics = metrics
        self._send = send
        self._buffers_left = buffers_left

    def handle(self, message: ClientMessage, payload: Any | None) -> None:
        """Obeys one message other than `hello`, `bye` and `ping`.

        Raises:
            ProtocolError: it can't be obeyed.
        """
        match message:
            case Frame():
                self._arrive(message, payload)
            case Control():
                self._control(message)
            case Open():
                self._open(message)
            case Reset():
                self._stream(message.stream).reset_pending = True
            case Close():
                self._stream(message.stream)
                self.end_stream(message.stream)
                self._send(self.identity, Closed(message.stream))
            case _:
                raise ProtocolError("malformed", f"`{message.T}` means nothing here.")

    def accept_arrived(self) -> list[ProtocolError]:
        """Takes the newest frame of each stream in and queues it; returns what was wrong with any."""
        errors = []
        for stream in self.streams.values():
            if stream.arrived is None:
                continue
            (frame, payload), stream.arrived = stream.arrived, None
            buffer = stream.acquire_buffer()
            try:
                stream.transport.read(frame, payload, buffer)
            except (FrameLost, ProtocolError) as error:
                stream.release_buffer(buffer)
                stream.reset_pending |= frame.reset
                self._drop(stream, "torn" if isinstance(error, FrameLost) else "bad")
                if isinstance(error, ProtocolError):
                    error.stream = stream.number
                    errors.append(error)
                continue
            buffer.frame = frame
            buffer.slots = stream.slots
            buffer.t_receive_ns = clock.now_ns()
            buffer.reset = frame.reset or stream.reset_pending
            stream.reset_pending = False
            replaced = stream.mailbox.take()
            if replaced is not None:
                # The camera cut of a dropped frame still has to reach the pipeline; the worker must not have this one yet.
                buffer.reset |= replaced.reset
                stream.release_buffer(replaced)
                self._drop(stream, "replaced")
            stream.mailbox.put(buffer)
            stream.worker.submit(stream)
        return errors

    def notify(self, notice: NoticeMessage) -> None:
        """Sends a notice, unless the same was said of this stream within the last minute."""
        now = clock.now_s()
        key = (notice.stream, notice.code)
        if now - self._notices.get(key, -NOTICE_PERIOD_S) >= NOTICE_PERIOD_S:
            self._notices[key] = now
            log.info("notice", session=self.id, stream=notice.stream, code=notice.code, message=notice.message)
            self._send(self.identity, notice)

    def end_stream(self, number: int) -> None:
        """Closes one stream and what belongs to it."""
        self.streams.pop(number).close()
        for key in [key for key in self._notices if key[0] == number]:
            del self._notices[key]
        self._metrics.streams.dec()

    def end(self) -> None:
        """Closes everything."""
        for number in list(self.streams):
            self.end_stream(number)

    def _stream(self, number: int) -> Stream:
        stream = self.streams.get(number)
        if stream is None:
            raise ProtocolError("unknown_stream", f"Stream {number} is not open; wait for `opened`.", number)
        return stream

    def _arrive(self, frame: Frame, payload: Any | None) -> None:
        stream = self._stream(frame.stream)
        if frame.seq <= stream.newest_seq:
            self._drop(stream, "bad")
            raise ProtocolError("bad_frame", f"`seq` must rise; the newest is {stream.newest_seq}.", stream.number)
        stream.newest_seq = frame.seq
        if frame.slots is not None:
            stream.update_slots(frame.slots)
        if stream.arrived is not None:
            stream.reset_pending |= stream.arrived[0].reset
            self._drop(stream, "replaced")
        stream.arrived = (frame, payload)

    def _control(self, control: Control) -> None:
        stream = self._stream(control.stream)
        try:
            notices = stream.timeline.apply(control.values, control.control_seq, control.transition_s, clock.now_ns())
        except ProtocolError as error:
            error.stream = stream.number
            raise
        for notice in notices:
            self.notify(NoticeMessage(stream.number, notice.code, notice.message))

    def _open(self, wanted: Open) -> None:
        number = wanted.stream
        if number in self.streams:
            raise ProtocolError("stream_exists", f"Stream {number} is open; close it or use another number.", number)
        try:
            stream, refused = self._new_stream(wanted)
        except ProtocolError as error:
            error.stream, error.stream_closed = number, True
            raise
        self.streams[number] = stream
        self._metrics.streams.inc()
        log.info(
            "stream opened",
            session=self.id,
            stream=number,
            model=wanted.model,
            transport=stream.transport.name,
            size=f"{stream.spec.width}x{stream.spec.height}",
            output=f"{stream.spec.output_width}x{stream.spec.output_height} {wanted.output.format}",
            planes=",".join(stream.spec.planes),
        )
        contexts = stream.contexts.fields if stream.contexts is not None else None
        self._send(self.identity, Opened(number, stream.transport.answer, refused or None, contexts))
        stream.worker.prepare(stream)

    def _new_stream(self, wanted: Open) -> tuple[Stream, tuple[RefusedTransport, ...]]:
        if len(self.streams) >= self._limits.max_streams:
            raise ProtocolError(
                "too_many_streams",
                self._limits.when_full or f"A session has at most {self._limits.max_streams} streams; close one first.",
            )
        placed = self._place(wanted.model)
        if placed is None:
            raise ProtocolError(
                "unknown_model",
                f"There is no model {wanted.model[:64]!r}; this daemon serves {', '.join(self._models)}.",
            )
        if buffer_bytes(wanted) > self._buffers_left():
            raise ProtocolError("too_many_streams", "The daemon's frame buffers are used up; close a stream first.")
        worker, pipeline = placed
        contexts = context_output(wanted, pipeline, self._capabilities)
        transport, refused = self._transport(wanted, pipeline, contexts)
        return Stream(self.identity, wanted, pipeline, transport, worker, contexts), refused

    def _transport(
        self, wanted: Open, pipeline: Pipeline, contexts: ContextOutput | None
    ) -> tuple[Transport, tuple[RefusedTransport, ...]]:
        """The first wanted transport that works, tried by opening it, and why not the ones before it."""
        layout = PackedLayout(wanted.planes)
        output_bytes = PackedLayout((wanted.output,)).nbytes if contexts is None else contexts.nbytes
        color = next(plane for plane in wanted.planes if plane.name == "color")
        card = int(getattr(pipeline, "card", 0))
        sizes = FrameSizes(
            layout.nbytes, len(wanted.planes), output_bytes, color.format, wanted.output.format, card, BUFFERS
        )
        needed: frozenset[str] = getattr(pipeline, "needs_on_card", frozenset())
        refused: list[RefusedTransport] = []
        first: ProtocolError | None = None
        for offer in wanted.transport:
            kind = self._transports.get(offer.name)
            if kind is None:
                known = TRANSPORTS.get(offer.name)
                reason = (known.problem() if known is not None else "") or "This daemon does not have it."
            elif kind.device not in pipeline.accepts:
                reason = f"The model does not take frames on {kind.device}."
            elif kind.device != "cpu" and (missing := needed - {plane.name for plane in wanted.planes}):
                reason = f"Frames on {kind.device} need the plane {', '.join(sorted(missing))} for this model."
            else:
                try:
                    return kind(offer, sizes), tuple(refused)
                except ProtocolError as error:
                    first, reason = first or error, error.message
                    log.info("transport refused", session=self.id, stream=wanted.stream, name=offer.name, why=reason)
            refused.append(RefusedTransport(offer.name, reason))
        if len(refused) == 1 and first is not None:
            raise first
        reasons = " ".join(f"{entry.name[:64]}: {entry.reason}" for entry in refused[:4])
        raise ProtocolError(
            first.code if first is not None else "bad_transport",
            f"None of the wanted transports can be had; list one of {', '.join(self._transports)}. {reasons}"[:1_000],
        )

    def _drop(self, stream: Stream, reason: str) -> None:
        stream.dropped += 1
        self._metrics.drop(reason)
