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

# Going back and forth between two sizes must not forget the stream each time.
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
        # Of a size: its state, and the most steps that it was made for.
        self._states: OrderedDict[tuple[int, int], tuple[Any, int]] = OrderedDict()
        self._states_lock, self._set_lock = threading.Lock(), threading.Lock()
        self._control_seq = 0
        self._seq = 0
        self._exact = True
        self._in_use: tuple[int, int] | None = None
        self.context_intervals: tuple[int, ...] = (1,)
        self.fault = ""

    def load(self) -> None:
        from ..controls import BUILTIN, ControlTimeline

        if self._pipeline is not None:
            return
        pipeline = self._load_pipeline()
        builtin = {spec.name for spec in BUILTIN}
        own = tuple(spec for spec in pipeline.controls if spec.name not in builtin)
        # Not the pipeline's own method: that would keep one alive that is no longer used.
        self._timeline = ControlTimeline(
            (*own, *BUILTIN), lambda *group: self._pipeline.read_controls(*group), self._seed
        )
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

    def begin(self, *, exact: bool) -> None:
        # A pipeline shares the cores among its parts in one way or the other; loading it again takes less than a second.
        if exact != self._exact:
            self._exact = exact
            self._load_pipeline()

    def prepare(self, width: int, height: int, steps: int, context_interval: int) -> None:
        pipeline = self._pipeline
        if pipeline is None:
            return  # the stream has ended meanwhile
        state = self._state(pipeline, width, height, steps)
        # A stream goes on where it only gets fewer steps or contexts: a new state would have forgotten its past.
        if hasattr(pipeline, "set_limits"):
            pipeline.set_limits(state, max_steps=steps, context_every=context_interval)

    def paint(self, picture: Picture, width: int, height: int, steps: int) -> Pixels | None:
        from ..controls import BYPASS, STRENGTH
        from ..pipelines.composite import Mix, composite

        pixels = fit(picture.pixels, width, height)
        controls, _ = self._timeline.sample(time.monotonic_ns())
        if controls.flag(BYPASS.name):
            return pixels
        state = self._state(self._pipeline, width, height, steps)
        self._seq += 1
        # What another size remembered is older than the last picture.
        frame = InputFrame(self._seq, pixels, reset=(width, height) != self._in_use)
        self._in_use = (width, height)
        output = self._pipeline.process(frame, state, controls)
        self.fault = " ".join(notice.message for notice in output.notices)
        return composite(output.pixels, frame, Mix(controls.number(STRENGTH.name, 1.0)))

    def close(self) -> None:
        self._replace_pipeline(None)

    def _load_pipeline(self) -> Any:
        from ..pipelines.registry import load_pipeline

        pipeline: Any = load_pipeline(
            self._model, self.device, shade_beside_trunk=not self._exact, shade_on="cpu" if self._exact else "auto"
        )
        self.device = str(getattr(pipeline, "device", "cpu"))
        self.context_intervals = getattr(pipeline, "context_intervals", (1,))
        self._replace_pipeline(pipeline)
        return pipeline

    def _replace_pipeline(self, pipeline: Any) -> None:
        with self._states_lock:
            self._states.clear()
            old, self._pipeline = self._pipeline, pipeline
        if hasattr(old, "close"):
            old.close()

    def _state(self, pipeline: Any, width: int, height: int, steps: int) -> Any:
        from ..pipelines.base import StreamSpec

        key = (width, height)
        with self._states_lock:
            state, most_steps = self._states.get(key, (None, 0))
            if steps <= most_steps:
                self._states.move_to_end(key)
                return state
        spec = StreamSpec(width, height, width, height, steps, self._seed, exact=self._exact)
        made = pipeline.create_state(spec)
        with self._states_lock:
            if pipeline is not self._pipeline:
                return made  # the stream has ended meanwhile
            self._states[key] = made, steps
            self._states.move_to_end(key)
            while len(self._states) > _STATES_KEPT:
                self._states.popitem(last=False)
        return made


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
