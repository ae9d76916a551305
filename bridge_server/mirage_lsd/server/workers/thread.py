"""A worker on threads of this process: one renders, one prepares streams beside it."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping

import structlog

from ... import clock
from ...pipelines.base import Pipeline
from ...protocol.errors import ProtocolError
from ...protocol.messages import Progress
from ...transport import FrameLost
from ..outbox import Outbox, OutboxWriter, WorkResult
from ..stream import Stream
from .base import PipelineSource
from .render import render

log = structlog.get_logger("mirage_lsd.worker")


# Compiling can't be stopped half-way: whoever stops the daemon doesn't wait for it.
_PREPARER_STOP_S = 0.2


class ThreadWorker:
    """See `Worker`.

    Args:
        sources: pipelines by name, or functions that load them.
        outbox: where results, errors, progress and notices go.
    """

    def __init__(self, sources: Mapping[str, PipelineSource], outbox: Outbox) -> None:
        self._sources = dict(sources)
        self._outbox = outbox
        self._ready: deque[Stream] = deque()
        self._unprepared: deque[Stream] = deque()
        self._changed = threading.Condition()
        self._stopping = False
        self._renderer = threading.Thread(target=self._render_loop, name="worker", daemon=True)
        self._preparer = threading.Thread(target=self._prepare_loop, name="preparer", daemon=True)
        self.pipelines: dict[str, Pipeline] = {}
        self.loaded = threading.Event()
        self.load_error: Exception | None = None

    def start(self) -> None:
        """See `Worker.start`."""
        self._renderer.start()
        self._preparer.start()

    def prepare(self, stream: Stream) -> None:
        """See `Worker.prepare`."""
        with self._changed:
            self._unprepared.append(stream)
            self._changed.notify_all()

    def submit(self, stream: Stream) -> None:
        """See `Worker.submit`. A stream that is not prepared yet queues when it is."""
        with self._changed:
            if stream.prepared and stream not in self._ready:
                self._ready.append(stream)
                self._changed.notify_all()

    def stop(self, timeout_s: float) -> bool:
        """See `Worker.stop`."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        for thread, patience in ((self._renderer, timeout_s), (self._preparer, min(timeout_s, _PREPARER_STOP_S))):
            if thread.is_alive():
                thread.join(patience)
        return not (self._renderer.is_alive() or self._preparer.is_alive())

    def _render_loop(self) -> None:
        self._load()
        if self._stopping:
            return
        writer = self._outbox.writer()
        try:
            while (stream := self._next()) is not None:
                self._process(stream, writer)
        finally:
            writer.close()

    def _load(self) -> None:
        try:
            for name, source in self._sources.items():
                self.pipelines[name] = source() if callable(source) else source
        except Exception as error:
            self.load_error = error
        finally:
            self.loaded.set()

    def _next(self) -> Stream | None:
        """The first stream in the queue that is due; waits for one. None: stopping."""
        with self._changed:
            while not self._stopping:
                now = clock.now_ns()
                for stream in self._ready:
                    if stream.due_ns <= now:
                        self._ready.remove(stream)
                        return stream
                due = min((stream.due_ns for stream in self._ready), default=None)
                self._changed.wait(None if due is None else (due - now) / 1e9)
        return None

    def _process(self, stream: Stream, writer: OutboxWriter) -> None:
        buffer = stream.mailbox.take()
        if buffer is None or stream.closed:
            return
        now = clock.now_ns()
        stream.due_ns = max(stream.due_ns + stream.period_ns, now) if stream.period_ns else 0
        try:
            stream.transport.settle(buffer)
            result = render(stream, buffer)
        except FrameLost:
            result = WorkResult(stream, lost=True)
        except Exception as error:
            result = _failure(stream, error)
        finally:
            stream.transport.finish(buffer)
        # A frame that failed leaves the state as it was: a camera cut it brought is still to be obeyed.
        failed = result.error is not None or result.lost
        stream.reset_after_failure = failed and (buffer.reset or stream.reset_after_failure)
        stream.release_buffer(buffer)
        writer.put(result)

    def _prepare_loop(self) -> None:
        writer: OutboxWriter | None = None
        try:
            while (stream := self._next_unprepared()) is not None:
                writer = writer or self._outbox.writer()
                self._prepare_one(stream, writer)
        finally:
            if writer is not None:
                writer.close()

    def _next_unprepared(self) -> Stream | None:
        with self._changed:
            while not self._stopping:
                if self._unprepared:
                    return self._unprepared.popleft()
                self._changed.wait()
        return None

    def _prepare_one(self, stream: Stream, writer: OutboxWriter) -> None:
        if stream.closed:
            return
        spec = stream.spec
        what = f"preparing {stream.pipeline.name} for {spec.output_width}x{spec.output_height}"
        writer.put(WorkResult(stream, progress=Progress(what, 0.0, stream.number)))
        try:
            stream.state = stream.pipeline.create_state(spec)
        except Exception as error:
            failure = _failure(stream, error, "bad_plane")
            assert failure.error is not None
            failure.error.stream_closed = True
            writer.put(failure)
            return
        writer.put(WorkResult(stream, progress=Progress(what, 1.0, stream.number)))
        with self._changed:
            stream.prepared = True
        if stream.mailbox.full:
            self.submit(stream)


def _failure(stream: Stream, error: Exception, code: str = "bad_frame") -> WorkResult:
    """The error for the client: `code` where the input was wrong (ValueError), else `internal`."""
    if isinstance(error, ValueError):
        return WorkResult(stream, error=ProtocolError(code, _sentence(error), stream.number))
    log.error("frame failed", stream=stream.number, model=stream.pipeline.name, exc_info=error)
    return WorkResult(stream, error=ProtocolError("internal", _sentence(error), stream.number))


def _sentence(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return (lines[0] if lines else type(error).__name__)[:300]
