"""The I/O thread: one ROUTER socket, every session, and the way between them and the worker."""

from __future__ import annotations

import hmac
import os
import platform
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import structlog
import zmq

from .. import __version__
from ..protocol import PROTOCOL_VERSION, ProtocolError, decode_client, encode
from ..protocol.header import MAX_HEADER_BYTES
from ..protocol.layout import MAX_SIDE
from ..protocol.messages import ClientBye, DaemonBye, DaemonMessage, Error, Frame, Hello, Ping, Pong, Welcome
from ..protocol.parts import LimitFields, ModelFields, ServerFields, StatsFields
from ..transport import SEGMENTS_SUPPORTED, sweep_dead_segments
from .curve import ServerKeys, ZapHandler
from .endpoint import is_local
from .limits import ErrorLimiter, Limits
from .metrics import Metrics
from .outbox import Outbox, WorkResult
from .session import Session
from .workers.thread import PipelineSource, Scheduler

log = structlog.get_logger("mirage_lsd.daemon")

DEFAULT_ENDPOINT = "tcp://127.0.0.1:5757"
_POLL_MS = 100
_BATCH = 256  # messages received before frames are taken in and results sent
_REMEMBERED_CLIENTS = 256
_STOP_TIMEOUT_S = 5.0


class StartError(Exception):
    """The daemon can't start; the text is one sentence that says what to do."""


@dataclass(frozen=True, slots=True)
class DaemonConfig:
    """How to listen. `device` is for the log, where a pipeline does not tell its own."""

    bind: str = DEFAULT_ENDPOINT
    device: str = "cpu"
    token: str | None = None
    keys: ServerKeys | None = None
    metrics_port: int | None = None
    limits: Limits = field(default_factory=Limits)


