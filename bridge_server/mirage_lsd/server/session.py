"""One client's session: what it opened, and what its messages do."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from typing import Any

import structlog

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
    Open,
    Opened,
    Reset,
)
from ..transport import FrameLost, InlineTransport, SharedMemoryTransport, Transport
from .limits import Limits
from .metrics import Metrics
from .stream import Stream, buffer_bytes
from .workers.thread import Scheduler

log = structlog.get_logger("mirage_lsd.session")


class Session:
    """Between a client's `hello` and its end. Lives on the I/O thread.

    Args:
        identity: the client's routing id.
        hello: its greeting.
        transports: the names this daemon can do, for it.
        send: answers the client.
        buffers_left: bytes of frame buffers that may still be opened, over all sessions.
    """

    def __init__(
        self,
        identity: bytes,
        hello: Hello,
        *,
        transports: tuple[str, ...],
        scheduler: Scheduler,
        limits: Limits,
        metrics: Metrics,
        send: Callable[[bytes, DaemonMessage], object],
        buffers_left: Callable[[], int],
    ) -> None:
        self.identity = identity
        self.id = secrets.token_hex(8)
        self.client = hello.client
        self.streams: dict[int, Stream] = {}
        self.last_message_at = time.monotonic()
        self._transports = transports
        self._scheduler = scheduler
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
                stream.transport.read(frame, payload, buffer.packed)
            except (FrameLost, ProtocolError) as error:
                stream.release_buffer(buffer)
                stream.reset_pending |= frame.reset
                self._drop(stream, "torn" if isinstance(error, FrameLost) else "bad")
                if isinstance(error, ProtocolError):
                    error.stream = stream.number
                    errors.append(error)
                continue
            buffer.frame = frame
            buffer.t_receive_ns = time.monotonic_ns()
            buffer.reset = frame.reset or stream.reset_pending
            stream.reset_pending = False
            replaced = stream.mailbox.put(buffer)
            if replaced is not None:
                # The camera cut of a dropped frame still has to reach the pipeline.
                buffer.reset |= replaced.reset
                stream.release_buffer(replaced)
                self._drop(stream, "replaced")
            self._scheduler.submit(stream)
        return errors

    def end_stream(self, number: int) -> None:
        """Closes one stream and what belongs to it."""
        self.streams.pop(number).close()
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
        if stream.arrived is not None:
            stream.reset_pending |= stream.arrived[0].reset
            self._drop(stream, "replaced")
        stream.arrived = (frame, payload)

    def _control(self, control: Control) -> None:
        stream = self._stream(control.stream)
        try:
            understood = stream.timeline.apply(
                control.values, control.control_seq, control.transition_s, time.monotonic()
            )
        except ProtocolError as error:
            error.stream = stream.number
            raise
        if not understood:
            log.info("a prompt or an appearance without a known word", stream=stream.number, model=stream.pipeline.name)

    def _open(self, wanted: Open) -> None:
        number = wanted.stream
        if number in self.streams:
            raise ProtocolError("stream_exists", f"Stream {number} is open; close it or use another number.", number)
        try:
            stream = self._new_stream(wanted)
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
            output=f"{stream.spec.output_width}x{stream.spec.output_height}",
            planes=",".join(stream.spec.planes),
        )
        self._send(self.identity, Opened(number, stream.transport.name, stream.transport.result_ring))

    def _new_stream(self, wanted: Open) -> Stream:
        if len(self.streams) >= self._limits.max_streams:
            raise ProtocolError(
                "too_many_streams", f"A session has at most {self._limits.max_streams} streams; close one first."
            )
        pipelines: Mapping[str, Pipeline] = self._scheduler.pipelines
        pipeline = pipelines.get(wanted.model)
        if pipeline is None:
            raise ProtocolError(
                "unknown_model", f"There is no model {wanted.model[:64]!r}; this daemon serves {', '.join(pipelines)}."
            )
        if buffer_bytes(wanted) > self._buffers_left():
            raise ProtocolError("too_many_streams", "The daemon's frame buffers are used up; close a stream first.")
        return Stream(self.identity, wanted, pipeline, self._transport(wanted))

    def _transport(self, wanted: Open) -> Transport:
        """The first wanted transport that works. When none does, the reason is the first one's."""
        frame_bytes = PackedLayout(wanted.planes).nbytes
        output_bytes = PackedLayout((wanted.output,)).nbytes
        reason: ProtocolError | None = None
        for name in wanted.transport:
            if name not in self._transports:
                continue
            if name == "inline":
                return InlineTransport(frame_bytes, output_bytes)
            assert wanted.ring is not None
            try:
                return SharedMemoryTransport(wanted.ring, frame_bytes, len(wanted.planes), output_bytes)
            except ProtocolError as error:
                log.info("no shared memory", session=self.id, stream=wanted.stream, why=error.message)
                reason = reason or error
        raise reason or ProtocolError("bad_transport", f"List one of {', '.join(self._transports)} in `transport`.")

    def _drop(self, stream: Stream, reason: str) -> None:
        stream.dropped += 1
        self._metrics.drop(reason)
