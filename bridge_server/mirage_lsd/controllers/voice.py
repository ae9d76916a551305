"""Spoken commands: "mirage, forest"."""

from __future__ import annotations

import ctypes.util
import importlib.util
import sys
from typing import Any

from .base import Change, ControlValue, Emit, Panel, choice_after
from .process import ProcessController

_STRENGTH_STEP = 0.2
# Beside the values of the model's choices.
_STEPS = {"next": ("scene", 1), "previous": ("scene", -1)}
_OTHERS = ("next", "previous", "stronger", "weaker", "bypass", "paint")


class VoiceController(ProcessController):
    """The wake word, then a value of one of the model's choices ("mirage forest", "mirage night"), or next, previous, stronger, weaker,
    bypass, paint. Instead of the wake word the key V may be pressed.

    It hears the words it knows and no others: pocketsphinx with a grammar made of the model's controls, on this machine.

    Args:
        transition_s: of a change.
        wake_word: an English word of two syllables or more.
    """

    name = "voice"
    help = "spoken commands: --voice"
    worker = "mirage_lsd.controllers.workers.voice"

    def __init__(self, *, transition_s: float = 1.0, wake_word: str = "mirage") -> None:
        super().__init__()
        self._transition_s, self._wake_word = transition_s, wake_word

    @classmethod
    def available(cls) -> str | None:
        if importlib.util.find_spec("pocketsphinx") is None or importlib.util.find_spec("sounddevice") is None:
            return "Voice needs pocketsphinx and sounddevice: pip install pocketsphinx sounddevice"
        if sys.platform.startswith("linux") and ctypes.util.find_library("portaudio") is None:
            return "Voice needs PortAudio: apt-get install libportaudio2"
        return None

    def key(self, name: str, shift: bool) -> None:
        if name.casefold() == "v" and self._process is not None:
            self._process.send({"kind": "talk"})

    def _options(self, panel: Panel) -> dict[str, Any]:
        return {"commands": commands_of(panel), "wake_word": self._wake_word}

    def _event(self, message: dict[str, Any], panel: Panel, emit: Emit) -> None:
        if message["what"] == "unknown":
            if self.on_notice is not None:
                self.on_notice(
                    f"Voice doesn't know how to hear {', '.join(message['phrases'])}; choose these otherwise."
                )
            return
        found = change_of(panel, message["command"])
        if found is not None:
            emit(Change(found, self._transition_s, f"voice {message['command']}"))


def commands_of(panel: Panel) -> dict[str, str]:
    """What can be said for a model, and what each phrase means: "CONTROL=VALUE", or one of the others."""
    commands = {word: word for word in _OTHERS}
    for control in panel.controls.values():
        if control.kind == "choice":
            for value in control.values:
                commands.setdefault(value.replace("_", " ").replace("-", " ").casefold(), f"{control.name}={value}")
    return commands


def change_of(panel: Panel, command: str) -> dict[str, ControlValue] | None:
    """The values that a command sets now; None where the model has no such control."""
    name, equals, value = command.partition("=")
    if equals:
        return {name: value}
    if command in _STEPS:
        control, step = _STEPS[command]
        chosen = choice_after(panel, control, step)
        return None if chosen is None else {control: chosen}
    if command in ("bypass", "paint") and "bypass" in panel.controls:
        return {"bypass": command == "bypass"}
    now = panel.current.get("strength", 1.0)
    if "strength" in panel.controls and isinstance(now, int | float):
        step_by = _STRENGTH_STEP if command == "stronger" else -_STRENGTH_STEP
        return {"strength": round(min(1.0, max(0.0, float(now) + step_by)), 3)}
    return None
