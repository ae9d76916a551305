"""One picture stream of a client, with numpy arrays, or with arrays on a card."""

from __future__ import annotations

import operator
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

from ..cuda.array import CudaArray, as_cuda_array
from ..frame import Camera, Slot, Sun
from .slots import slot_table
from .text import long_text, read_progress, text
from .types import (
    ClientState,
    Context,
    ContextWeights,
    Control,
    LsdError,
    Notice,
    Progress,
    Result,
    Stats,
    StreamState,
)

if TYPE_CHECKING:
    from .client import Client

PLANES = {"color": 0, "depth": 1, "motion": 2, "normal": 3, "ids": 4}
DEFAULT_FORMATS = {"color": "rgba8", "depth": "r32f", "motion": "rg16f", "normal": "rgba8", "ids": "r8"}
FORMATS = {"rgba8": 0, "bgra8": 1, "rgba16f": 2, "r32f": 3, "rg16f": 4, "r8": 5}
# What results are; contexts for a client that shades itself.
OUTPUT_FORMATS = {"rgba8": 0, "bgra8": 1, "context": 6}
_FORMAT_NAMES = {number: name for name, number in FORMATS.items()}
# What a row of each format is in numpy: the scalar and the channels (0: no third axis).
_LAYOUTS: dict[str, tuple[type[np.generic], int]] = {
    "rgba8": (np.uint8, 4),
    "bgra8": (np.uint8, 4),
    "rgba16f": (np.float16, 4),
    "r32f": (np.float32, 0),
    "rg16f": (np.float16, 2),
    "r8": (np.uint8, 0),
}
ALPHAS = {"opaque": 0, "engine": 1}
TRANSPORTS = {"auto": 0, "inline": 1, "shared_memory": 2, "cuda_ipc": 3}
_TRANSPORT_NAMES = {number: name for name, number in TRANSPORTS.items()}
_OK, _NOTHING = 0, 1


