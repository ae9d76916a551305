"""The model's controls at the keyboard: what there is, the daemon said; nothing here knows a model."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from ...client import Control
from ...protocol.decode_parts import MAX_SEED

Value = str | float | bool | int | tuple[float, ...]

NEXT, PREVIOUS, MORE, LESS = "tab", "shift-tab", "]", "["
HELP = "Tab chooses, [ and ] change"
_STEPS = 10  # from a number's minimum to its maximum
_TURN = math.radians(15)
_AFTERNOON = (0.7, 0.7, 0.0)  # a direction without a default; straight up, a turn would change nothing


class Panel:
    """A list of controls with a cursor.

    Args:
        words: for each text control, by name, what `[` and `]` choose from (a keyboard that walks can't type as well).
    """

    def __init__(self, controls: Sequence[Control], words: Mapping[str, Sequence[str]] | None = None) -> None:
        self._words = words or {}
        self._controls = [control for control in controls if self._can_change(control)]
        self._values: dict[str, Value] = {
            control.name: _AFTERNOON if control.default is None else control.default for control in self._controls
        }
        self._cursor = 0

    def show(self, values: Mapping[str, Value]) -> None:
        """What was set elsewhere (a theme)."""
        self._values.update({name: value for name, value in values.items() if name in self._values})

    def press(self, key: str) -> dict[str, Value]:
        """Moves the cursor, or changes the control under it; what is to be sent, empty for nothing."""
        if not self._controls or key not in (NEXT, PREVIOUS, MORE, LESS):
            return {}
        if key in (NEXT, PREVIOUS):
            self._cursor = (self._cursor + (1 if key == NEXT else -1)) % len(self._controls)
            return {}
        control = self._controls[self._cursor]
        value = self._changed(control, self._values[control.name], 1 if key == MORE else -1)
        self._values[control.name] = value
        return {control.name: value}

    def lines(self) -> list[str]:
        """The panel as text; the control under the cursor begins with `>`."""
        if not self._controls:
            return []
        rows = [
            f"{'>' if index == self._cursor else ' '} {control.name}: {_text(self._values[control.name])} {control.unit}".rstrip()
            for index, control in enumerate(self._controls)
        ]
        return [*rows, "", self._controls[self._cursor].help, HELP]

    def _can_change(self, control: Control) -> bool:
        return control.kind != "text" or bool(self._words.get(control.name))

    def _changed(self, control: Control, value: Any, way: int) -> Value:
        match control.kind:
            case "choice":
                return _beside(control.values, value, way)
            case "text":
                return _beside(self._words[control.name], value, way)
            case "flag":
                return not value
            case "seed":
                return (int(value) + way) % MAX_SEED
            case "number":
                step = (control.maximum - control.minimum) / _STEPS
                return min(control.maximum, max(control.minimum, float(value) + way * step))
            case "direction":
                x, y, z = value
                turn = way * _TURN  # around the vertical
                return (x * math.cos(turn) + z * math.sin(turn), y, z * math.cos(turn) - x * math.sin(turn))
        # A color: lighter and darker.
        return tuple(min(1.0, max(0.0, float(channel) + way / _STEPS)) for channel in value)


def _beside(values: Sequence[str], value: Value, way: int) -> str:
    if value not in values:
        return values[0 if way > 0 else -1]
    return values[(values.index(str(value)) + way) % len(values)]


def _text(value: Value) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, tuple):
        return " ".join(f"{part:.2f}" for part in value)
    return f"{value:g}" if isinstance(value, float) else str(value)
