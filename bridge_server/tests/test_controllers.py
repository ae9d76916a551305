"""Keys, OSC, MIDI and the words of voice: what they make of what comes, and that nothing that comes ends them."""

from __future__ import annotations

import os
import socket
import sys
import time
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
from device_fixtures import wait_for
from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder

from mirage_lsd.controllers import Change, ControlInfo, Panel, make_controller
from mirage_lsd.controllers.keyboard import KeyController
from mirage_lsd.controllers.midi import MidiController
from mirage_lsd.controllers.osc import OscController
from mirage_lsd.controllers.values import read_value
from mirage_lsd.controllers.voice import change_of, commands_of
from mirage_lsd.picture import DeviceError


@pytest.fixture
def panel() -> Panel:
    return Panel.of(
        [
            ControlInfo("scene", "choice", values=("forest", "city", "snow"), default="forest"),
            ControlInfo("lighting", "choice", values=("day", "night"), default="day"),
            ControlInfo("prompt", "text", default=""),
            ControlInfo("sun_direction", "direction"),
            ControlInfo("seed", "seed", default=0),
            ControlInfo("strength", "number", default=1.0),
            ControlInfo("bypass", "flag", default=False),
        ]
    )


@pytest.fixture
def changes() -> list[Change]:
    return []


def values(changes: list[Change]) -> list[dict[str, object]]:
    return [dict(change.values) for change in changes]


# Keys


def test_keys_choose_and_turn(panel: Panel, changes: list[Change]) -> None:
    def emit(change: Change) -> None:
        changes.append(change)
        panel.current.update(change.values)

    keys = KeyController(terminal=False, transition_s=2.5)
    keys.start(panel, emit)
    for key in ("2", "n", "n", "p", "l", "-", "-", "+", "0", "0", "9", "q"):
        keys.key(key, False)
    assert values(changes) == [
        {"scene": "city"}, {"scene": "snow"}, {"scene": "forest"}, {"scene": "snow"}, {"lighting": "night"}, {"strength": 0.9},
        {"strength": 0.8}, {"strength": 0.9}, {"bypass": True}, {"bypass": False},
    ]  # fmt: skip
    assert {change.transition_s for change in changes} == {2.5}


def test_keys_hold_stored_looks(panel: Panel, changes: list[Change], tmp_path: Path) -> None:
    file = tmp_path / "looks.toml"
    file.write_text(
        '[keys.f1]\nprompt = "neon rain"\ntransition_s = 3\n[keys.2]\nscene = "snow"\nlighting = "night"\n'
        '[keys."shift+a"]\nsun_direction = [0, 1, 0]\n'
    )
    keys = KeyController(file, terminal=False)
    keys.start(panel, changes.append)
    for key, shift in (("F1", False), ("2", False), ("a", True), ("a", False)):
        keys.key(key, shift)
    assert values(changes) == [
        {"prompt": "neon rain"}, {"scene": "snow", "lighting": "night"}, {"sun_direction": (0, 1, 0)}
    ]  # fmt: skip
    assert [change.transition_s for change in changes] == [3.0, 1.0, 1.0]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("keys = 3", "has no keys"),
        ("[keys]\nf1 = 3", "needs a table"),
        ("[keys.f1]\nscene = 'x'\ntransition_s = 99", "0 to 60"),
        ("=", "no TOML"),
        ("[keys.f1]\nsceen = 'x'", "which the model doesn't have"),
    ],
)
def test_a_wrong_file_of_looks_is_one_sentence(panel: Panel, tmp_path: Path, text: str, sentence: str) -> None:
    (tmp_path / "looks.toml").write_text(text)
    with pytest.raises(DeviceError, match=sentence):
        KeyController(tmp_path / "looks.toml", terminal=False).start(panel, lambda change: None)
    with pytest.raises(DeviceError, match="can't be read"):
        KeyController(tmp_path / "none.toml")


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX terminal")
def test_the_terminal_s_keys_are_read_and_the_terminal_is_put_back(
    panel: Panel, changes: list[Change], monkeypatch: pytest.MonkeyPatch
) -> None:
    import pty
    import termios

    master, slave = pty.openpty()
    before = termios.tcgetattr(slave)
    with os.fdopen(slave, "r", closefd=False) as terminal:
        monkeypatch.setattr(sys, "stdin", terminal)
        with KeyController() as keys:
            keys.start(panel, changes.append)
            wait_for(lambda: not termios.tcgetattr(slave)[3] & termios.ICANON)
            os.write(master, b"3")
            wait_for(lambda: changes)
        assert termios.tcgetattr(slave)[3] == before[3]
    assert values(changes) == [{"scene": "snow"}]
    os.close(master)
    os.close(slave)


