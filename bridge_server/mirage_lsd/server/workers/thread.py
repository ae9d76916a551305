"""One worker thread per device: which stream's frame is processed next."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping

import structlog

from ...pipelines.base import Pipeline
from ...protocol.errors import ProtocolError
from ...protocol.messages import Result
from ..outbox import Outbox, OutboxWriter, WorkResult
from ..stream import FrameBuffer, Stream

log = structlog.get_logger("mirage_lsd.scheduler")

PipelineSource = Pipeline | Callable[[], Pipeline]


class Scheduler:
    """Loads the device's pipelines and runs them on one thread, streams in turn.

    Args:
        sources: pipelines by name, or functions that load (and warm up) them; called on the worker's thread.
        outbox: where results and errors go.
    """

    def __init__(self, sources: Mapping[str, PipelineSource], outbox: Outbox) -> None:
        self._sources = dict(sources)
        self._outbox = outbox
        self._ready: deque[Stream] = deque()
        self._changed = threading.Condition()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="worker", daemon=True)
        self.pipelines: dict[str, Pipeline] = {}
        self.loaded = threading.Event()
        self.load_error: Exception | None = None

    def start(self) -> None:
        """Starts loading; `loaded` is set when it is over, and `load_error` if it failed."""
        self._thread.start()

    def submit(self, stream: Stream) -> None:
        """Says that the stream's mailbox has a frame. A stream queues once, behind the others."""
        with self._changed:
            if stream not in self._ready:
                self._ready.append(stream)
                self._changed.notify()

    def stop(self, timeout_s: float) -> bool:
        """Ends the thread after the frame in work. False if it is still busy after `timeout_s`."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
        if self._thread.is_alive():
            self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
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
                now = time.monotonic_ns()
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
        now = time.monotonic_ns()
        stream.due_ns = max(stream.due_ns + stream.period_ns, now) if stream.period_ns else 0
        try:
            outcome = _render(stream, buffer)
        except ValueError as error:
            outcome = WorkResult(stream, error=ProtocolError("bad_frame", _sentence(error), stream.number))
        except Exception as error:
            log.exception("frame failed", stream=stream.number, model=stream.pipeline.name)
            outcome = WorkResult(stream, error=ProtocolError("internal", _sentence(error), stream.number))
        # A frame that failed leaves the state as it was: a camera cut it brought is still to be obeyed.
        stream.reset_after_failure = outcome.error is not None and (buffer.reset or stream.reset_after_failure)
        stream.release_buffer(buffer)
        writer.put(outcome)


def _render(stream: Stream, buffer: FrameBuffer) -> WorkResult:
    assert buffer.frame is not None
    controls, control_seq = stream.timeline.sample(time.monotonic())
    if not stream.has_state:
        stream.state = stream.pipeline.create_state(stream.spec)
        stream.has_state = True
    t_start_ns = time.monotonic_ns()
    output = stream.pipeline.process(stream.input_frame(buffer), stream.state, controls)
    delivery = stream.deliver(output.pixels, buffer.frame.seq)
    if delivery is None:
        return WorkResult(stream)
    result = Result(
        stream=stream.number,
        seq=buffer.frame.seq,
        t_capture_ns=buffer.frame.t_capture_ns,
        t_submit_ns=buffer.frame.t_submit_ns,
        t_receive_ns=buffer.t_receive_ns,
        t_start_ns=t_start_ns,
        t_end_ns=time.monotonic_ns(),
        t_send_ns=0,
        slot=delivery.slot,
        slot_seq=delivery.slot_seq,
        timings_us={stage: max(int(duration), 0) for stage, duration in output.timings_us.items()},
        control_seq=control_seq,
    )
    return WorkResult(stream, result, delivery.payload)


def _sentence(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return (lines[0] if lines else type(error).__name__)[:300]