class Daemon:
    """Serves pipelines until `stop`. `run` is the I/O thread; a worker thread runs the pipelines.

    Args:
        pipelines: by the name that clients `open`; pipelines or functions that load them.
    """

    def __init__(self, pipelines: Mapping[str, PipelineSource], config: DaemonConfig) -> None:
        self.config = config
        self.endpoint = config.bind
        self.ready = threading.Event()
        self._pipelines = pipelines
        self._limits = config.limits
        self._local = is_local(config.bind)
        self._transports = ("shared_memory", "inline") if self._local and SEGMENTS_SUPPORTED else ("inline",)
        self._sessions: dict[bytes, Session] = {}
        self._error_limiters: OrderedDict[bytes, ErrorLimiter] = OrderedDict()
        self._stop = threading.Event()
        self._metrics = Metrics()
        if not self._local and config.keys is None:
            raise StartError(
                f"{config.bind} can be reached from other machines, which needs keys: make them with "
                "`mirage-lsd keygen DIR` and pass `--key-file DIR/server.key`, or bind to 127.0.0.1."
            )

    def stop(self) -> None:
        """Ends `run` within a moment. May be called from a signal handler or another thread."""
        self._stop.set()

    def run(self) -> None:
        """Binds, loads the models, serves until `stop`; says `bye` to everyone.

        Raises:
            StartError: the address can't be bound, the metrics port is taken, or a model can't be loaded.
        """
        context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        zap = ZapHandler(context, self.config.keys) if self.config.keys is not None else None
        self._router = context.socket(zmq.ROUTER)
        self._outbox = Outbox(context)
        self._scheduler = Scheduler(self._pipelines, self._outbox)
        try:
            self._bind()
            for name in sweep_dead_segments():
                log.info("swept a dead process's segment", name=name)
            self._load()
            self._serve(zap)
        finally:
            worker_has_socket = self._shut_down()
            if zap is not None:
                zap.close()
            if not worker_has_socket:  # else term() would wait for the frame in work
                context.term()

    # Starting and stopping

    def _bind(self) -> None:
        router, config = self._router, self.config
        router.set(zmq.MAXMSGSIZE, self._limits.max_payload_bytes)
        router.set(zmq.ROUTER_MANDATORY, 1)  # a client that is gone is an error, not a silent loss
        router.set(zmq.SNDHWM, self._limits.max_undelivered)
        router.set(zmq.RCVHWM, 64)
        router.set(zmq.HANDSHAKE_IVL, 5_000)
        router.set(zmq.IPV6, int("[" in config.bind))
        if config.keys is not None:
            router.set(zmq.CURVE_SERVER, 1)
            router.set(zmq.CURVE_SECRETKEY, config.keys.secret)
            router.set(zmq.CURVE_PUBLICKEY, config.keys.public)
        try:
            router.bind(config.bind)
            if config.metrics_port is not None:
                self._metrics.serve(config.metrics_port)
        except zmq.ZMQError as error:
            if error.errno == zmq.EADDRINUSE:
                raise StartError(
                    f"{config.bind} is taken, probably by another daemon: stop it, or choose another port "
                    "with `--bind tcp://127.0.0.1:PORT`."
                ) from None
            raise StartError(f"{config.bind} can't be bound ({error.strerror}); check `--bind`.") from None
        except OSError as error:
            raise StartError(
                f"The metrics port {config.metrics_port} can't be used ({error.strerror}); choose another one "
                "with `--metrics-port`."
            ) from None
        endpoint = router.get(zmq.LAST_ENDPOINT)
        self.endpoint = (endpoint if isinstance(endpoint, bytes) else str(endpoint).encode()).rstrip(b"\0").decode()

    def _load(self) -> None:
        """Clients may connect meanwhile; they are welcomed as soon as the models' controls are known."""
        self._scheduler.start()
        while not self._scheduler.loaded.wait(_POLL_MS / 1e3):
            if self._stop.is_set():
                return
        if self._scheduler.load_error is not None:
            raise StartError(f"The model can't be loaded: {self._scheduler.load_error}")
        self._models = tuple(
            ModelFields(name, pipeline.scenes, pipeline.lightings, pipeline.planes)
            for name, pipeline in self._scheduler.pipelines.items()
        )
        self.ready.set()
        pipelines = self._scheduler.pipelines
        devices = sorted({str(getattr(pipeline, "device", self.config.device)) for pipeline in pipelines.values()})
        log.info("ready", endpoint=self.endpoint, device=", ".join(devices), models=list(pipelines))

    def _serve(self, zap: ZapHandler | None) -> None:
        poller = zmq.Poller()
        poller.register(self._router, zmq.POLLIN)
        poller.register(self._outbox.socket, zmq.POLLIN)
        if zap is not None:
            poller.register(zap.socket, zmq.POLLIN)
        while not self._stop.is_set():
            events = dict(poller.poll(_POLL_MS))
            if zap is not None and zap.socket in events:
                zap.answer()
            if self._router in events:
                self._drain()
                self._accept_arrived()
            if self._outbox.socket in events:
                for outcome in self._outbox.take_all():
                    self._finish(outcome)
            self._end_idle()

    def _shut_down(self) -> bool:
        """Says `bye` and closes everything; True if the worker is still in a frame, with its socket open."""
        for identity in list(self._sessions):
            self._send(identity, DaemonBye("The daemon is stopping."))
            self._end(identity, "daemon stops")
        loaded = self._scheduler.loaded.is_set()  # a load can take minutes and can't be stopped: don't wait for it
        worker_ended = self._scheduler.stop(_STOP_TIMEOUT_S if loaded else 0.0)
        if not worker_ended:
            log.warning("the worker is still busy", loading=not loaded)
        self._metrics.close()
        self._outbox.close()
        self._router.close(linger=500)
        log.info("stopped", endpoint=self.endpoint)
        return loaded and not worker_ended

    # Receiving

    def _drain(self) -> None:
        """Reads what is there; of the frames only each stream's newest stays."""
        for _ in range(_BATCH):
            try:
                parts = self._router.recv_multipart(zmq.NOBLOCK, copy=False)
            except zmq.Again:
                return
            identity = parts[0].bytes
            session = self._sessions.get(identity)
            if session is not None:
                session.last_message_at = time.monotonic()
            try:
                self._receive(identity, session, parts)
            except ProtocolError as error:
                self._refuse(identity, error)
            except Exception as error:  # a fault of ours must cost one message, not every client's session
                log.exception("message failed")
                self._refuse(identity, ProtocolError("internal", f"The daemon failed on a message ({error!r:.200})."))

    def _receive(self, identity: bytes, session: Session | None, parts: list[zmq.Frame]) -> None:
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
        self._send(identity, Pong(ping.t_ns, time.monotonic_ns(), stats))

    def _welcome(self, identity: bytes, session: Session | None, hello: Hello) -> None:
        if session is not None:
            raise ProtocolError("already_greeted", "This session had its `hello`; go on with it.")
        if self.config.token is not None and not hmac.compare_digest(
            self.config.token.encode(), (hello.token or "").encode("utf-8", "surrogatepass")
        ):
            raise ProtocolError(
                "unauthorized", "The daemon was started with --token; set the same token in the client."
            )
        if len(self._sessions) >= self._limits.max_sessions:
            raise ProtocolError(
                "too_many_sessions", f"The daemon has {self._limits.max_sessions} sessions, its limit; close one first."
            )
        session = Session(
            identity,
            hello,
            transports=self._transports,
            scheduler=self._scheduler,
            limits=self._limits,
            metrics=self._metrics,
            send=self._send,
            buffers_left=self._buffers_left,
        )
        self._sessions[identity] = session
        self._metrics.sessions.inc()
        log.info("session", session=session.id, client=hello.client.name, engine=hello.client.engine)
        self._send(
            identity,
            Welcome(
                protocol=PROTOCOL_VERSION,
                session=session.id,
                server=ServerFields("mirage-lsd", __version__, os.getpid(), platform.node()),
                capabilities=self._transports,
                limits=LimitFields(
                    max_streams=self._limits.max_streams,
                    max_width=MAX_SIDE,
                    max_height=MAX_SIDE,
                    max_header_bytes=MAX_HEADER_BYTES,
                    max_payload_bytes=self._limits.max_payload_bytes,
                    idle_timeout_s=self._limits.idle_timeout_s,
                ),
                models=self._models,
            ),
        )

    def _buffers_left(self) -> int:
        used = sum(stream.buffer_bytes for session in self._sessions.values() for stream in session.streams.values())
        return self._limits.max_buffer_bytes - used

    # Sending

    def _finish(self, outcome: WorkResult) -> None:
        stream = outcome.stream
        if stream.closed:
            return
        if outcome.error is not None:
            stream.dropped += 1
            self._metrics.drop("failed")
            self._refuse(stream.owner, outcome.error)
        elif outcome.result is not None:
            result = replace(outcome.result, dropped=stream.dropped, t_send_ns=time.monotonic_ns())
            if self._send(stream.owner, result, outcome.payload):
                self._metrics.result(result.t_receive_ns, result.t_start_ns, result.t_end_ns)
            elif not stream.closed:
                stream.dropped += 1
                self._metrics.drop("undelivered")

    def _refuse(self, identity: bytes, error: ProtocolError) -> None:
        session = self._sessions.get(identity)
        allowed = self._limiter(identity).allows(time.monotonic())
        self._metrics.error(error.code, muted=not allowed)
        if allowed:
            log.debug("refused", code=error.code, message=error.message, session=session and session.id)
            closed = error.stream_closed if error.stream is not None else None
            self._send(identity, Error(error.code, error.message, error.fatal, error.stream, closed))
        if error.fatal and session is not None:
            self._end(identity, error.code)

    def _limiter(self, identity: bytes) -> ErrorLimiter:
        """The client's limiter, greeted or not; only the clients with the newest errors are remembered."""
        limiter = self._error_limiters.get(identity)
        if limiter is None:
            limiter = self._error_limiters[identity] = ErrorLimiter(self._limits.errors_per_second)
        self._error_limiters.move_to_end(identity)
        if len(self._error_limiters) > _REMEMBERED_CLIENTS:
            self._error_limiters.popitem(last=False)
        return limiter

    def _send(self, identity: bytes, message: DaemonMessage, payload: Any | None = None) -> bool:
        """False if the client has too much undelivered, or is gone; then its session ends."""
        parts = [identity, encode(message)]
        if payload is not None:
            parts.append(payload)
        try:
            self._router.send_multipart(parts, zmq.NOBLOCK)
        except zmq.Again:
            return False
        except zmq.ZMQError as error:
            if error.errno != zmq.EHOSTUNREACH:
                raise
            self._end(identity, "client is gone")
            return False
        return True

    # Ending

    def _end_idle(self) -> None:
        oldest = time.monotonic() - self._limits.idle_timeout_s
        for session in list(self._sessions.values()):
            if session.last_message_at < oldest:
                self._send(session.identity, DaemonBye(f"No message for {self._limits.idle_timeout_s:g} s."))
                self._end(session.identity, "idle")

    def _end(self, identity: bytes, why: str) -> None:
        session = self._sessions.pop(identity, None)
        if session is not None:
            session.end()
            self._metrics.sessions.dec()
            log.info("session ended", session=session.id, why=why)
