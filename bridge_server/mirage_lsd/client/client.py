"""A connection to a daemon through the native core."""

from __future__ import annotations

import time
import weakref
from collections.abc import Callable, Sequence
from functools import partial
from types import TracebackType
from typing import Any, Self

from ..defaults import DEFAULT_ENDPOINT, DEFAULT_MODEL
from .library import library_path, load
from .models import models_of
from .stream import ALPHAS, DEFAULT_FORMATS, FORMATS, OUTPUT_FORMATS, PLANES, TRANSPORTS, Stream
from .text import long_text, read_progress, text
from .types import ClientState, Control, LsdError, Progress


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
                "void(void*, int, const char*)", lambda _user, level, message: call(int(level), text(ffi, message))
            )
            config.log = callback
        self._streams: set[Stream] = set()
        self._handle = self._lib.lsd_client_create(config)
        if self._handle == ffi.NULL:
            raise LsdError(text(ffi, self._lib.lsd_last_error()))
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
        alpha: str = "opaque",
        transport: str = "auto",
        steps: int = 3,
        seed: int = 0,
        fps: float = 0.0,
        cuda_device: int | None = None,
        cuda_stream: int = 0,
    ) -> Stream:
        """Registers a stream; it opens as soon as the daemon is there, and again after each reconnect.

        Args:
            width, height: of every plane, 16..4096 pixels.
            planes: names, or names with formats, of `color` (required), `depth`, `motion`, `normal`, `ids`.
            output_size: width and height of the results; None: as the input.
            output_format: `rgba8` or `bgra8`; `context`: no pictures but what a client needs to shade them itself, see
                `Stream.acquire_context`. Then planes of `context_plane_size` are enough.
            alpha: of the results: `opaque` (255) or `engine` (the color plane's).
            transport: `auto`, `inline`, `shared_memory` or `cuda_ipc`.
            steps: most sampling steps a frame, 1..8.
            seed: chooses the world, 0..2^31-1.
            fps: what the client will send; 0: as fast as possible.
            cuda_device: planes and results are on this card (its number in this process), whatever the transport; None: in host memory.
            cuda_stream: the CUDA stream in which planes are written and results are read, as a number
                (`torch.cuda.current_stream().cuda_stream`); 0: the legacy default stream.

        Raises:
            ValueError: an unknown plane, format or transport.
            LsdError: a number out of range, or there is no such card.
        """
        self._require_open()
        formats = dict(planes) if isinstance(planes, dict) else {name: DEFAULT_FORMATS.get(name, "") for name in planes}
        for name, form in formats.items():
            if name not in PLANES or form not in FORMATS:
                raise ValueError(
                    f"plane {name!r} as {form!r}: planes are {', '.join(PLANES)}; formats are {', '.join(FORMATS)}."
                )
        if transport not in TRANSPORTS:
            raise ValueError(f"transport {transport!r}: choose {', '.join(TRANSPORTS)}.")
        if output_format not in OUTPUT_FORMATS:
            raise ValueError(f"output_format {output_format!r}: choose {', '.join(OUTPUT_FORMATS)}.")
        if alpha not in ALPHAS:
            raise ValueError(f"alpha {alpha!r}: choose {', '.join(ALPHAS)}.")
        ffi = self._ffi
        config = ffi.new("lsd_stream_config*")
        config.size = ffi.sizeof("lsd_stream_config")
        model_name = ffi.new("char[]", model.encode())
        config.model = model_name
        config.width, config.height = width, height
        config.plane_count = len(formats)
        for i, (name, form) in enumerate(formats.items()):
            config.planes[i].plane, config.planes[i].format = PLANES[name], FORMATS[form]
        config.output_width, config.output_height = output_size or (0, 0)
        config.output_format = OUTPUT_FORMATS[output_format]
        config.transport = TRANSPORTS[transport]
        config.output_alpha = ALPHAS[alpha]
        if cuda_device is not None:
            config.memory, config.cuda_device = 1, cuda_device
            config.cuda_stream = ffi.cast("void*", cuda_stream)
        config.max_steps, config.seed, config.fps = steps, seed, fps
        handle = self._lib.lsd_stream_open(self._handle, config)
        if handle == ffi.NULL:
            raise LsdError(text(ffi, self._lib.lsd_last_error()))
        stream = Stream(self, handle, model, width, height, formats, output_format == "context", cuda_device)
        self._streams.add(stream)
        return stream

    @property
    def state(self) -> ClientState:
        """Where the connection stands.

        Raises:
            LsdError: the client is closed.
        """
        self._require_open()
        return ClientState(self._lib.lsd_client_get_state(self._handle))

    @property
    def last_error(self) -> str:
        """The connection's newest problem, one sentence; "" when all is well."""
        self._require_open()
        return long_text(self._ffi, lambda buffer, n: self._lib.lsd_client_last_error(self._handle, buffer, n))

    @property
    def models(self) -> dict[str, tuple[Control, ...]]:
        """The daemon's models and their controls; empty before it has answered."""
        self._require_open()
        return models_of(self._ffi, self._lib, self._handle)

    def has_contexts(self, model: str = DEFAULT_MODEL) -> bool:
        """Whether a stream of the model can be opened for contexts; false before the daemon has answered."""
        self._require_open()
        status = self._lib.lsd_client_model_context(self._handle, self._ffi.new("char[]", model.encode()))
        return bool(status == 0)

    def context_plane_size(self, width: int, height: int) -> tuple[int, int]:
        """Width and height of the planes that contexts for a picture of this size are made from.

        Raises:
            LsdError: a side is not in 16..4096.
        """
        ffi = self._ffi
        sides = ffi.new("int32_t[2]")
        if self._lib.lsd_context_plane_size(width, height, sides, sides + 1) != 0:
            raise LsdError(text(ffi, self._lib.lsd_last_error()))
        return int(sides[0]), int(sides[1])

    @property
    def progress(self) -> Progress | None:
        """What the daemon is busy with before it can answer, such as loading a model."""
        self._require_open()
        return read_progress(self._ffi, partial(self._lib.lsd_client_get_progress, self._handle))

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
