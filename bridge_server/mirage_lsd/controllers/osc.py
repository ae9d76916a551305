"""OSC: TouchDesigner, Resolume, Max, TouchOSC on a phone."""

from __future__ import annotations

import importlib.util
import socket
import threading
import time
from collections import OrderedDict
from typing import Any

from .base import Change, ControlInfo, Controller, ControlValue, DeviceError, Emit, Panel

_MOST_PEERS = 8
_LONGEST_TRANSITION_S = 60.0


class OscController(Controller):
    """Takes `/NAME VALUE [SECONDS]`, where NAME is a control's name, and sends every change back to whoever has sent something.

    `/scene forest 2.0` goes over to the forest in two seconds; `/scene/forest` is for buttons (a value of 0, the release, is passed
    over); `/scene 3` takes the third value of a choice, and a choice takes 0..1 of a fader as well as any other number; `/lsd/list`
    answers with every control.

    Args:
        port: UDP port; 0: a free one, see `port`.
        host: the address it listens on; OSC has no password, so beyond this machine only on a network that is trusted.
        transition_s: where the message names none.
    """

    name = "osc"
    help = "OSC messages at a UDP port: --osc 9000"

    def __init__(self, port: int = 9000, host: str = "127.0.0.1", *, transition_s: float = 1.0) -> None:
        self._wanted, self._host, self._transition_s = port, host, transition_s
        self._socket: socket.socket | None = None
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()
        self._peers: OrderedDict[tuple[str, int], float] = OrderedDict()
        self._lock = threading.Lock()
        self._panel = Panel({})
        self.unknown = 0

    @classmethod
    def available(cls) -> str | None:
        return None if importlib.util.find_spec("pythonosc") else "OSC needs python-osc: pip install python-osc"

    @property
    def port(self) -> int:
        assert self._socket is not None
        return int(self._socket.getsockname()[1])

    def start(self, panel: Panel, emit: Emit) -> None:
        missing = self.available()
        if missing is not None:
            raise DeviceError(missing, retry=False)
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        listening = socket.socket(family, socket.SOCK_DGRAM)
        try:
            listening.bind((self._host, self._wanted))
        except OSError as error:
            listening.close()
            raise DeviceError(
                f"UDP port {self._wanted} on {self._host} can't be listened on ({error.strerror}); choose another with --osc.",
                retry=False,
            ) from None
        listening.settimeout(0.2)
        self._panel, self._socket = panel, listening
        self._stop.clear()
        self._thread = threading.Thread(target=self._listen, args=(emit,), name="osc", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join(1.0)
            self._thread = None
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def changed(self, change: Change) -> None:
        for name, value in change.values.items():
            self._send(f"/{name}", value)

    def _listen(self, emit: Emit) -> None:
        from pythonosc.osc_packet import OscPacket

        listening = self._socket
        assert listening is not None
        while not self._stop.is_set():
            try:
                data, peer = listening.recvfrom(65_536)
            except OSError:
                continue  # time-out; or a peer's port was closed, which some systems say here
            try:
                messages = [timed.message for timed in OscPacket(data).messages]
            except Exception:  # whatever a stranger sends
                self.unknown += 1
                continue
            with self._lock:
                self._peers[peer[:2]] = time.monotonic()
                self._peers.move_to_end(peer[:2])
                while len(self._peers) > _MOST_PEERS:
                    self._peers.popitem(last=False)
            for message in messages:
                self._take(message.address, list(message.params), f"OSC {peer[0]}", emit)

    def _take(self, address: str, arguments: list[Any], source: str, emit: Emit) -> None:
        if address.rstrip("/") == "/lsd/list":
            for listed in self._panel.controls.values():
                self._send(
                    "/lsd/control",
                    listed.name,
                    listed.kind,
                    ",".join(listed.values),
                    listed.minimum,
                    listed.maximum,
                )
            return
        name, _, rest = address.strip("/").partition("/")
        control = self._panel.controls.get(name)
        if control is None:
            self.unknown += 1
            return
        if rest:
            if arguments and arguments[0] in (0, 0.0, False):
                return  # the button was let go
            arguments = [rest.replace("_", " ") if rest not in control.values else rest, *arguments[1:]]
        found = read_arguments(control, arguments)
        if found is None:
            self.unknown += 1
            return
        value, transition_s = found
        emit(Change({name: value}, self._transition_s if transition_s is None else transition_s, source))

    def _send(self, address: str, *arguments: ControlValue) -> None:
        from pythonosc.osc_message_builder import OscMessageBuilder

        builder = OscMessageBuilder(address)
        for argument in arguments:
            for part in argument if isinstance(argument, tuple) else (argument,):
                builder.add_arg(part)
        data = builder.build().dgram
        with self._lock:
            peers = list(self._peers)
        for peer in peers:
            try:
                if self._socket is not None:
                    self._socket.sendto(data, peer)
            except OSError:
                continue  # it is gone; it will send again if it comes back


def read_arguments(control: ControlInfo, arguments: list[Any]) -> tuple[ControlValue, float | None] | None:
    """An OSC message's value for a control, and its transition in seconds; None where they don't go together."""
    count = 3 if control.kind in ("color", "direction") else 1
    if len(arguments) < count:
        return None
    first, rest = arguments[:count], arguments[count:]
    transition_s = float(rest[0]) if rest and isinstance(rest[0], int | float) else None
    if transition_s is not None and not 0.0 <= transition_s <= _LONGEST_TRANSITION_S:
        return None
    value = first[0]
    number = isinstance(value, int | float) and not isinstance(value, bool)
    match control.kind:
        case "choice":
            if number:
                last = len(control.values) - 1
                # A fader gives a float from 0 to 1, a script the place from 1.
                place = round(value * last) if isinstance(value, float) else value - 1
                return (control.values[place], transition_s) if 0 <= place <= last else None
            return (value, transition_s) if value in control.values else None
        case "number":
            return (min(control.maximum, max(control.minimum, float(value))), transition_s) if number else None
        case "flag":
            return (bool(value), transition_s) if isinstance(value, bool | int | float) else None
        case "seed":
            return (int(value), transition_s) if number and 0 <= value < 2**31 else None
        case "color" | "direction":
            good = all(isinstance(part, int | float) and not isinstance(part, bool) for part in first)
            return (tuple(float(part) for part in first), transition_s) if good else None
    return (str(value), transition_s)
