"""The controls of one stream over time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from ..protocol.errors import ProtocolError
from .spec import ControlSpec, Seed
from .values import Controls, Notice, Reading

# (values of a group, what each control is moving to) -> what they mean to the model.
ReadControls = Callable[[Mapping[str, Any], Mapping[str, Any]], Reading]


class ControlTimeline:
    """The values in effect. Set by the I/O thread, sampled by the worker; all times are given to it, in nanoseconds of one clock.

    Args:
        specs: the model's controls and the daemon's own.
        read: the pipeline's `read_controls`.
        seed: 0..2^31-1, the default of the controls of kind `seed`.
    """

    def __init__(self, specs: tuple[ControlSpec, ...], read: ReadControls, seed: int = 0) -> None:
        self._specs = {spec.name: replace(spec, default=seed) if isinstance(spec, Seed) else spec for spec in specs}
        self._read = read
        self._transitions = {name: spec.start() for name, spec in self._specs.items()}
        self._control_seq = 0
        self._lock = threading.Lock()

    def apply(
        self, values: Mapping[str, Any], control_seq: int, transition_s: float, now_ns: int
    ) -> tuple[Notice, ...]:
        """Moves to new values over `transition_s` seconds.

        Returns:
            What the pipeline has to say about them.

        Raises:
            ProtocolError: `bad_control`, with `control_seq`; nothing was applied.
        """
        try:
            checked = {name: self._announced(name).check(value) for name, value in values.items()}
            with self._lock:
                targets = {name: transition.target for name, transition in self._transitions.items()}
            reading = self._read(checked, targets)
            # What the pipeline made of a text is checked like what a client sent; checked values pass as they are.
            final = {name: checked[name] if reading.values[name] is checked.get(name) else self._specs[name].check(reading.values[name]) for name in reading.values}  # fmt: skip
        except ValueError as error:
            raise ProtocolError("bad_control", str(error), control_seq=control_seq) from None
        now = now_ns / 1e9
        with self._lock:
            if control_seq <= self._control_seq:
                raise ProtocolError(
                    "bad_control",
                    f"`control_seq` must rise; the newest is {self._control_seq}.",
                    control_seq=control_seq,
                )
            self._control_seq = control_seq
            for name, value in final.items():
                duration = transition_s if self._specs[name].transition else 0.0
                self._transitions[name].move(value, now, duration)
        return reading.notices

    def sample(self, now_ns: int) -> tuple[Controls, int]:
        """The controls in effect and the newest control_seq among them (0 before any)."""
        now = now_ns / 1e9
        with self._lock:
            values = {name: transition.sample(now) for name, transition in self._transitions.items()}
            return Controls(values), self._control_seq

    def _announced(self, name: str) -> ControlSpec:
        spec = self._specs.get(name)
        if spec is None or spec.hidden:
            known = ", ".join(known for known, other in self._specs.items() if not other.hidden)
            raise ValueError(f"There is no control {name[:64]!r}; this model has {known}.")
        return spec
