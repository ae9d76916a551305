"""A daemon as the painter: the same stream as a game engine's."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from ..controllers.base import ControlInfo
from ..controllers.values import check_value
from ..defaults import DEFAULT_ENDPOINT
from ..fit import fit
from ..picture import Picture, Pixels

_OPEN_TIMEOUT_S = 20.0
_RESULT_TIMEOUT_S = 2.0


class DaemonPainter:
    """Paints in the daemon at `endpoint`. When it goes, `paint` gives None until it is back; the native core reconnects.

    Args:
        model: a model that the daemon has.
        seed: chooses the world.
    """

    def __init__(self, endpoint: str, model: str, seed: int = 0) -> None:
        self._endpoint, self._model, self._seed = endpoint, model, seed
        self.device = endpoint
        # The daemon sees itself to how often its streams get a context.
        self.context_intervals: tuple[int, ...] = (1,)
        self._client: Any = None
        self._stream: Any = None
        self._key: tuple[int, int, int] | None = None
        self._wanted: dict[str, Any] = {}
        self.fault = ""

    def load(self) -> None:
        from ..client import Client, ClientState

        self._client = Client(self._endpoint, name="mirage-lsd stream")
        deadline = time.monotonic() + _OPEN_TIMEOUT_S
        while self._client.state is not ClientState.READY:
            if time.monotonic() > deadline or self._client.state is ClientState.REFUSED:
                why = self._client.last_error or "nobody answers"
                self.close()
                raise ValueError(
                    f"The daemon at {self._endpoint} can't be used ({why}); start it with `mirage-lsd serve`."
                )
            time.sleep(0.01)

    @property
    def controls(self) -> tuple[ControlInfo, ...]:
        return tuple(
            ControlInfo(c.name, c.kind, c.help, c.values, c.minimum, c.maximum, c.default)
            for c in self._client.models.get(self._model, ())
        )

    def set(self, values: Mapping[str, Any], transition_s: float) -> tuple[str, ...]:
        from ..client import LsdError

        controls = {control.name: control for control in self.controls}
        unknown = [name for name in values if name not in controls]
        if unknown:
            raise ValueError(f"There is no control {unknown[0]!r}; this model has {', '.join(controls)}.")
        # The daemon's own refusal would come later, and with nobody to hear it.
        ready = {name: check_value(controls[name], value) for name, value in values.items()}
        self._wanted |= ready
        if self._stream is not None:
            try:
                self._stream.control(transition_s=transition_s, **ready)
            except LsdError as error:
                raise ValueError(str(error)) from None
        return ()

    def begin(self, *, exact: bool) -> None:
        """The daemon's command line says whether its pictures are exact."""

    def prepare(self, width: int, height: int, steps: int, context_interval: int) -> None:
        """The daemon prepares a stream itself, beside its others."""

    def paint(self, picture: Picture, width: int, height: int, steps: int) -> Pixels | None:
        stream = self._open(width, height, steps)
        if stream is None:
            return None
        seq = stream.submit(fit(picture.pixels, width, height), t_capture_ns=picture.t_capture_ns)
        deadline = time.monotonic() + _RESULT_TIMEOUT_S
        while seq is not None and time.monotonic() < deadline:
            result = stream.acquire()
            if result is not None and result.seq >= seq:
                self.fault = ""
                pixels: Pixels = result.pixels
                return pixels
            time.sleep(0.0005)
        self.fault = stream.last_error or f"The daemon at {self._endpoint} gives no pictures; it is waited for."
        if seq is None:
            time.sleep(0.02)  # it is not open (again) yet
        return None

    def close(self) -> None:
        client, self._client, self._stream = self._client, None, None
        if client is not None:
            client.close()

    def _open(self, width: int, height: int, steps: int) -> Any:
        key = (width, height, steps)
        if self._stream is not None and key == self._key:
            return self._stream
        if self._stream is not None:
            self._stream.close()
        self._stream = self._client.open_stream(
            width, height, planes=("color",), model=self._model, steps=steps, seed=self._seed
        )
        self._key = key
        if not self._stream.wait_open(_OPEN_TIMEOUT_S):
            self.fault = self._stream.last_error or "The daemon did not open the stream."
            return None
        if self._wanted:
            self._stream.control(transition_s=0.0, **self._wanted)
        return self._stream


def find_daemon(timeout_s: float = 0.5) -> str | None:
    """The address of a daemon of this machine that answers now, or None."""
    from ..client import Client, ClientState
    from ..client.library import NativeLibraryError

    try:
        client = Client(DEFAULT_ENDPOINT, name="mirage-lsd stream")
    except NativeLibraryError:
        return None
    with client:
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            if client.state is ClientState.READY:
                return DEFAULT_ENDPOINT
            time.sleep(0.01)
    return None
