"""The native core for Python: what an engine plugin does through the C ABI (`lsd/lsd.h`), with numpy arrays.

    with Client(engine="panda3d") as client, client.open_stream(640, 360, planes=("color", "depth")) as stream:
        stream.control(scene="forest", lighting="day")
        while True:
            stream.submit(color, depth, camera=camera)
            result = stream.acquire()

Nothing here waits for the daemon, except the two functions whose names begin with `wait`.
"""

from __future__ import annotations

import operator
import time
import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from types import TracebackType
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from .native_library import NativeLibraryError, library_path, load
from .pipeline.frame import Camera, Sun

__all__ = [
    "Camera",
    "Client",
    "ClientState",
    "LsdError",
    "NativeLibraryError",
    "Result",
    "Stats",
    "Stream",
    "StreamState",
    "Sun",
    "library_path",
    "now_ns",
    "version",
]

DEFAULT_ENDPOINT = "tcp://127.0.0.1:5757"
DEFAULT_MODEL = "mirage-lsd-v1"

_PLANES = {"color": 0, "depth": 1, "motion": 2, "normal": 3, "ids": 4}
_DEFAULT_FORMATS = {"color": "rgba8", "depth": "r32f", "motion": "rg16f", "normal": "rgba8", "ids": "r8"}
_FORMATS = {"rgba8": 0, "bgra8": 1, "rgba16f": 2, "r32f": 3, "rg16f": 4, "r8": 5}
_FORMAT_NAMES = {number: name for name, number in _FORMATS.items()}
# What a row of each format is in numpy: the scalar and the channels (0: no third axis).
_LAYOUTS: dict[str, tuple[type[np.generic], int]] = {
    "rgba8": (np.uint8, 4),
    "bgra8": (np.uint8, 4),
    "rgba16f": (np.float16, 4),
    "r32f": (np.float32, 0),
    "rg16f": (np.float16, 2),
    "r8": (np.uint8, 0),
}
_TRANSPORTS = {"auto": 0, "inline": 1, "shared_memory": 2}
_TRANSPORT_NAMES = {number: name for name, number in _TRANSPORTS.items()}
_OK, _NOTHING = 0, 1


class LsdError(RuntimeError):
    """A call into the native core failed; the message is its own sentence."""


class ClientState(IntEnum):
    """`lsd_client_state`."""

    CONNECTING = 0
    READY = 1
    REFUSED = 2


class StreamState(IntEnum):
    """`lsd_stream_state`."""

    PENDING = 0
    OPEN = 1
    FAILED = 2
    CLOSED = 3


@dataclass(frozen=True, slots=True)
class Result:
    """A finished frame.

    Attributes:
        pixels: H x W x 4 uint8, sRGB, row 0 on top, read-only; the core's own memory, good until the stream's next
            `acquire` or `close` unless it was copied.
        format: `rgba8` or `bgra8`.
        seq: the number that `submit` gave this frame.
        control_seq: the newest control in effect, 0 before any.
        t_*_ns: the clocks of PROTOCOL.md, section 3.
    """

    pixels: npt.NDArray[np.uint8]
    format: str
    seq: int
    control_seq: int
    t_capture_ns: int
    t_submit_ns: int
    t_receive_ns: int
    t_start_ns: int
    t_end_ns: int
    t_send_ns: int
    t_acquire_ns: int

    @property
    def latency_ms(self) -> float:
        """From the capture of the engine's picture to its acquired result."""
        return (self.t_acquire_ns - self.t_capture_ns) / 1e6

    def copy(self) -> Result:
        """The same with pixels of its own, good for as long as it is kept."""
        return replace(self, pixels=self.pixels.copy())


@dataclass(frozen=True, slots=True)
class Stats:
    """`lsd_stats`: counters since the stream was opened, rates over 2 s, latencies over 512 acquired frames."""

    client_state: ClientState
    stream_state: StreamState
    transport: str
    submitted: int
    sent: int
    returned: int
    dropped_client: int
    dropped_daemon: int
    dropped_results: int
    reconnects: int
    fps: float
    latency_ms_p50: float
    latency_ms_p95: float
    latency_ms_max: float
    round_trip_ms: float


