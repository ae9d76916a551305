"""A pipeline in this process."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from ..controllers.base import ControlInfo
from ..fit import fit
from ..frame import InputFrame
from ..picture import Picture, Pixels

# Going back and forth between two qualities must not forget the stream each time.
_STATES_KEPT = 3


class InProcessPainter:
    """Paints with the pipeline of `model`.

    Args:
        model: a model's name or a weights file.
        device: "auto", "cpu", "cuda", "cuda:N".
        seed: chooses the world, 0..2^31-1.
    """

    def __init__(self, model: str, device: str, seed: int = 0) -> None:
        self._model, self.device, self._seed = model, device, seed
        self._pipeline: Any = None
        self._timeline: Any = None
        self._states: OrderedDict[tuple[int, int, int], Any] = OrderedDict()
        self._states_lock, self._set_lock = threading.Lock(), threading.Lock()
        self._control_seq = 0
        self._seq = 0
        self._in_use: tuple[int, int, int] | None = None
        self.fault = ""

    def load(self) -> None:
        from ..controls import BUILTIN, ControlTimeline
        from ..pipelines.registry import load_pipeline

        if self._pipeline is not None:
            return
        self._pipeline = load_pipeline(self._model, self.device)
        self.device = str(getattr(self._pipeline, "device", "cpu"))
        builtin = {spec.name for spec in BUILTIN}
        own = tuple(spec for spec in self._pipeline.controls if spec.name not in builtin)
        self._timeline = ControlTimeline((*own, *BUILTIN), self._pipeline.read_controls, self._seed)
        self._specs = (*own, *BUILTIN)

    @property
    def controls(self) -> tuple[ControlInfo, ...]:
        return tuple(_info(spec.fields()) for spec in self._specs if not spec.hidden)

    def set(self, values: Mapping[str, Any], transition_s: float) -> tuple[str, ...]:
        from ..protocol.errors import ProtocolError

        with self._set_lock:
            self._control_seq += 1
            try:
                notices = self._timeline.apply(values, self._control_seq, transition_s, time.monotonic_ns())
            except ProtocolError as error:
                raise ValueError(str(error)) from None
        return tuple(notice.message for notice in notices)

    def prepare(self, width: int, height: int, steps: int) -> None:
        self._state(width, height, steps)

    def paint(self, picture: Picture, width: int, height: int, steps: int) -> Pixels | None:
        from ..controls import BYPASS, STRENGTH
        from ..pipelines.composite import Mix, composite

        pixels = fit(picture.pixels, width, height)
        controls, _ = self._timeline.sample(time.monotonic_ns())
        if controls.flag(BYPASS.name):
            return pixels
        key = (width, height, steps)
        state = self._state(*key)
        self._seq += 1
        # What another quality remembered is older than the last picture.
        frame = InputFrame(self._seq, pixels, reset=key != self._in_use)
        self._in_use = key
        painted: Pixels = self._pipeline.process(frame, state, controls).pixels
        return composite(painted, frame, Mix(controls.number(STRENGTH.name, 1.0)))

    def close(self) -> None:
        with self._states_lock:
            self._states.clear()

    def _state(self, width: int, height: int, steps: int) -> Any:
        from ..pipelines.base import StreamSpec

        key = (width, height, steps)
        with self._states_lock:
            if key in self._states:
                self._states.move_to_end(key)
                return self._states[key]
        state = self._pipeline.create_state(StreamSpec(width, height, width, height, steps, self._seed))
        with self._states_lock:
            state = self._states.setdefault(key, state)
            while len(self._states) > _STATES_KEPT:
                self._states.popitem(last=False)
        return state


def _info(fields: Mapping[str, Any]) -> ControlInfo:
    """A control's announcement, as PROTOCOL.md writes it, for controllers."""
    default = fields.get("default")
    return ControlInfo(
        name=fields["name"],
        kind=fields["kind"],
        help=fields.get("help", ""),
        values=tuple(fields.get("values", ())),
        minimum=float(fields.get("min", 0.0)),
        maximum=float(fields.get("max", 1.0)),
        default=tuple(default) if isinstance(default, list) else default,
    )
