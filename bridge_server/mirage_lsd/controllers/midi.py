"""MIDI: knobs, faders and pads."""

from __future__ import annotations

import contextlib
import importlib.util
import threading
from typing import Any

from .base import Change, Controller, ControlValue, DeviceError, Emit, Panel

_FIRST_KNOB = 1
_FIRST_PAD = 36
_REOPEN_S = 2.0


class MidiController(Controller):
    """Knobs turn numbers, pads choose.

    Knob (control change) 1 turns the first number of the model, 2 the second, and so on; notes from 36 (where most pad controllers
    begin) choose the scenes, then the lightings; a program change chooses a scene. `describe` lists it for the running model.

    Args:
        device: a part of the device's name; "": the first one.
        transition_s: of a choice; knobs are followed at once.
        knobs, notes: other places: control by number, (control, value) by note.
    """

    name = "midi"
    help = "knobs and pads: --midi, --midi NAME"

    def __init__(
        self, device: str = "", *, transition_s: float = 1.0, knobs: dict[int, str] | None = None,
        notes: dict[int, tuple[str, str]] | None = None,
    ) -> None:  # fmt: skip
        self._device, self._transition_s = device, transition_s
        self._own_knobs, self._own_notes = knobs or {}, notes or {}
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()
        self._panel = Panel({})

    @classmethod
    def available(cls) -> str | None:
        if importlib.util.find_spec("mido") is None:
            return "MIDI needs mido and a driver: pip install mido python-rtmidi"
        return None

    def start(self, panel: Panel, emit: Emit) -> None:
        missing = self.available()
        if missing is not None:
            raise DeviceError(missing, retry=False)
        self._panel = panel
        self._stop.clear()
        port = self._open()
        self._thread = threading.Thread(target=self._listen, args=(port, emit), name="midi", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join(1.0)
            self._thread = None

    def describe(self) -> list[str]:
        """Which knob and which pad does what with this model, one line each."""
        lines = [f"knob {number}: {name}" for number, name in sorted(self._knobs().items())]
        return lines + [f"note {note}: {name} {value}" for note, (name, value) in sorted(self._notes().items())]

    def _open(self) -> Any:
        import mido

        try:
            names = mido.get_input_names()
        except (ImportError, OSError) as error:
            raise DeviceError(f"MIDI has no driver here ({error}): pip install python-rtmidi", retry=False) from None
        found = next((name for name in names if self._device.casefold() in name.casefold()), None)
        if found is None:
            raise DeviceError(f"There is no MIDI device {self._device!r}; there are {', '.join(names) or 'none'}.")
        return mido.open_input(found)

    def _listen(self, port: Any, emit: Emit) -> None:
        knobs, notes = self._knobs(), self._notes()
        while not self._stop.is_set():
            try:
                messages = list(port.iter_pending())
            except (OSError, ValueError):
                # Pulled out: looked for until it is back.
                self._stop.wait(_REOPEN_S)
                with contextlib.suppress(DeviceError):
                    port = self._open()
                continue
            for message in messages:
                change = self._change(message, knobs, notes)
                if change is not None:
                    emit(change)
            self._stop.wait(0.005)
        port.close()

    def _change(self, message: Any, knobs: dict[int, str], notes: dict[int, tuple[str, str]]) -> Change | None:
        values: dict[str, ControlValue]
        if message.type == "control_change" and message.control in knobs:
            control = self._panel.controls[knobs[message.control]]
            number = control.minimum + (control.maximum - control.minimum) * message.value / 127
            return Change({control.name: round(number, 4)}, 0.0, f"MIDI knob {message.control}")
        if message.type == "note_on" and message.velocity and message.note in notes:
            name, value = notes[message.note]
            return Change({name: value}, self._transition_s, f"MIDI note {message.note}")
        scene = self._panel.controls.get("scene")
        if message.type == "program_change" and scene is not None and message.program < len(scene.values):
            values = {"scene": scene.values[message.program]}
            return Change(values, self._transition_s, f"MIDI program {message.program}")
        return None

    def _knobs(self) -> dict[int, str]:
        numbers = [control.name for control in self._panel.controls.values() if control.kind == "number"]
        return {_FIRST_KNOB + i: name for i, name in enumerate(numbers)} | {
            number: name for number, name in self._own_knobs.items() if name in numbers
        }

    def _notes(self) -> dict[int, tuple[str, str]]:
        choices = [control for control in self._panel.controls.values() if control.kind == "choice"]
        pads = [(control.name, value) for control in choices for value in control.values]
        return {_FIRST_PAD + i: pad for i, pad in enumerate(pads) if _FIRST_PAD + i < 128} | self._own_notes
