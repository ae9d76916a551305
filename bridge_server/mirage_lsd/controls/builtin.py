"""The controls that every model has, because the daemon itself obeys them."""

from __future__ import annotations

from .spec import ControlSpec, Flag, Number

STRENGTH = Number(
    name="strength",
    help="How much of the painted picture is seen: 0 is the engine's own picture, 1 the painted one.",
    minimum=0.0,
    maximum=1.0,
    default=1.0,
)
BYPASS = Flag(name="bypass", help="Gives the engine's own picture back at once, without the model.")
BUILTIN: tuple[ControlSpec, ...] = (STRENGTH, BYPASS)
