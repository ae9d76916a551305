"""What a model lets people turn: one specification a control, one class a kind (PROTOCOL.md, section 4)."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any, ClassVar

from ..protocol.decode_parts import MAX_SEED, SHORTEST_DIRECTION
from .transition import BlendTransition, DirectionTransition, Jump, Transition, WeightTransition

# A control's value as a client sends it.
ControlValue = str | int | float | bool | tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlSpec(ABC):
    """One control of a model.

    Attributes:
        name: at most 64 bytes, as in `control.values`.
        help: one sentence for people.
        transition: whether it moves over `transition_s`; else it jumps.
        hidden: not announced to clients and not accepted from them; a pipeline's `read_controls` sets it.
    """

    kind: ClassVar[str]
    name: str
    help: str = ""
    transition: bool = True
    hidden: bool = False

    @abstractmethod
    def check(self, value: Any) -> Any:
        """The value as the pipeline gets it.

        Raises:
            ValueError: of another kind or out of range; one sentence that says what there is.
        """

    @abstractmethod
    def start(self) -> Transition:
        """The transition that begins with the default."""

    def fields(self) -> dict[str, Any]:
        """The spec as `welcome` announces it."""
        return {"name": self.name, "kind": self.kind, "help": self.help, "transition": self.transition, **self._more()}

    def _more(self) -> dict[str, Any]:
        return {}

    def _wrong(self, what: str) -> ValueError:
        return ValueError(f"The control `{self.name}` {what}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice(ControlSpec):
    """One of `values`; the pipeline gets their weights, summing to 1."""

    kind: ClassVar[str] = "choice"
    values: tuple[str, ...]
    default: str

    def check(self, value: Any) -> str:
        if value not in self.values:
            raise self._wrong(f"has no value {str(value)[:64]!r}; use {', '.join(self.values)}")
        return str(value)

    def start(self) -> WeightTransition:
        return WeightTransition(self.default)

    def _more(self) -> dict[str, Any]:
        return {"values": list(self.values), "default": self.default}


@dataclass(frozen=True, slots=True, kw_only=True)
class Text(ControlSpec):
    """Free text, which only the pipeline reads; it gets the texts in effect with their weights."""

    kind: ClassVar[str] = "text"
    max_bytes: int = 1_024
    default: str = ""

    def check(self, value: Any) -> str:
        if not isinstance(value, str):
            raise self._wrong("takes a text")
        if len(value.encode("utf-8", "surrogatepass")) > self.max_bytes:
            raise self._wrong(f"takes at most {self.max_bytes} bytes")
        return value

    def start(self) -> WeightTransition:
        return WeightTransition(self.default)

    def _more(self) -> dict[str, Any]:
        return {"max_bytes": self.max_bytes, "default": self.default}


@dataclass(frozen=True, slots=True, kw_only=True)
class Number(ControlSpec):
    """A float from `minimum` to `maximum`."""

    kind: ClassVar[str] = "number"
    minimum: float
    maximum: float
    default: float
    unit: str | None = None

    def check(self, value: Any) -> tuple[float, ...]:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self._wrong("takes a number")
        if not self.minimum <= value <= self.maximum:
            raise self._wrong(f"takes {self.minimum:g} to {self.maximum:g}, not {value:g}")
        return (float(value),)

    def start(self) -> BlendTransition:
        return BlendTransition((self.default,))

    def _more(self) -> dict[str, Any]:
        unit = {} if self.unit is None else {"unit": self.unit}
        return {"min": self.minimum, "max": self.maximum, "default": self.default, **unit}


@dataclass(frozen=True, slots=True, kw_only=True)
class Direction(ControlSpec):
    """A vector in world space, not zero; the pipeline gets it with length 1, or None where there is no default."""

    kind: ClassVar[str] = "direction"
    default: tuple[float, float, float] | None = None

    def check(self, value: Any) -> tuple[float, ...]:
        vector = _floats(value, 3)
        if vector is None or math.hypot(*vector) < SHORTEST_DIRECTION:
            raise self._wrong("takes three numbers that are not all zero")
        return vector

    def start(self) -> DirectionTransition:
        return DirectionTransition(self.default)

    def _more(self) -> dict[str, Any]:
        return {} if self.default is None else {"default": list(self.default)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Color(ControlSpec):
    """sRGB, each channel 0..1."""

    kind: ClassVar[str] = "color"
    default: tuple[float, float, float] = (1.0, 1.0, 1.0)

    def check(self, value: Any) -> tuple[float, ...]:
        color = _floats(value, 3)
        if color is None or not all(0.0 <= channel <= 1.0 for channel in color):
            raise self._wrong("takes red, green and blue, each 0 to 1")
        return color

    def start(self) -> BlendTransition:
        return BlendTransition(self.default)

    def _more(self) -> dict[str, Any]:
        return {"default": list(self.default)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag(ControlSpec):
    """On or off."""

    kind: ClassVar[str] = "flag"
    transition: bool = False
    default: bool = False

    def check(self, value: Any) -> bool:
        if not isinstance(value, bool):
            raise self._wrong("takes true or false")
        return value

    def start(self) -> Jump:
        return Jump(self.default)

    def _more(self) -> dict[str, Any]:
        return {"default": self.default}


@dataclass(frozen=True, slots=True, kw_only=True)
class Seed(ControlSpec):
    """0..2^31-1; the stream's own seed until a control sets another."""

    kind: ClassVar[str] = "seed"
    transition: bool = False
    default: int = 0

    def check(self, value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_SEED:
            raise self._wrong(f"takes an integer from 0 to {MAX_SEED}")
        return value

    def start(self) -> Jump:
        return Jump(self.default)

    def _more(self) -> dict[str, Any]:
        return {"default": self.default}


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers(ControlSpec):
    """Any numbers that a pipeline works out of a text; never announced."""

    kind: ClassVar[str] = "numbers"
    hidden: bool = True
    default: tuple[float, ...] = field(default=())

    def check(self, value: Any) -> tuple[float, ...]:
        numbers = _floats(value, len(self.default))
        if numbers is None:
            raise self._wrong(f"takes {len(self.default)} numbers")
        return numbers

    def start(self) -> BlendTransition:
        return BlendTransition(self.default)


def _floats(value: Any, count: int) -> tuple[float, ...] | None:
    if not isinstance(value, tuple | list) or len(value) != count:
        return None
    if any(isinstance(item, bool) or not isinstance(item, int | float) or not math.isfinite(item) for item in value):
        return None
    return tuple(float(item) for item in value)
