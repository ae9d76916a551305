"""The controls in effect for one frame, and what a pipeline makes of the words of a control group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Controls:
    """The values in effect, by name, as each kind is sampled.

    `choice` and `text`: weights by value, summing to 1; `number`, `color` and hidden numbers: a tuple of floats; `direction`: a
    unit vector or None; `flag`: bool; `seed`: int.
    """

    values: Mapping[str, Any] = field(default_factory=dict)

    def weights(self, name: str) -> dict[str, float]:
        """Of a `choice` or a `text`; empty where the control is not there."""
        found: dict[str, float] = self.values.get(name, {})
        return found

    def numbers(self, name: str) -> tuple[float, ...] | None:
        """Of a `number` (one), a `color` (three), a `direction` (three, or None) or hidden numbers."""
        found: tuple[float, ...] | None = self.values.get(name)
        return found

    def number(self, name: str, default: float = 0.0) -> float:
        """Of a `number`."""
        found: tuple[float, ...] = self.values.get(name, (default,))
        return found[0]

    def flag(self, name: str) -> bool:
        """Of a `flag`; false where the control is not there."""
        return bool(self.values.get(name, False))

    def seed(self, name: str = "seed") -> int:
        """Of a `seed`; 0 where the control is not there."""
        return int(self.values.get(name, 0))


@dataclass(frozen=True, slots=True)
class Notice:
    """Something is worse than it could be: `code` of PROTOCOL.md, `message` one sentence that says what to do."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What a pipeline makes of a group of values: the values to set (texts may have become others), and what to say."""

    values: Mapping[str, Any]
    notices: tuple[Notice, ...] = ()