def version() -> str:
    """The native core's version, "major.minor.patch"."""
    ffi, lib = load(library_path())
    return _text(ffi, lib.lsd_version())


def now_ns() -> int:
    """Monotonic nanoseconds: the clock of every `t_*_ns` of the client's."""
    return int(load(library_path())[1].lsd_now_ns())


def _text(ffi: Any, pointer: Any) -> str:
    raw: bytes = ffi.string(pointer)
    return raw.decode("utf-8", "replace")


def _long_text(ffi: Any, read: Callable[[Any, int], int]) -> str:
    """Reads a string whose length the callee knows: once more with more room if the first buffer was too short."""
    capacity = 512
    while True:
        buffer = ffi.new("char[]", capacity)
        length = int(read(buffer, capacity))
        if length < capacity:
            return _text(ffi, buffer)
        capacity = length + 1


class Client:
    """A connection to a daemon. It connects, and reconnects, in the background; the daemon need not be there yet.

    Args:
        endpoint: ZeroMQ address of the daemon.
        name, engine: the program's and the engine's name, for the daemon's log.
        token: where the daemon asks for one.
        server_public_key, client_public_key, client_secret_key: CURVE, Z85, 40 characters each; all or none.
        log: called with (level 0 debug .. 3 error, sentence) on the core's own thread; must return quickly.

    Raises:
        NativeLibraryError: the core is missing.
        LsdError: a malformed endpoint or key.
    """

    def __init__(
        self,
        endpoint: str = DEFAULT_ENDPOINT,
        *,
        name: str = "python",
        engine: str = "python",
        token: str | None = None,
        server_public_key: str | None = None,
        client_public_key: str | None = None,
        client_secret_key: str | None = None,
        log: Callable[[int, str], None] | None = None,
    ) -> None:
        self._ffi, self._lib = load(library_path())
        ffi = self._ffi
        config = ffi.new("lsd_client_config*")
        config.size = ffi.sizeof("lsd_client_config")
        strings = {
            "endpoint": endpoint,
            "name": name,
            "engine": engine,
            "token": token,
            "server_public_key": server_public_key,
            "client_public_key": client_public_key,
            "client_secret_key": client_secret_key,
        }
        kept = {key: ffi.new("char[]", value.encode()) for key, value in strings.items() if value is not None}
        for key, pointer in kept.items():
            setattr(config, key, pointer)
        callback: Any = ffi.NULL
        if log is not None:
            call = log  # a name that mypy knows is not None
            callback = ffi.callback(
                "void(void*, int, const char*)", lambda _user, level, message: call(int(level), _text(ffi, message))
            )
            config.log = callback
        self._streams: set[Stream] = set()
        self._handle = self._lib.lsd_client_create(config)
        if self._handle == ffi.NULL:
            raise LsdError(_text(ffi, self._lib.lsd_last_error()))
        # `callback` goes with the finalizer: the I/O thread may call it until destroy has joined it.
        self._finalizer = weakref.finalize(self, _destroy, self._lib, self._handle, callback)

    def open_stream(
        self,
        width: int,
        height: int,
        *,
        planes: Sequence[str] | dict[str, str] = ("color", "depth"),
        model: str = DEFAULT_MODEL,
        output_size: tuple[int, int] | None = None,
        output_format: str = "rgba8",
        transport: str = "auto",
        steps: int = 3,
        seed: int = 0,
        fps: float = 0.0,
    ) -> Stream:
        """Registers a stream; it opens as soon as the daemon is there, and again after each reconnect.

        Args:
            width, height: of every plane, 16..4096 pixels.
            planes: names, or names with formats, of `color` (required), `depth`, `motion`, `normal`, `ids`.
            output_size: width and height of the results; None: as the input.
            output_format: `rgba8` or `bgra8`.
            transport: `auto`, `inline` or `shared_memory`.
            steps: most sampling steps a frame, 1..8.
            seed: chooses the world, 0..2^31-1.
            fps: what the client will send; 0: as fast as possible.

        Raises:
            ValueError: an unknown plane, format or transport.
            LsdError: a number out of range.
        """
        self._require_open()
        formats = (
            dict(planes) if isinstance(planes, dict) else {name: _DEFAULT_FORMATS.get(name, "") for name in planes}
        )
        for name, form in formats.items():
            if name not in _PLANES or form not in _FORMATS:
                raise ValueError(
                    f"plane {name!r} as {form!r}: planes are {', '.join(_PLANES)}; formats are {', '.join(_FORMATS)}."
                )
        if transport not in _TRANSPORTS:
            raise ValueError(f"transport {transport!r}: choose {', '.join(_TRANSPORTS)}.")
        if output_format not in ("rgba8", "bgra8"):
            raise ValueError(f"output_format {output_format!r}: choose rgba8 or bgra8.")
        ffi = self._ffi
        config = ffi.new("lsd_stream_config*")
        config.size = ffi.sizeof("lsd_stream_config")
        model_name = ffi.new("char[]", model.encode())
        config.model = model_name
        config.width, config.height = width, height
        config.plane_count = len(formats)
        for i, (name, form) in enumerate(formats.items()):
            config.planes[i].plane, config.planes[i].format = _PLANES[name], _FORMATS[form]
        config.output_width, config.output_height = output_size or (0, 0)
        config.output_format = _FORMATS[output_format]
        config.transport = _TRANSPORTS[transport]
        config.max_steps, config.seed, config.fps = steps, seed, fps
        handle = self._lib.lsd_stream_open(self._handle, config)
        if handle == ffi.NULL:
            raise LsdError(_text(ffi, self._lib.lsd_last_error()))
        stream = Stream(self, handle, width, height, formats)
        self._streams.add(stream)
        return stream

    @property
    def state(self) -> ClientState:
        """Connecting, ready or refused."""
        self._require_open()
        return ClientState(self._lib.lsd_client_get_state(self._handle))

    @property
    def last_error(self) -> str:
        """The connection's newest problem, one sentence; "" when all is well."""
        self._require_open()
        return _long_text(self._ffi, lambda buffer, n: self._lib.lsd_client_last_error(self._handle, buffer, n))

    def wait_ready(self, timeout_s: float = 10.0) -> bool:
        """Waits until the daemon has answered; False when it has not within `timeout_s` or has refused."""
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            if self.state is not ClientState.CONNECTING:
                break
            time.sleep(0.005)
        return self.state is ClientState.READY

    def close(self) -> None:
        """Closes every stream and the connection; takes at most half a second. Twice is allowed."""
        for stream in list(self._streams):
            stream.close()
        self._finalizer()
        self._handle = None

    def _require_open(self) -> None:
        if self._handle is None:
            raise LsdError("the client is closed.")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _destroy(lib: Any, handle: Any, callback: Any) -> None:
    lib.lsd_client_destroy(handle)
    del callback


