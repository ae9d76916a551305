"""`StreamEngine`: pictures from a source, through a model, to sinks."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from .controllers.base import Change, ControlInfo, Controller, Panel
from .counters import StreamCounters
from .engine_notices import Notices
from .fit import fit
from .governor import Quality, QualityGovernor, quality_ladder
from .painters import Painter
from .picture import DeviceError, Picture, Pixels, as_pixels
from .sinks import Sink, SinkState, SinkStats, make_sink
from .sinks.window import WindowSink
from .sources import Source, SourceState, make_source
from .sources.pacing import Cadence

__all__ = ["EngineStats", "StreamEngine"]

# Where no resolution is asked for, a live stream is at most of this many pixels.
_MOST_PIXELS = 1280 * 720
_STOP_S = 1.6
_PAINTS_AGAIN = "The daemon paints again."


@dataclass(frozen=True, slots=True)
class EngineStats:
    """How a stream does.

    Attributes:
        frames: painted pictures. fps: of the last two seconds.
        skipped: pictures that came while a frame was in work, or sooner than the asked rate.
        latency_ms_p50: from capture to painted, over the last 256; None before the first.
        paint_ms_p50: what painting alone took.
        quality: what is painted with now; gave_up: one sentence about what is missing to the best, "" for nothing.
        source_state, source_fault: of the source. sinks: name, state, fault and counters of each.
    """

    frames: int
    fps: float
    skipped: int
    latency_ms_p50: float | None
    paint_ms_p50: float | None
    quality: Quality
    gave_up: str
    source_state: SourceState
    source_fault: str
    sinks: tuple[tuple[str, SinkState, str, SinkStats], ...]


class StreamEngine:
    """Paints a stream.

        engine = StreamEngine(model="mirage-lsd-v1", resolution=(720, 1280))
        engine.start(input_source=0, on_frame=engine.render)

    Threads: `start` starts one, the engine's own, which reads, paints and hands on; nothing that is slow or stuck at either end holds
    it up (sources and sinks live in processes of their own). `set`, `stats` and `stop` may be called by any thread.

    Args:
        model: a model's name, or a weights file.
        device: "auto" (CUDA where there is one, else the CPU), "cpu", "cuda", "cuda:N".
        fp16: half precision where the device has it.
        max_steps: most sampling steps a frame, 1..8; fewer are taken where the machine needs it to hold `fps`.
        resolution: height and width of the painted pictures; None: the source's, at most 1280 x 720 pixels when live.
        fps: the rate to hold for live sources.
        adapt: give up quality to hold `fps`.
        endpoint: of a daemon that paints; "auto": one of this machine, if it runs; None: this process.
        seed: chooses the world, 0..2^31-1.
        fit: how a source of other proportions comes to `resolution`: "cover", "contain" or "stretch".
        on_notice: takes sentences for people; None: standard error.
    """

    def __init__(
        self, model: str = "mirage-lsd-v1", device: str = "auto", fp16: bool = True, max_steps: int = 3,
        resolution: tuple[int, int] | None = None, *, fps: float = 24.0, adapt: bool = True, endpoint: str | None = None,
        seed: int = 0, fit: str = "cover", on_notice: Callable[[str], None] | None = None,
    ) -> None:  # fmt: skip
        if not 1 <= max_steps <= 8:
            raise ValueError(f"max_steps is 1 to 8, not {max_steps}.")
        if not 1.0 <= fps <= 240.0:
            raise ValueError(f"fps is 1 to 240, not {fps:g}.")
        if resolution is not None and not all(16 <= side <= 4096 for side in resolution):
            raise ValueError(f"resolution is (height, width), each 16 to 4096, not {resolution}.")
        self._notices = Notices(on_notice)
        self._model, self._steps, self._resolution, self._fps, self._adapt = model, max_steps, resolution, fps, adapt
        self._endpoint, self._seed, self._fit = endpoint, seed, fit
        self._device = self._usable(device)
        if not fp16 and self._device != "cpu":
            self._notices.tell("fp16=False: the model chooses its precision itself; on CUDA that is half precision.")
        self._painter: Painter | None = None
        self._panel = Panel({})
        self._pending: list[Change] = []
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()
        self._error: Exception | None = None
        self._source: Source | None = None
        self._sinks: tuple[Sink, ...] = ()
        self._controllers: tuple[Controller, ...] = ()
        self._window: WindowSink | None = None
        self._watchers = 0
        self._newest: Pixels | None = None
        self._size: tuple[int, int] | None = None
        self._counters = StreamCounters()
        self._governor = QualityGovernor(fps, quality_ladder(max_steps))
        self._active = self._governor.quality

    # Running

    def start(
        self, input_source: object = 0, on_frame: object = None, *, block: bool = True,
        controllers: Sequence[Controller] = (), realtime: bool | None = None, loop: bool = False, mirror: bool | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> None:  # fmt: skip
        """Starts the stream.

        Args:
            input_source: a camera's number, a path or an address, "screen", "window:TITLE", "webrtc", "engine", a `Source`, or
                an iterable of arrays.
            on_frame: `engine.render` (a window), a function that takes H x W x 4 uint8 RGBA, a text as `--sink` takes it, a `Sink`,
                or a list of these.
            block: returns when the stream has ended; else at once.
            controllers: who turns the knobs meanwhile.
            realtime: a clip is played at its own speed; None: it is when something live watches.
            loop: a clip begins anew.
            mirror: left and right exchanged; None: as a camera is shown in a window.
            progress: called with the frames done and the frames there are (0: unknown).

        Raises:
            DeviceError, ValueError: it can't begin; one sentence.
        """
        if self._thread is not None and self._thread.is_alive():
            raise RuntimeError("This engine runs already; stop it first, or make another one.")
        targets = list(on_frame) if isinstance(on_frame, list | tuple) else [] if on_frame is None else [on_frame]
        sinks = [self._make_sink(target) for target in targets]
        if realtime is None:
            realtime = not sinks or not all(_keeps_everything(sink) for sink in sinks)
        size = None if self._resolution is None else self._resolution[::-1]
        source = make_source(
            input_source, size=size, fps=self._fps, fit=self._fit, loop=loop, realtime=realtime, mirror=mirror
        )
        if not source.live:
            for sink in sinks:
                sink.lossless = sink.lossless or _keeps_everything(sink)
        self._source, self._sinks, self._controllers = source, tuple(sinks), tuple(controllers)
        self._notices.begin(self._sinks)
        self._stop.clear()
        self._error = None
        self._reset()
        ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(ready, progress), name="mirage-lsd engine")
        try:
            self._thread.start()
            while not ready.wait(0.1):
                if not self._thread.is_alive():
                    break
        except KeyboardInterrupt:  # while the model is loaded, which may take a minute
            self.stop()
            raise
        if self._error is not None:
            error, self._error = self._error, None
            raise error
        if block:
            self.wait()

    def wait(self) -> None:
        """Waits for the end of the stream; Ctrl-C stops it."""
        thread = self._thread
        try:
            while thread is not None and thread.is_alive():
                thread.join(0.2)
        except KeyboardInterrupt:
            self.stop()
            raise
        if self._error is not None:
            error, self._error = self._error, None
            raise error

    def stop(self) -> None:
        """Ends the stream within two seconds; what was written plays. Twice is allowed."""
        self._stop.set()
        thread = self._thread
        # One that Ctrl-C caught while it was being started is not alive yet, and will find that it has to stop.
        if thread is not None and thread is not threading.current_thread() and thread.is_alive():
            thread.join(_STOP_S + 0.4)

    @property
    def running(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def set(self, transition_s: float = 1.0, **values: Any) -> None:
        """Moves controls: `engine.set(scene="forest", lighting="night", transition_s=2.0)`. Before `start` it says where they begin.

        Raises:
            ValueError: the model has no such control or value; one sentence.
        """
        self._change(Change(values, transition_s, "program"))

    @property
    def controls(self) -> tuple[ControlInfo, ...]:
        """What the model lets people turn; loads it."""
        return self._loaded().controls

    @property
    def stats(self) -> EngineStats:
        """How it does."""
        source, counters = self._source, self._counters
        width, height = self._size or (0, 0)
        return EngineStats(
            frames=counters.frames,
            fps=counters.fps,
            skipped=counters.skipped + getattr(source, "dropped", 0),
            latency_ms_p50=counters.latency_ms_p50,
            paint_ms_p50=counters.paint_ms_p50,
            quality=self._active,
            gave_up=self._governor.explain(width, height),
            source_state=source.state if source is not None else SourceState.CLOSED,
            source_fault=source.fault if source is not None else "",
            sinks=tuple((sink.name, sink.state, sink.fault, sink.stats) for sink in self._sinks),
        )

    # For people with their own loop

    def process(self, array: npt.NDArray[np.generic]) -> Pixels:
        """Paints one picture: H x W x 3 or 4, uint8 or float 0..1, to H x W x 4 uint8 of `resolution` (None: the array's own size)."""
        pixels = as_pixels(array)
        height, width = self._resolution or pixels.shape[:2]
        picture = Picture(fit(pixels, width, height, self._fit), time.monotonic_ns())
        painted = self._loaded().paint(picture, width, height, self._steps)
        if painted is None:
            raise DeviceError(self._loaded().fault)
        return painted.copy()

    def render(self, frame: npt.NDArray[np.generic]) -> None:
        """Shows a picture in a window. As `on_frame=engine.render` it is the window itself, at 60 Hz beside the stream."""
        if self._window is None:
            self._window = WindowSink()
            self._window.open()
        self._window.write(Picture(as_pixels(frame), time.monotonic_ns()))

    async def __aiter__(self) -> AsyncIterator[Pixels]:
        """The newest painted picture, each once, until the stream ends; for a stream that was started with `block=False`."""
        newest: Pixels | None = None
        with self._lock:
            self._watchers += 1
        try:
            while True:
                with self._lock:
                    before, newest = newest, self._newest
                if newest is not None and newest is not before:
                    yield newest
                elif not self.running:
                    return
                else:
                    await asyncio.sleep(0.002)
        finally:
            with self._lock:
                self._watchers -= 1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stops, and lets go of the model and the window."""
        self.stop()
        if self._window is not None:
            self._window.close()
        if self._painter is not None and not self.running:
            self._painter.close()
            self._painter = None

    # The engine's thread

    def _run(self, ready: threading.Event, progress: Callable[[int, int], None] | None) -> None:
        source, opened = self._source, []
        assert source is not None
        try:
            painter = self._loaded()
            # A clip that goes into a file, and a stream that gives nothing up, take the time they take.
            painter.begin(exact=not (source.live and self._adapt))
            self._govern(painter)
            for sink in self._sinks:
                sink.open()
                opened.append(sink)
                self._notices.tell_address(sink)
            if self._resolution is not None:
                self._prepare(painter, self._resolution[1], self._resolution[0])
            source.open()
            self._notices.tell_address(source)
            for controller in self._controllers:
                controller.on_notice = self._notices.tell
                controller.start(self._panel, self._change_or_tell)
            ready.set()
            self._loop(source, painter, progress)
        except (DeviceError, ValueError) as error:
            self._error = error
        except Exception as error:
            self._error = error
        finally:
            self._end(source, opened)
            ready.set()

    def _loop(self, source: Source, painter: Painter, progress: Callable[[int, int], None] | None) -> None:
        cadence = Cadence(self._fps)
        preparing: threading.Thread | None = None
        active = self._active = self._governor.quality
        total = _frames_of(source)
        while not self._stop.is_set():
            picture = source.read(0.1)
            self._notices.tell_faults(source, painter.fault, back=_PAINTS_AGAIN if self._endpoint else "")
            if picture is None:
                if source.state is SourceState.ENDED:
                    if source.fault:
                        raise DeviceError(source.fault)
                    return
                continue
            for controller in self._controllers:
                controller.look(picture)
            if source.live and not cadence.due(time.monotonic_ns()):
                self._counters.skip()
                continue
            if self._size is None:
                self._size = self._choose_size(picture, source.live)
                if self._resolution is None:
                    self._prepare(painter, *self._size)
                    if source.live:
                        continue  # that picture is old by now
            width, height = self._size
            w, h = active.size(width, height)
            started = time.monotonic_ns()
            painted = painter.paint(picture, w, h, active.steps)
            if painted is None:
                continue
            if (w, h) != (width, height):
                painted = fit(painted, width, height, "stretch")
            took = time.monotonic_ns() - started
            out = picture.with_pixels(painted)
            self._count(out, took)
            for sink in self._sinks:
                sink.write(out)
            if progress is not None:
                progress(self._counters.frames, total)
            if self._sinks and all(sink.state is SinkState.ENDED for sink in self._sinks):
                self._raise_fault_of_sinks()
                return
            if any(isinstance(sink, WindowSink) and sink.state is SinkState.ENDED for sink in self._sinks):
                return  # whoever closes the window is done
            if not (self._adapt and source.live):
                continue
            if preparing is not None:
                if not preparing.is_alive():
                    preparing = None
                    active = self._active = self._governor.quality
                    self._notices.tell_change("quality", self._governor.explain(width, height))
                continue
            if self._governor.observe(took, time.monotonic_ns()):
                # A new size may have to be compiled for: the stream goes on as it is meanwhile.
                quality = self._governor.quality
                size = quality.size(width, height)
                target = painter.prepare
                preparing = threading.Thread(
                    target=target, args=(*size, quality.steps, quality.context_interval), name="prepare"
                )
                preparing.start()

    def _prepare(self, painter: Painter, width: int, height: int) -> None:
        """Before the first picture: it may be compiled for a minute, and whoever waits is told."""
        self._notices.show(f"getting the model ready for {width}x{height}")
        painter.prepare(width, height, self._active.steps, self._active.context_interval)
        self._notices.show("")

    def _end(self, source: Source, opened: list[Sink]) -> None:
        # A clip that was painted to its end gets all the time its files need; a stop gets two seconds.
        grace_s = 30.0 if not self._stop.is_set() and self._error is None else _STOP_S - 0.6
        closing = [threading.Thread(target=sink.close, args=(grace_s,), name=f"close {sink.name}") for sink in opened]
        closing.append(threading.Thread(target=source.close, name="close source"))
        closing += [threading.Thread(target=c.stop, name=f"stop {c.name}") for c in self._controllers]
        for thread in closing:
            thread.start()
        for thread in closing:
            thread.join()

    def _count(self, out: Picture, took_ns: int) -> None:
        self._counters.painted(out.t_capture_ns, took_ns)
        with self._lock:
            if self._watchers:
                self._newest = out.pixels.copy()  # the pipeline writes into it again

    def _choose_size(self, picture: Picture, live: bool) -> tuple[int, int]:
        if self._resolution is not None:
            return self._resolution[1], self._resolution[0]
        pixels = picture.width * picture.height
        scale = min(1.0, (_MOST_PIXELS / pixels) ** 0.5) if live else 1.0
        scale = min(scale, 4096 / max(picture.width, picture.height))
        return max(16, round(picture.width * scale)), max(16, round(picture.height * scale))

    def _raise_fault_of_sinks(self) -> None:
        faults = [sink.fault for sink in self._sinks if sink.fault and not isinstance(sink, WindowSink)]
        if faults:
            raise DeviceError(faults[0])

    # Pieces

    def _usable(self, device: str) -> str:
        """The asked device; the CPU with a sentence where CUDA was asked for and isn't there."""
        if device.startswith("cuda") and self._endpoint is None:
            import torch

            if not torch.cuda.is_available():
                self._notices.tell(
                    f"There is no CUDA device for device={device!r}: it runs on the CPU, slower; device='auto' does the same "
                    "without this line, and `mirage-lsd doctor` says what a GPU here lacks."
                )
                return "cpu"
        return device

    def _make_sink(self, target: object) -> Sink:
        if target == self.render or (isinstance(target, str) and target == WindowSink.name):
            window = WindowSink()
            window.on_event = self._window_event
            return window
        return make_sink(target, fps=self._fps)

    def _window_event(self, message: dict[str, Any]) -> None:
        if message.get("what") == "key":
            for controller in self._controllers:
                controller.key(str(message["key"]), bool(message["shift"]))

    def _loaded(self) -> Painter:
        with self._lock:
            painter = self._painter
        if painter is not None:
            return painter
        from .painters.daemon import DaemonPainter, find_daemon
        from .painters.in_process import InProcessPainter

        endpoint = find_daemon() if self._endpoint == "auto" else self._endpoint
        made: Painter
        if endpoint is not None:
            made = DaemonPainter(endpoint, self._model, self._seed)
        else:
            made = InProcessPainter(self._model, self._device, self._seed)
        made.load()
        with self._lock:
            self._painter, pending, self._pending = made, self._pending, []
            panel = Panel.of(made.controls)
            self._panel.controls, self._panel.current = panel.controls, panel.current
        for change in pending:
            self._change(Change(change.values, 0.0, change.source))
        return made

    def _change(self, change: Change) -> None:
        with self._lock:
            painter = self._painter
            if painter is None:
                self._pending.append(change)
                return
        for sentence in painter.set(change.values, change.transition_s):
            self._notices.tell(sentence)
        with self._lock:
            self._panel.current.update(change.values)
        for controller in self._controllers:
            controller.changed(change)

    def _change_or_tell(self, change: Change) -> None:
        try:
            self._change(change)
        except ValueError as error:
            self._notices.tell(f"{change.source}: {error}")

    def _reset(self) -> None:
        self._newest, self._size, self._counters = None, None, StreamCounters()

    def _govern(self, painter: Painter) -> None:
        ladder = quality_ladder(self._steps, context_intervals=painter.context_intervals)
        self._governor = QualityGovernor(self._fps, ladder)
        self._active = self._governor.quality


def _keeps_everything(sink: Sink) -> bool:
    """Whether a sink is for keeping (a file, a function), not for watching."""
    return sink.name in ("file", "callback")


def _frames_of(source: Source) -> int:
    """How many pictures a clip has, 0: unknown; a clip that doesn't say it is measured by its length."""
    facts = getattr(source, "facts", {})
    return int(facts.get("frames") or 0) or round(float(facts.get("seconds") or 0.0) * float(facts.get("fps") or 0.0))
