"""What a control means: its kinds, its values over time, and the two that every model has."""

from .builtin import BUILTIN, BYPASS, STRENGTH
from .spec import Choice, Color, ControlSpec, ControlValue, Direction, Flag, Number, Numbers, Seed, Text
from .timeline import ControlTimeline
from .values import Controls, Notice, Reading

__all__ = [
    "BUILTIN",
    "BYPASS",
    "STRENGTH",
    "Choice",
    "Color",
    "ControlSpec",
    "ControlTimeline",
    "ControlValue",
    "Controls",
    "Direction",
    "Flag",
    "Notice",
    "Number",
    "Numbers",
    "Reading",
    "Seed",
    "Text",
]
