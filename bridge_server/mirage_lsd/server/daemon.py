"""The I/O thread: every session, and the way between them and the workers."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import structlog
import zmq

from .. import clock
from ..defaults import DEFAULT_ENDPOINT
from ..endpoint import is_local
from ..pipelines.base import Pipeline
from ..protocol import ProtocolError, decode_client, encode
from ..protocol.header import MAX_HEADER_BYTES
from ..protocol.messages import ClientBye, DaemonBye, DaemonMessage, Error, Frame, Hello, Ping, Pong, Progress
from ..protocol.parts import ModelFields, StatsFields
from ..protocol.shading import SHADE_CLIENT
from ..transport import sweep_dead_segments, transports_for
from .curve import ServerKeys, ZapHandler
from .error_limiter import ErrorLimiters
from .idle import IdleWatch
from .limits import Limits
from .metrics import Metrics
from .outbox import Outbox, WorkResult
from .router import Router, Sent, StartError
from .session import Session
from .welcome import check_token, model_fields_of, welcome_of
from .workers import PipelineSource, ThreadWorker, Worker

__all__ = ["Daemon", "DaemonConfig", "StartError"]

log = structlog.get_logger("mirage_lsd.daemon")

_POLL_MS = 100
_BATCH = 256  # messages received before frames are taken in and results sent
_STOP_TIMEOUT_S = 5.0
_LOADING_POLL_MS = 20
_LOADING_TOLD_S = 2.0  # a client waits 10 s after each
_LOADING = Progress("loading the model", 0.0)


@dataclass(frozen=True, slots=True)
class DaemonConfig:
    """How to listen. `device` is for the log, where a pipeline does not tell its own; `bind_option` is what people put before the
    address, for sentences."""

    bind: str = DEFAULT_ENDPOINT
    bind_option: str = "--bind "
    device: str = "cpu"
    token: str | None = None
    keys: ServerKeys | None = None
    metrics_port: int | None = None
    limits: Limits = field(default_factory=Limits)


class Daemon:
    """Serves pipelines until `stop`. `run` is the I/O thread; the workers run the pipelines.

    Args:
        pipelines: by the name that clients `open`; pipelines or functions that load them. One mapping is served by one worker;
            a sequence of them, one for each device, by a worker each: a new stream goes to the one with fewest streams.
    """

    def __init__(
        self, pipelines: Mapping[str, PipelineSource] | Sequence[Mapping[str, PipelineSource]], config: DaemonConfig
    ) -> None:
        self.config = config
        self.endpoint = config.bind
        self.ready = threading.Event()
        self._limits = config.limits
        self._local = is_local(config.bind)
        self._transports = transports_for(self._local)
        self._sessions: dict[bytes, Session] = {}
        self._waiting: dict[bytes, Hello] = {}  # came while the models were loading
        self._errors = ErrorLimiters(config.limits.errors_per_second)
        self._idle = IdleWatch(config.limits.idle_timeout_s, clock.now_s())
        self._stop = threading.Event()
        self._metrics = Metrics()
        self._models: tuple[ModelFields, ...] = ()
        self._shading: tuple[str, ...] = ()
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self._zap = ZapHandler(self._context, config.keys) if config.keys is not None else None
        self._router = Router(self._context, config.limits, config.keys)
        self._outbox = Outbox(self._context)
        self._poller = zmq.Poller()
        for socket in (self._router.socket, self._router.monitor, self._outbox.socket):
            self._poller.register(socket, zmq.POLLIN)
        if self._zap is not None:
            self._poller.register(self._zap.socket, zmq.POLLIN)
        sources = [pipelines] if isinstance(pipelines, Mapping) else list(pipelines)
        self._workers: list[Worker] = [ThreadWorker(source, self._outbox) for source in sources]
        if not self._local and config.keys is None:
            self._close_sockets()
            self._context.term()
            raise StartError(
                f"{config.bind} can be reached from other machines, which needs keys: make them with "
                "`mirage-lsd keygen DIR` and pass `--key-file DIR/server.key`, or bind to 127.0.0.1."
            )

    def stop(self) -> None:
        """Ends `run` within a moment. May be called from a signal handler or another thread."""
        self._stop.set()

    @property
    def sessions(self) -> int:
        """Clients that are connected now. May be asked by any thread."""
        return len(self._sessions)

    def run(self) -> None:
        """Binds, loads the models, serves until `stop`; says `bye` to everyone. Once only.

        Raises:
            StartError: the address can't be bound, the metrics port is taken, or a model can't be loaded.
        """
        try:
            self._router.bind(self.config.bind, self.config.bind_option)
            self.endpoint = self._router.endpoint
            self._serve_metrics()
            for name in sweep_dead_segments():
                log.info("swept a dead process's segment", name=name)
            self._load()
            while not self._stop.is_set():
                self._turn(_POLL_MS)
        finally:
            worker_has_socket = self._shut_down()
            if not worker_has_socket:  # else term() would wait for the frame in work
                self._context.term()

    # Starting and stopping

    def _serve_metrics(self) -> None:
        if self.config.metrics_port is None:
            return
        try:
            self._metrics.serve(self.config.metrics_port)
        except OSError as error:
            raise StartError(
                f"The metrics port {self.config.metrics_port} can't be used ({error.strerror}); choose another one "
                "with `--metrics-port`."
            ) from None

    def _load(self) -> None:
        """Loads the models. Clients that come meanwhile are told so, and welcomed as soon as the models' controls are known."""
        told_at = clock.now_s()
        for worker in self._workers:
            worker.start()
        while not all(worker.loaded.is_set() for worker in self._workers):
            if self._stop.is_set():
                return
            self._turn(_LOADING_POLL_MS)
            if clock.now_s() - told_at >= _LOADING_TOLD_S:
                told_at = clock.now_s()
                for identity in list(self._waiting):
                    self._send(identity, _LOADING)
        for worker in self._workers:
            if worker.load_error is not None:
                raise StartError(f"The model can't be loaded: {worker.load_error}")
        pipelines = self._workers[0].pipelines
        self._models = tuple(model_fields_of(name, pipeline) for name, pipeline in pipelines.items())
        self._shading = (SHADE_CLIENT,) if any(model.context is not None for model in self._models) else ()
        self.ready.set()
        devices = [
            str(getattr(pipeline, "device", self.config.device))
            for worker in self._workers
            for pipeline in worker.pipelines.values()
        ]
        log.info("ready", endpoint=self.endpoint, device=", ".join(sorted(set(devices))), models=list(pipelines))
        waiting, self._waiting = self._waiting, {}
        for identity, hello in waiting.items():
            self._guarded(identity, partial(self._welcome, identity, None, hello))

    def _turn(self, timeout_ms: int) -> None:
        """One round of the I/O loop; waits at most `timeout_ms` for something to do."""
        events = dict(self._poller.poll(timeout_ms))
        if self._zap is not None and self._zap.socket in events:
            self._zap.answer()
        if self._router.socket in events:
            self._router.receive_all(_BATCH, self._receive)
            self._accept_arrived()
        if self._outbox.socket in events:
            for result in self._outbox.take_all():
                self._finish(result)
        self._router.look_after()
        self._end_idle()

    def _shut_down(self) -> bool:
        """Says `bye` and closes everything; True if a worker is still busy, with its socket open."""
        for identity in list(self._sessions):
            self._send(identity, DaemonBye("The daemon is stopping."))
            self._end(identity, "daemon stops")
        busy = False
        for worker in self._workers:
            loaded = worker.loaded.is_set()  # a load can take minutes and can't be stopped: don't wait for it
            ended = worker.stop(_STOP_TIMEOUT_S if loaded else 0.0)
            if not ended:
                log.warning("a worker is still busy", loading=not loaded)
                busy |= loaded
        self._metrics.close()
        self._close_sockets()
        log.info("stopped", endpoint=self.endpoint)
        return busy

    def _close_sockets(self) -> None:
        self._outbox.close()
        self._router.close()
        if self._zap is not None:
            self._zap.close()

    # Receiving

    def _receive(self, parts: list[zmq.Frame]) -> None:
        identity = parts[0].bytes
        session = self._sessions.get(identity)
        if session is not None:
            session.last_message_at = clock.now_s()
        self._guarded(identity, partial(self._obey, identity, session, parts))

    def _guarded(self, identity: bytes, obey: Callable[[], None]) -> None:
        """Obeys one message; what goes wrong costs this message only."""
        try:
            obey()
        except ProtocolError as error:
            self._refuse(identity, error)
        except Exception as error:  # a fault of ours must cost one message, not every client's session
            log.exception("message failed")
            self._refuse(identity, ProtocolError("internal", f"The daemon failed on a message ({error!r:.200})."))

    def _obey(self, identity: bytes, session: Session | None, parts: list[zmq.Frame]) -> None:
        if not 2 <= len(parts) <= 3:
            raise ProtocolError("malformed", "A message has one part, the header, or two: header and payload.")
        if len(parts[1]) > MAX_HEADER_BYTES:
            raise ProtocolError("malformed", f"The header has {len(parts[1])} bytes; send at most {MAX_HEADER_BYTES}.")
        try:
            message = decode_client(parts[1].bytes)
        except ProtocolError as error:
            stream = session.streams.get(error.stream) if session is not None and error.stream is not None else None
            error.stream_closed = error.message_type == "open" and stream is None
            if error.message_type == "frame" and stream is not None:
                stream.dropped += 1
                self._metrics.drop("bad")
            raise
        match message:
            case Ping():
                self._accept_arrived()  # a pong also says that what came before it was taken in
                self._pong(identity, message)
            case ClientBye():
                self._end(identity, "client said bye")
            case Hello():
                self._welcome(identity, session, message)
            case _:
                if session is None:
                    raise ProtocolError("hello_required", f"Send `hello` before `{message.T}`.")
                payload = parts[2].buffer if len(parts) == 3 and isinstance(message, Frame) else None
                session.handle(message, payload)

    def _accept_arrived(self) -> None:
        for session in list(self._sessions.values()):  # a refusal may find its client gone and end the session
            for error in session.accept_arrived():
                self._refuse(session.identity, error)

    def _pong(self, identity: bytes, ping: Ping) -> None:
        metrics = self._metrics
        streams = sum(len(session.streams) for session in self._sessions.values())
        stats = StatsFields(streams, metrics.frames, metrics.dropped, metrics.fps())
        self._send(identity, Pong(ping.t_ns, clock.now_ns(), stats))

    def _welcome(self, identity: bytes, session: Session | None, hello: Hello) -> None:
        if session is not None:
            raise ProtocolError("already_greeted", "This session had its `hello`; go on with it.")
        check_token(hello, self.config.token)
        if not self._models:
            if len(self._waiting) < self._limits.max_sessions:
                self._waiting[identity] = hello
            self._send(identity, _LOADING)
            return
        if len(self._sessions) >= self._limits.max_sessions:
            self._end_gone()
        if len(self._sessions) >= self._limits.max_sessions:
            raise ProtocolError(
                "too_many_sessions",
                self._limits.when_full
                or f"The daemon has {self._limits.max_sessions} sessions, its limit; close one first.",
            )
        session = Session(
            identity,
            hello,
            transports=self._transports,
            place=self._place,
            models=tuple(model.name for model in self._models),
            limits=self._limits,
            metrics=self._metrics,
            send=self._send,
            buffers_left=self._buffers_left,
        )
        self._sessions[identity] = session
        self._metrics.sessions.inc()
        log.info("session", session=session.id, client=hello.client.name, engine=hello.client.engine)
        self._send(identity, welcome_of(session.id, (*self._transports, *self._shading), self._models, self._limits))

    def _place(self, model: str) -> tuple[Worker, Pipeline] | None:
        """The worker with the fewest streams among those that serve the model."""
        serving = [worker for worker in self._workers if model in worker.pipelines]
        if not serving:
            return None
        streams = [stream.worker for session in self._sessions.values() for stream in session.streams.values()]
        worker = min(serving, key=lambda worker: sum(other is worker for other in streams))
        return worker, worker.pipelines[model]

    def _buffers_left(self) -> int:
        used = sum(stream.buffer_bytes for session in self._sessions.values() for stream in session.streams.values())
        return self._limits.max_buffer_bytes - used

    # Sending

    def _finish(self, work: WorkResult) -> None:
        stream = work.stream
        if stream.closed:
            return
        if work.progress is not None:
            self._send(stream.owner, work.progress)
        elif work.lost:
            stream.dropped += 1
            self._metrics.drop("torn")
        elif work.error is not None:
            stream.dropped += 1
            self._metrics.drop("failed")
            self._refuse(stream.owner, work.error)
            session = self._sessions.get(stream.owner)
            if work.error.stream_closed and session is not None:
                session.end_stream(stream.number)
        elif work.result is not None:
            result = replace(work.result, dropped=stream.dropped, t_send_ns=clock.now_ns())
            if self._has_weights(work) and self._send(stream.owner, result, work.payload):
                self._metrics.result(result.t_receive_ns, result.t_start_ns, result.t_end_ns)
            elif not stream.closed:
                stream.dropped += 1
                self._metrics.drop("undelivered")
            session = self._sessions.get(stream.owner)
            if session is not None:
                for notice in work.notices:
                    session.notify(notice)

    def _has_weights(self, work: WorkResult) -> bool:
        """Whether the client has the weights of a context; sends those that go with it. A picture needs none."""
        contexts = work.stream.contexts
        if contexts is None or work.result is None or work.result.context is None:
            return True
        if work.weights is not None:
            if self._send(work.stream.owner, work.weights, work.weights_payload):
                contexts.delivered(work.weights.weights_seq)
            else:
                contexts.undelivered()
        return contexts.delivered_seq == work.result.context.weights_seq

    def _refuse(self, identity: bytes, error: ProtocolError) -> None:
        session = self._sessions.get(identity)
        allowed = self._errors.of(identity).allows(clock.now_s())
        self._metrics.error(error.code, muted=not allowed)
        if allowed:
            log.debug("refused", code=error.code, message=error.message, session=session and session.id)
            closed = error.stream_closed if error.stream is not None else None
            self._send(identity, Error(error.code, error.message, error.fatal, error.stream, closed, error.control_seq))
        if error.fatal and session is not None:
            self._end(identity, error.code)

    def _send(self, identity: bytes, message: DaemonMessage, payload: Any | None = None) -> bool:
        """False if the client has too much undelivered, or is gone; then its session ends."""
        sent = self._router.send(identity, encode(message), payload)
        if sent is Sent.GONE:
            self._waiting.pop(identity, None)
            self._end(identity, "client is gone")
        return sent is Sent.YES

    # Ending

    def _end_idle(self) -> None:
        for session in self._idle.silent(self._sessions.values(), clock.now_s()):
            self._send(session.identity, DaemonBye(f"No message for {self._limits.idle_timeout_s:g} s."))
            self._end(session.identity, "idle")

    def _end_gone(self) -> None:
        """Ends the sessions of clients that died without a word: a message to them, here an empty progress, is not accepted."""
        for identity in list(self._sessions):
            self._send(identity, Progress("", 1.0))

    def _end(self, identity: bytes, why: str) -> None:
        session = self._sessions.pop(identity, None)
        if session is not None:
            session.end()
            self._metrics.sessions.dec()
            log.info("session ended", session=session.id, why=why)
