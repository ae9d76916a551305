"""Which controllers there are. A new one is one file and one line here."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from typing import Any

from .base import Controller, DeviceError

_CONTROLLERS = {
    "keys": "keyboard:KeyController",
    "osc": "osc:OscController",
    "midi": "midi:MidiController",
    "voice": "voice:VoiceController",
    "gestures": "gesture:GestureController",
}


def controller_classes() -> Iterable[type[Controller]]:
    """Every kind of controller."""
    return [_load(entry) for entry in _CONTROLLERS.values()]


def make_controller(name: str, **options: Any) -> Controller:
    """The controller with this name.

    Raises:
        DeviceError: there is none, or its options are wrong.
    """
    if name not in _CONTROLLERS:
        raise DeviceError(f"There is no controller {name!r}; there are {', '.join(_CONTROLLERS)}.", retry=False)
    made: Controller = _load(_CONTROLLERS[name])(**options)
    return made


def _load(entry: str) -> Any:
    module, _, name = entry.partition(":")
    return getattr(import_module(f".{module}", __package__), name)
