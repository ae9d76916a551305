"""Keys of the window and of the terminal; they hold stored looks."""

from __future__ import annotations

import contextlib
import os
import select
import sys
import threading
import tomllib
from pathlib import Path
from typing import Any

from .base import Change, Controller, ControlValue, DeviceError, Emit, Panel, choice_after

_STRENGTH_STEP = 0.1
_LONGEST_TRANSITION_S = 60.0


class KeyController(Controller):
    """1 to 9 choose scenes; n and p the next and the previous one; l the next lighting; + and - the strength; 0 bypasses the model.

    A file of stored looks gives keys other meanings (and takes these away from them):

        [keys.f1]
        prompt = "a rainy street at night, neon signs"
        transition_s = 3.0

        [keys.x]
        scene = "snow"
        lighting = "sunset"

    Args:
        file: such a file (TOML); None: only the keys above.
        transition_s: of a change by key, where the look has none of its own.
        terminal: reads the terminal's keys too, where standard input is one.
    """

    name = "keys"
    help = "keys of the window and the terminal: --keys, --keys looks.toml"

    def __init__(self, file: str | Path | None = None, *, transition_s: float = 1.0, terminal: bool = True) -> None:
        self._looks = {} if file is None else read_looks(Path(file))
        self._transition_s, self._terminal = transition_s, terminal
        self._panel: Panel | None = None
        self._emit: Emit | None = None
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._before: Any = None

    def start(self, panel: Panel, emit: Emit) -> None:
        for key, (values, _) in self._looks.items():
            unknown = [name for name in values if name not in panel.controls]
            if unknown:
                raise DeviceError(
                    f"The key {key!r} sets {unknown[0]!r}, which the model doesn't have; it has {', '.join(panel.controls)}.",
                    retry=False,
                )
        self._panel, self._emit = panel, emit
        self._stop.clear()
        if self._terminal and os.name == "posix" and sys.stdin is not None and sys.stdin.isatty():
            self._thread = threading.Thread(target=self._read_terminal, name="terminal keys", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join(1.0)
            self._thread = None

    def key(self, name: str, shift: bool) -> None:
        panel, emit = self._panel, self._emit
        if panel is None or emit is None:
            return
        name = name.casefold().strip("[]")
        stored = self._looks.get(f"shift+{name}" if shift else name)
        if stored is not None:
            values, transition_s = stored
            emit(Change(values, self._transition_s if transition_s is None else transition_s, f"key {name}"))
            return
        found = self._meaning(panel, name)
        if found is not None:
            emit(Change({found[0]: found[1]}, self._transition_s, f"key {name}"))

    def _meaning(self, panel: Panel, name: str) -> tuple[str, ControlValue] | None:
        if name in ("n", "p", "l"):
            control = "lighting" if name == "l" else "scene"
            value = choice_after(panel, control, -1 if name == "p" else 1)
            return None if value is None else (control, value)
        if name in ("+", "=", "-") and "strength" in panel.controls:
            now = panel.current.get("strength", 1.0)
            step = -_STRENGTH_STEP if name == "-" else _STRENGTH_STEP
            strength = float(now) + step if isinstance(now, int | float) else 1.0
            return "strength", round(min(1.0, max(0.0, strength)), 3)
        if name == "0" and "bypass" in panel.controls:
            return "bypass", not panel.current.get("bypass", False)
        scene = panel.controls.get("scene")
        if name.isdecimal() and scene is not None and 1 <= int(name) <= len(scene.values):
            return "scene", scene.values[int(name) - 1]
        return None

    def _read_terminal(self) -> None:
        """Single keys without Return; the terminal is put back as it was."""
        import termios
        import tty

        descriptor = sys.stdin.fileno()
        before = termios.tcgetattr(descriptor)
        try:
            tty.setcbreak(descriptor)
            while not self._stop.is_set():
                if select.select([descriptor], [], [], 0.2)[0]:
                    text = os.read(descriptor, 1).decode("latin-1")
                    if not text:
                        return
                    self.key(text, text.isupper())
        except OSError:
            return
        finally:
            with contextlib.suppress(termios.error):
                termios.tcsetattr(descriptor, termios.TCSADRAIN, before)


def read_looks(path: Path) -> dict[str, tuple[dict[str, ControlValue], float | None]]:
    """Stored looks by key: what each sets, and its transition in seconds or None.

    Raises:
        DeviceError: the file can't be read, or an entry is no look; one sentence.
    """
    try:
        keys = tomllib.loads(path.read_text(encoding="utf-8")).get("keys", {})
    except OSError as error:
        raise DeviceError(f"{path} can't be read ({error.strerror}).", retry=False) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DeviceError(f"{path} is no TOML: {error}.", retry=False) from None
    if not isinstance(keys, dict) or not keys:
        raise DeviceError(f'{path} has no keys; it needs for example [keys.f1] with prompt = "...".', retry=False)
    looks: dict[str, tuple[dict[str, ControlValue], float | None]] = {}
    for key, look in keys.items():
        if not isinstance(look, dict):
            raise DeviceError(
                f'{path}: the key {key!r} needs a table, for example [keys.{key}] with scene = "snow".', retry=False
            )
        transition_s = look.pop("transition_s", None)
        if transition_s is not None and not (
            isinstance(transition_s, int | float) and 0 <= transition_s <= _LONGEST_TRANSITION_S
        ):
            raise DeviceError(f"{path}: transition_s of the key {key!r} is 0 to 60 seconds.", retry=False)
        values = {name: tuple(value) if isinstance(value, list) else value for name, value in look.items()}
        looks[key.casefold()] = (values, None if transition_s is None else float(transition_s))
    return looks