@dataclass(eq=False)
class Stream:
    """One picture stream of a client; made by `Client.open_stream`. Any thread may call it, `acquire` one at a time.

    Attributes:
        width, height: of every plane, pixels.
        formats: format by plane name, in the order in which they were opened.
    """

    client: Client
    _handle: Any
    width: int
    height: int
    formats: dict[str, str]

    def __post_init__(self) -> None:
        ffi = self._ffi = self.client._ffi
        self._lib = self.client._lib
        self._result = ffi.new("lsd_result*")
        self._result.size = ffi.sizeof("lsd_result")

    def submit(
        self,
        color: npt.NDArray[Any],
        depth: npt.NDArray[np.float32] | None = None,
        motion: npt.NDArray[np.float16] | None = None,
        normal: npt.NDArray[np.uint8] | None = None,
        ids: npt.NDArray[np.uint8] | None = None,
        *,
        camera: Camera | None = None,
        sun: Sun | None = None,
        t_capture_ns: int = 0,
        reset: bool = False,
    ) -> int | None:
        """Copies a frame to the core and returns at once. The newest frame wins over one that was not sent yet.

        Args:
            color: H x W x 4, uint8 (`rgba8`, `bgra8`) or float16 (`rgba16f`), row 0 on top. A padded row is no cost.
            depth: H x W float32, metres along the view axis, 0 or inf: sky.
            motion: H x W x 2 float16, pixels from this frame to the previous one.
            normal: H x W x 4 uint8, world space.
            ids: H x W uint8.
            camera, sun: of this picture.
            t_capture_ns: `now_ns()` when the picture was complete; 0: now.
            reset: a camera cut; the history is forgotten.

        Returns:
            The frame's number; None while the stream is not open (the frame was counted as dropped).

        Raises:
            ValueError: a plane that was not opened, is missing, or has another shape or dtype.
            LsdError: the stream is closed, or numbers are not finite.
        """
        self._require_open()
        ffi = self._ffi
        given = {"color": color, "depth": depth, "motion": motion, "normal": normal, "ids": ids}
        for name, plane in given.items():
            if (plane is not None) != (name in self.formats):
                raise ValueError(f"plane {name!r}: this stream was opened with {', '.join(self.formats)}, send these.")
        frame = ffi.new("lsd_frame*")
        frame.size = ffi.sizeof("lsd_frame")
        kept: list[Any] = []  # what the frame points to, alive until the core has copied it
        for i, (name, form) in enumerate(self.formats.items()):
            array, pitch = self._rows(name, form, given[name])
            kept.append(array)
            frame.planes[i] = ffi.cast("void*", array.ctypes.data)
            frame.row_pitch_bytes[i] = pitch
        frame.t_capture_ns = t_capture_ns
        if camera is not None:
            frame.camera = self._camera(camera, kept)
        if sun is not None:
            c_sun = ffi.new("lsd_sun*")
            c_sun.direction, c_sun.color = list(sun.direction), list(sun.color)
            kept.append(c_sun)
            frame.sun = c_sun
        frame.reset = int(reset)
        seq = ffi.new("int64_t*")
        status = self._check(self._lib.lsd_stream_submit(self._handle, frame, seq))
        return None if status == _NOTHING else int(seq[0])

    def acquire(self, *, copy: bool = False) -> Result | None:
        """The newest finished frame that was not acquired yet, or None. Never waits.

        Args:
            copy: the result keeps its own pixels instead of a view that the next `acquire` ends.
        """
        self._require_open()
        r = self._result
        if self._check(self._lib.lsd_stream_acquire(self._handle, r)) == _NOTHING:
            return None
        buffer = self._ffi.buffer(r.pixels, r.width * r.height * 4)
        pixels = np.frombuffer(buffer, np.uint8).reshape(r.height, r.width, 4)
        pixels.flags.writeable = False
        result = Result(
            pixels, _FORMAT_NAMES[r.format], r.seq, r.control_seq, r.t_capture_ns, r.t_submit_ns, r.t_receive_ns,
            r.t_start_ns, r.t_end_ns, r.t_send_ns, r.t_acquire_ns,
        )  # fmt: skip
        return result.copy() if copy else result

    def control(self, *, transition_s: float = 0.0, **values: str | int | Sequence[float]) -> int:
        """Sets controls (`scene`, `lighting`, `prompt`, `appearance`, `seed`, `sun_direction`); what is not named stays as it was.

        Args:
            transition_s: 0..60, the time in which the daemon goes over to the new values.

        Returns:
            The number that `Result.control_seq` reaches when they are in effect.

        Raises:
            LsdError: the core refused a name or a value. What the *daemon* refuses is in `last_error`.
        """
        self._require_open()
        lib, ffi = self._lib, self._ffi
        self._check(lib.lsd_stream_control_begin(self._handle))
        for name, value in values.items():
            key = ffi.new("char[]", name.encode())
            if isinstance(value, str):
                text = ffi.new("char[]", value.encode())
                self._check(lib.lsd_stream_control_string(self._handle, key, text))
            elif isinstance(value, Sequence | np.ndarray):
                floats = ffi.new("float[]", [float(v) for v in value])
                self._check(lib.lsd_stream_control_floats(self._handle, key, floats, len(value)))
            else:
                self._check(lib.lsd_stream_control_int(self._handle, key, operator.index(value)))
        return self._check(lib.lsd_stream_control_commit(self._handle, transition_s))

    def reset(self) -> None:
        """Forgets the stream's history: a camera cut."""
        self._require_open()
        self._check(self._lib.lsd_stream_reset(self._handle))

    @property
    def state(self) -> StreamState:
        """Pending, open, failed or closed."""
        if self._handle is None:
            return StreamState.CLOSED
        return StreamState(self._lib.lsd_stream_get_state(self._handle))

    @property
    def last_error(self) -> str:
        """The stream's newest problem, one sentence; "" when all is well."""
        self._require_open()
        return _long_text(self._ffi, lambda buffer, n: self._lib.lsd_stream_last_error(self._handle, buffer, n))

    def stats(self) -> Stats:
        """Counters and latencies so far."""
        self._require_open()
        s = self._ffi.new("lsd_stats*")
        s.size = self._ffi.sizeof("lsd_stats")
        self._check(self._lib.lsd_stream_get_stats(self._handle, s))
        return Stats(
            ClientState(s.client_state), StreamState(s.stream_state), _TRANSPORT_NAMES[s.transport], s.submitted,
            s.sent, s.returned, s.dropped_client, s.dropped_daemon, s.dropped_results, s.reconnects, s.fps,
            s.latency_ms_p50, s.latency_ms_p95, s.latency_ms_max, s.round_trip_ms,
        )  # fmt: skip

    def stage_ms(self) -> dict[str, tuple[float, float]]:
        """p50 and p95 of each of the daemon's stages over the last 512 results, milliseconds, by name."""
        self._require_open()
        ffi = self._ffi
        names = _long_text(ffi, lambda buffer, n: self._lib.lsd_stream_stage_names(self._handle, buffer, n))
        stages: dict[str, tuple[float, float]] = {}
        p50, p95 = ffi.new("float*"), ffi.new("float*")
        for name in filter(None, names.split(",")):
            key = ffi.new("char[]", name.encode())
            if self._check(self._lib.lsd_stream_stage_ms(self._handle, key, p50, p95)) == _OK:
                stages[name] = (float(p50[0]), float(p95[0]))
        return stages

    def wait_open(self, timeout_s: float = 10.0) -> bool:
        """Waits until the daemon has opened the stream; False when it has refused it or not answered in time."""
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline and self.state is StreamState.PENDING:
            time.sleep(0.005)
        return self.state is StreamState.OPEN

    def close(self) -> None:
        """Ends the stream; views of its results are dead afterwards. Twice is allowed."""
        if self._handle is not None:
            self._lib.lsd_stream_close(self._handle)
            self._handle = None
            self.client._streams.discard(self)

    def _rows(self, name: str, form: str, plane: npt.NDArray[Any] | None) -> tuple[npt.NDArray[Any], int]:
        """The plane as the core can read it, whole rows top down, and the bytes from row to row."""
        assert plane is not None  # submit has compared the names
        dtype, channels = _LAYOUTS[form]
        shape = (self.height, self.width, channels) if channels else (self.height, self.width)
        if plane.shape != shape or plane.dtype != dtype:
            raise ValueError(
                f"{name} is {plane.dtype} {plane.shape}; this stream's {form} is {np.dtype(dtype)} {shape}."
            )
        pixel = max(channels, 1) * plane.itemsize
        packed = plane.strides[-1] == plane.itemsize and plane.strides[1] == pixel
        if not packed or plane.strides[0] < pixel * self.width:
            plane = np.ascontiguousarray(plane)  # a flipped or sliced view: the C ABI knows rows, not strides
        return plane, plane.strides[0]

    def _camera(self, camera: Camera, kept: list[Any]) -> Any:
        c = self._ffi.new("lsd_camera*")
        for target, matrix in ((c.view, camera.view), (c.projection, camera.projection)):
            numbers = np.ascontiguousarray(matrix, np.float32)
            if numbers.shape != (4, 4):
                raise ValueError(f"a camera's matrices are 4 x 4, not {numbers.shape}.")
            self._ffi.memmove(target, numbers, 64)
        c.near_plane, c.far_plane, c.jitter = camera.near, camera.far, list(camera.jitter)
        kept.append(c)
        return c

    def _check(self, status: int) -> int:
        """Passes LSD_OK, LSD_NOTHING and positive numbers through; an error becomes an exception with its sentence."""
        if status < 0:
            raise LsdError(_text(self._ffi, self._lib.lsd_last_error()) or f"the native core answered {status}.")
        return int(status)

    def _require_open(self) -> None:
        if self._handle is None:
            raise LsdError("the stream is closed.")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