# OSC


def message(address: str, *arguments: object) -> bytes:
    builder = OscMessageBuilder(address)
    for argument in arguments:
        builder.add_arg(argument)  # type: ignore[arg-type]
    return builder.build().dgram


@pytest.mark.parametrize(
    ("address", "arguments", "expected", "transition_s"),
    [
        ("/scene", ("snow", 2.0), {"scene": "snow"}, 2.0),
        ("/scene", (2,), {"scene": "city"}, 1.0),
        ("/scene", (1.0,), {"scene": "snow"}, 1.0),
        ("/scene/city", (1,), {"scene": "city"}, 1.0),
        ("/strength", (0.25, 0.0), {"strength": 0.25}, 0.0),
        ("/strength", (7.0,), {"strength": 1.0}, 1.0),
        ("/bypass", (1,), {"bypass": True}, 1.0),
        ("/sun_direction", (0.0, 1.0, 0.0, 3.0), {"sun_direction": (0.0, 1.0, 0.0)}, 3.0),
        ("/seed", (17,), {"seed": 17}, 1.0),
        ("/prompt", ("a café at night",), {"prompt": "a café at night"}, 1.0),
    ],
)
def test_osc_messages(
    panel: Panel,
    changes: list[Change],
    address: str,
    arguments: tuple[object, ...],
    expected: object,
    transition_s: float,
) -> None:
    with OscController(0) as osc, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
        osc.start(panel, changes.append)
        peer.sendto(message(address, *arguments), ("127.0.0.1", osc.port))
        wait_for(lambda: changes)
    assert values(changes) == [expected]
    assert changes[0].transition_s == transition_s
    assert changes[0].source == "OSC 127.0.0.1"


def test_osc_survives_whatever_comes(panel: Panel, changes: list[Change]) -> None:
    bundle = OscBundleBuilder(IMMEDIATELY)
    bundle.add_content(OscMessageBuilder("/bypass").build())
    bad = [b"", b"\0" * 8, os.urandom(512), b"#bundle\0", message("/scene"), message("/scene", "mars"), message("/nothing", 1),
           message("/scene", 99), message("/strength", "x"), message("/scene", "snow", 1e9), message("/scene/city", 0),
           message("/sun_direction", 1.0), bundle.build().dgram]  # fmt: skip
    with OscController(0) as osc, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
        osc.start(panel, changes.append)
        for data in bad:
            peer.sendto(data, ("127.0.0.1", osc.port))
        peer.sendto(message("/scene", "snow"), ("127.0.0.1", osc.port))
        wait_for(lambda: changes)
    assert values(changes) == [{"scene": "snow"}]
    assert osc.unknown >= 8


def test_osc_sends_changes_back_and_lists_the_controls(panel: Panel, changes: list[Change]) -> None:
    with OscController(0) as osc, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
        peer.settimeout(5)
        osc.start(panel, changes.append)
        peer.sendto(message("/lsd/list"), ("127.0.0.1", osc.port))
        listed = [OscMessage(peer.recv(4096)) for _ in panel.controls]
        osc.changed(Change({"scene": "city", "sun_direction": (0.0, 1.0, 0.0)}))
        back = [OscMessage(peer.recv(4096)) for _ in range(2)]
    assert [entry.params[0] for entry in listed] == list(panel.controls)
    assert listed[0].params[2] == "forest,city,snow"
    assert [(m.address, m.params) for m in back] == [("/scene", ["city"]), ("/sun_direction", [0.0, 1.0, 0.0])]


def test_a_taken_osc_port_is_one_sentence(panel: Panel) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        with pytest.raises(DeviceError, match=r"can't be listened on .*; choose another"):
            OscController(other.getsockname()[1]).start(panel, lambda change: None)


# MIDI


