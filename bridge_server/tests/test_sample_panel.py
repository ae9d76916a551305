"""The sample's panel: drawn from what a model announces, and never asking for what the model would refuse."""

import pytest

from mirage_lsd.client import Control
from mirage_lsd.controls.builtin import BUILTIN
from mirage_lsd.controls.spec import Choice, Color, Direction, Flag, Number, Seed, Text
from mirage_lsd.samples.greybox.panel import LESS, MORE, NEXT, PREVIOUS, Panel

SPECS = (
    Choice(name="season", values=("spring", "summer"), default="summer"),
    Text(name="clothes", max_bytes=64),
    Number(name="haze", minimum=-2.0, maximum=6.0, default=0.0, unit="m"),
    Direction(name="wind"),
    Direction(name="light", default=(1.0, 0.0, 0.0)),
    Color(name="fog", default=(0.0, 0.5, 1.0)),
    Flag(name="snowing"),
    Seed(name="seed"),
    *BUILTIN,
)
WORDS = {"clothes": ("a red coat", "a blue coat")}


def announced(spec):
    """As a client gets it."""
    fields = spec.fields()
    return Control(
        name=spec.name,
        kind=spec.kind,
        help=spec.help,
        default=fields.get("default"),
        transition=spec.transition,
        values=tuple(fields.get("values", ())),
        minimum=fields.get("min", 0.0),
        maximum=fields.get("max", 0.0),
        unit=fields.get("unit", ""),
        max_bytes=fields.get("max_bytes", 0),
    )


@pytest.mark.parametrize(("key", "other"), [(MORE, LESS), (LESS, MORE)])
def test_whatever_is_pressed_the_model_takes_it(key, other):
    panel = Panel([announced(spec) for spec in SPECS], WORDS)
    for spec in SPECS:
        values = []
        # One the other way first: a number may already stand at its end.
        for pressed in (other, *[key] * 25):
            ((name, value),) = panel.press(pressed).items()
            assert name == spec.name
            spec.check(value)
            values.append(value)
        assert len(set(values)) > 1, name
        assert panel.press(NEXT) == {}
    assert panel.lines()[0].startswith("> season")  # around


def test_text_without_words_is_left_out():
    panel = Panel([announced(spec) for spec in SPECS])
    assert not any("clothes" in line for line in panel.lines())


def test_lines_show_cursor_values_and_help():
    panel = Panel([announced(Number(name="haze", help="Of the air.", minimum=0, maximum=1, default=0.5, unit="m"))])
    assert panel.lines()[0] == "> haze: 0.5 m"
    assert "Of the air." in panel.lines()
    panel.press(LESS)
    assert panel.lines()[0] == "> haze: 0.4 m"


def test_a_theme_is_shown_and_the_next_step_starts_there():
    panel = Panel([announced(SPECS[0]), announced(SPECS[1])], WORDS)
    panel.show({"season": "spring", "clothes": "rags", "unknown": 1.0})
    assert panel.lines()[0] == "> season: spring"
    assert panel.press(MORE) == {"season": "summer"}
    panel.press(PREVIOUS)
    assert panel.press(LESS) == {"clothes": "a blue coat"}


def test_other_keys_and_an_empty_list_do_nothing():
    assert Panel([announced(SPECS[0])]).press("w") == {}
    empty = Panel([])
    assert empty.press(NEXT) == {}
    assert empty.press(MORE) == {}
    assert empty.lines() == []