@dataclass(eq=False)
class Stream:
    """One picture stream of a client; made by `Client.open_stream`. Any thread may call it, `acquire` one at a time.

    Attributes:
        model: its name.
        width, height: of every plane, pixels.
        formats: format by plane name, in the order in which they were opened.
        has_contexts: opened for contexts in place of pictures.
        cuda_device: the card that planes and results are on; None: they are in host memory.
    """

    client: Client
    _handle: Any
    model: str
    width: int
    height: int
    formats: dict[str, str]
    has_contexts: bool = False
    cuda_device: int | None = None

    def __post_init__(self) -> None:
        ffi = self._ffi = self.client._ffi
        self._lib = self.client._lib
        self._result = ffi.new("lsd_result*")
        self._result.size = ffi.sizeof("lsd_result")
        self._context = ffi.new("lsd_context*")
        self._context.size = ffi.sizeof("lsd_context")
        self._weights: ContextWeights | None = None

    def submit(
        self,
        color: npt.NDArray[Any] | Any,
        depth: npt.NDArray[np.float32] | Any = None,
        motion: npt.NDArray[np.float16] | Any = None,
        normal: npt.NDArray[np.uint8] | Any = None,
        ids: npt.NDArray[np.uint8] | Any = None,
        *,
        camera: Camera | None = None,
        sun: Sun | None = None,
        slots: Sequence[Slot] | None = None,
        t_capture_ns: int = 0,
        reset: bool = False,
    ) -> int | None:
        """Copies a frame to the core and returns at once. The newest frame wins over one that was not sent yet.

        Where the stream was opened for a card, the planes are contiguous arrays on it (PyTorch, CuPy, anything with
        `__cuda_array_interface__` or DLPack), written in the stream's CUDA stream or complete.

        Args:
            color: H x W x 4, uint8 (`rgba8`, `bgra8`) or float16 (`rgba16f`), row 0 on top. A view with
                padded rows is taken as it is; a flipped or strided one costs a copy more.
            depth: H x W float32, metres along the view axis, 0 or inf: sky.
            motion: H x W x 2 float16, pixels from this frame to the previous one.
            normal: H x W x 4 uint8, world space, xyz / 2 + 0.5 as 0..255; the fourth channel 0: no surface here.
            ids: H x W uint8, the slot of what is seen; 0: the static world.
            camera, sun: of this picture. Without a camera nothing can be anchored in the world.
            slots: what the numbers in `ids` are, and how they move: the whole table, or None: as before.
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
            array: Any
            if self.cuda_device is None:
                array, pitch = self._rows(name, form, given[name])
                address = array.ctypes.data
            else:
                array, pitch = self._on_card(name, form, given[name]), 0
                address = array.address
            kept.append(array)
            frame.planes[i] = ffi.cast("void*", address)
            frame.row_pitch_bytes[i] = pitch
        frame.t_capture_ns = t_capture_ns
        if camera is not None:
            frame.camera = self._camera(camera, kept)
        if sun is not None:
            c_sun = ffi.new("lsd_sun*")
            c_sun.direction, c_sun.color = list(sun.direction), list(sun.color)
            kept.append(c_sun)
            frame.sun = c_sun
        if slots is not None:
            table = slot_table(ffi, slots)
            kept.append(table)
            frame.slots, frame.slot_count = table, len(slots)
        frame.reset = int(reset)
        seq = ffi.new("int64_t*")
        status = self._check(self._lib.lsd_stream_submit(self._handle, frame, seq))
        return None if status == _NOTHING else int(seq[0])

    def acquire(self, *, copy: bool = False) -> Result | None:
        """The newest finished frame that was not acquired yet, or None. Never waits.

        Args:
            copy: the result keeps its own pixels instead of a view that the next `acquire` ends; not of results on a card.

        Raises:
            ValueError: a copy of a result on a card.
        """
        self._require_open()
        if copy and self.cuda_device is not None:
            raise ValueError(
                "Results on a card are copied by the library that uses them, such as torch.as_tensor(pixels).clone()."
            )
        r = self._result
        if self._check(self._lib.lsd_stream_acquire(self._handle, r)) == _NOTHING:
            return None
        pixels: Any
        if self.cuda_device is None:
            buffer = self._ffi.buffer(r.pixels, r.width * r.height * 4)
            pixels = np.frombuffer(buffer, np.uint8).reshape(r.height, r.width, 4)
            pixels.flags.writeable = False
        else:
            address = int(self._ffi.cast("uintptr_t", r.pixels))
            pixels = CudaArray(address, (r.height, r.width, 4), np.dtype(np.uint8), self.cuda_device, owner=self)
        result = Result(*_made(r), pixels, _FORMAT_NAMES[r.format], self._submitted_camera(r))
        return result.copy() if copy else result

    def acquire_context(self) -> Context | None:
        """The newest context, of a stream that was opened with `output_format="context"`; None before the first. Never waits.

        It is given again and again, ever older, when nothing newer comes: see `Context.is_new` and `Context.age_ms`.
        """
        self._require_open()
        c, ffi = self._context, self._ffi
        if self._check(self._lib.lsd_stream_acquire_context(self._handle, c)) == _NOTHING:
            return None
        try:
            shape = (c.height, c.width, c.channels)
            values = np.frombuffer(ffi.buffer(c.values, 2 * c.height * c.width * c.channels), np.float16)
            return Context(
                *_made(c), values.reshape(shape).copy(), self._context_weights(), c.age_ns / 1e6, bool(c.is_new),
                self._submitted_camera(c),
            )  # fmt: skip
        finally:
            self._check(self._lib.lsd_stream_release_context(self._handle, c))

    @property
    def controls(self) -> tuple[Control, ...]:
        """What the model can be asked for, in the order of a panel; empty before the daemon has answered."""
        return self.client.models.get(self.model, ())

    def control(self, *, transition_s: float = 0.0, **values: str | bool | int | float | Sequence[float]) -> int:
        """Sets controls of the model (see `controls`); what is not named stays as it was.

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
            elif isinstance(value, bool):
                self._check(lib.lsd_stream_control_flag(self._handle, key, value))
            elif isinstance(value, float):
                self._check(lib.lsd_stream_control_float(self._handle, key, value))
            elif isinstance(value, Sequence | np.ndarray):
                floats = ffi.new("float[]", [float(v) for v in value])
                self._check(lib.lsd_stream_control_floats(self._handle, key, floats, len(value)))
            else:
                self._check(lib.lsd_stream_control_int(self._handle, key, operator.index(value)))
        return self._check(lib.lsd_stream_control_commit(self._handle, transition_s))

    def reset(self) -> None:
        """Forgets the stream's history, as `submit(reset=True)` does: for a camera cut.

        Raises:
            LsdError: the stream is closed.
        """
        self._require_open()
        self._check(self._lib.lsd_stream_reset(self._handle))

    @property
    def state(self) -> StreamState:
        """Where the stream stands; CLOSED after `close`, never an exception."""
        if self._handle is None:
            return StreamState.CLOSED
        return StreamState(self._lib.lsd_stream_get_state(self._handle))

    @property
    def last_error(self) -> str:
        """The stream's newest problem, one sentence; "" when all is well."""
        self._require_open()
        return long_text(self._ffi, lambda buffer, n: self._lib.lsd_stream_last_error(self._handle, buffer, n))

    @property
    def progress(self) -> Progress | None:
        """What the daemon is busy with for this stream, such as compiling for its size; None: nothing."""
        self._require_open()
        return read_progress(self._ffi, partial(self._lib.lsd_stream_get_progress, self._handle))

    def next_notice(self) -> Notice | None:
        """The oldest notice that was not taken yet; the newest 16 are kept."""
        self._require_open()
        notice = self._ffi.new("lsd_notice*")
        notice.size = self._ffi.sizeof("lsd_notice")
        if self._check(self._lib.lsd_stream_next_notice(self._handle, notice)) == _NOTHING:
            return None
        return Notice(text(self._ffi, notice.code), text(self._ffi, notice.message))

    def stats(self) -> Stats:
        """Counters and latencies so far; see `Stats`.

        Raises:
            LsdError: the stream is closed.
        """
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
        """How long the daemon takes for each stage of a frame: (p50, p95) in milliseconds over the last 512 results, by the stage's name."""
        self._require_open()
        ffi = self._ffi
        names = long_text(ffi, lambda buffer, n: self._lib.lsd_stream_stage_names(self._handle, buffer, n))
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

    def _on_card(self, name: str, form: str, plane: Any) -> CudaArray:
        dtype, channels = _LAYOUTS[form]
        shape = (self.height, self.width, channels) if channels else (self.height, self.width)
        array = as_cuda_array(plane)
        if array.shape != shape or array.dtype != dtype:
            raise ValueError(
                f"{name} is {array.dtype} {array.shape}; this stream's {form} is {np.dtype(dtype)} {shape}."
            )
        return array

    def _context_weights(self) -> ContextWeights:
        c, kept = self._context, self._weights
        if kept is None or kept.generation != c.weights_generation:
            numbers = np.frombuffer(self._ffi.buffer(c.weights, 2 * c.weight_count), np.float16).copy()
            kept = self._weights = ContextWeights(
                text(self._ffi, c.shape), c.shape_version, numbers, c.weights_generation, c.weights_control_seq,
                tuple(c.seed), tuple(c.sun), tuple(c.palette), c.strength,
            )  # fmt: skip
        return kept

    def _submitted_camera(self, r: Any) -> Camera | None:
        """That of the frame that a result or a context was made from."""
        if not r.has_camera:
            return None
        view, projection = (
            np.frombuffer(self._ffi.buffer(matrix), np.float32).reshape(4, 4).copy()
            for matrix in (r.camera.view, r.camera.projection)
        )
        jitter = (r.camera.jitter[0], r.camera.jitter[1])
        return Camera(view, projection, r.camera.near_plane, r.camera.far_plane, jitter)

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
            raise LsdError(text(self._ffi, self._lib.lsd_last_error()) or f"the native core answered {status}.")
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


def _made(made: Any) -> tuple[int, int, int, int, int, int, int, int, int]:
    """The fields of `types.Made` out of an lsd_result or an lsd_context."""
    return (
        made.seq, made.control_seq, made.t_capture_ns, made.t_submit_ns, made.t_receive_ns, made.t_start_ns,
        made.t_end_ns, made.t_send_ns, made.t_acquire_ns,
    )  # fmt: skip
