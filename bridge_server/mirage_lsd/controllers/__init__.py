"""Who turns the knobs: keys, OSC, MIDI, hands, voice. One small file each, a base class and a registry."""

from .base import Change, ControlInfo, Controller, Panel
from .registry import controller_classes, make_controller

__all__ = ["Change", "ControlInfo", "Controller", "Panel", "controller_classes", "make_controller"]