class StandInPort:
    """A MIDI input as mido has it."""

    def __init__(self) -> None:
        self.pending: list[object] = []
        self.unplugged = self.closed = False

    def iter_pending(self) -> list[object]:
        if self.unplugged:
            raise OSError("unplugged")
        taken, self.pending = self.pending, []
        return taken

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def midi_port(monkeypatch: pytest.MonkeyPatch) -> StandInPort:
    port = StandInPort()
    module = ModuleType("mido")
    module.__spec__ = SimpleNamespace(name="mido")  # type: ignore[assignment]
    module.get_input_names = lambda: ["Through", "Pad Controller"]  # type: ignore[attr-defined]
    module.open_input = lambda name: port  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "mido", module)
    return port


def test_midi_knobs_turn_and_pads_choose(panel: Panel, changes: list[Change], midi_port: StandInPort) -> None:
    with MidiController("pad") as midi:
        midi.start(panel, changes.append)
        midi_port.pending = [
            SimpleNamespace(type="control_change", control=1, value=127),
            SimpleNamespace(type="control_change", control=1, value=0),
            SimpleNamespace(type="control_change", control=99, value=1),
            SimpleNamespace(type="note_on", note=37, velocity=90),
            SimpleNamespace(type="note_on", note=37, velocity=0),
            SimpleNamespace(type="note_on", note=40, velocity=90),
            SimpleNamespace(type="program_change", program=2),
            SimpleNamespace(type="clock"),
        ]
        wait_for(lambda: len(changes) >= 5)
        assert "knob 1: strength" in midi.describe()
        assert "note 40: lighting night" in midi.describe()
    assert values(changes) == [
        {"strength": 1.0}, {"strength": 0.0}, {"scene": "city"}, {"lighting": "night"}, {"scene": "snow"}
    ]  # fmt: skip
    assert midi_port.closed


def test_a_midi_device_that_is_pulled_out_comes_back(
    panel: Panel, changes: list[Change], midi_port: StandInPort, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mirage_lsd.controllers.midi._REOPEN_S", 0.05)
    with MidiController() as midi:
        midi.start(panel, changes.append)
        midi_port.unplugged = True
        time.sleep(0.2)
        midi_port.unplugged = False
        midi_port.pending = [SimpleNamespace(type="note_on", note=36, velocity=1)]
        wait_for(lambda: changes)


def test_no_such_midi_device_is_one_sentence(panel: Panel, midi_port: StandInPort) -> None:
    with pytest.raises(DeviceError, match="no MIDI device 'organ'; there are Through, Pad Controller"):
        MidiController("organ").start(panel, lambda change: None)


# The words of voice (what is heard is measured by tests/media)


def test_the_words_come_from_the_model_s_controls(panel: Panel) -> None:
    commands = commands_of(panel)
    assert commands["snow"] == "scene=snow"
    assert commands["night"] == "lighting=night"
    assert change_of(panel, "scene=snow") == {"scene": "snow"}
    assert change_of(panel, "next") == {"scene": "city"}
    assert change_of(panel, "previous") == {"scene": "snow"}
    assert change_of(panel, "weaker") == {"strength": 0.8}
    assert change_of(panel, "stronger") == {"strength": 1.0}
    assert change_of(panel, "bypass") == {"bypass": True}
    assert change_of(panel, "paint") == {"bypass": False}
    assert change_of(Panel.of([]), "next") is None


# Pieces


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [("scene", "snow", "snow"), ("strength", "0.5", 0.5), ("bypass", "on", True), ("seed", "4", 4), ("prompt", "x=y", "x=y"),
     ("sun_direction", "0,1,0", (0.0, 1.0, 0.0))],
)  # fmt: skip
def test_values_from_text(panel: Panel, name: str, text: str, expected: object) -> None:
    assert read_value(panel.controls[name], text) == expected


@pytest.mark.parametrize(
    ("name", "text"), [("scene", "mars"), ("strength", "2"), ("strength", "x"), ("bypass", "maybe"), ("seed", "x")]
)
def test_wrong_values_from_text_are_one_sentence(panel: Panel, name: str, text: str) -> None:
    with pytest.raises(ValueError, match=name):
        read_value(panel.controls[name], text)


def test_there_is_no_such_controller() -> None:
    with pytest.raises(DeviceError, match="there are keys, osc, midi"):
        make_controller("pedals")
