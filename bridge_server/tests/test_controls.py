"""Timeline, transitions and prompts."""

from __future__ import annotations

import itertools
import math

import pytest

from mirage_lsd.controls import Timeline
from mirage_lsd.controls.transition import DirectionTransition, WeightTransition
from mirage_lsd.pipelines.mirage.vocabulary.appearance import choose_by_appearance
from mirage_lsd.pipelines.mirage.vocabulary.prompt import choose_by_prompt
from mirage_lsd.pipelines.passthrough import PassthroughPipeline
from mirage_lsd.protocol import ProtocolError
from mirage_lsd.protocol.messages import ControlValues

SCENES = ("forest", "city", "scifi", "desert")
LIGHTINGS = ("day", "night", "neon", "sunset")


class Model(PassthroughPipeline):
    scenes = SCENES
    lightings = LIGHTINGS


def test_starts_with_the_models_first_names() -> None:
    controls, sequence = Timeline(Model(), seed=5).sample(0.0)
    assert controls.scene == {"forest": 1.0}
    assert controls.lighting == {"day": 1.0}
    assert (controls.seed, controls.sun_direction, sequence) == (5, None, 0)


def test_weights_move_linearly_and_sum_to_one() -> None:
    weight = WeightTransition("a")
    weight.move("b", now=10.0, duration=4.0)
    assert weight.sample(10.0) == {"a": 1.0, "b": 0.0}
    assert weight.sample(11.0) == {"a": 0.75, "b": 0.25}
    weight.move("c", now=12.0, duration=2.0)  # from where it is
    assert weight.sample(13.0) == {"a": 0.25, "b": 0.25, "c": 0.5}
    weight.move("a", now=13.0, duration=0.0)
    assert weight.sample(13.0) == {"a": 1.0}
    for now in (0.0, 12.5, 100.0):
        assert sum(weight.sample(now).values()) == pytest.approx(1.0)


def test_one_value_moves_while_another_is_under_way() -> None:
    timeline = Timeline(Model(), seed=0)
    timeline.apply(ControlValues(scene="city"), 1, 10.0, now=0.0)
    timeline.apply(ControlValues(lighting="night", seed=9), 2, 0.0, now=5.0)
    controls, sequence = timeline.sample(5.0)
    assert controls.scene == {"forest": 0.5, "city": 0.5}
    assert controls.lighting == {"night": 1.0}
    assert (controls.seed, sequence) == (9, 2)


def test_refused_values_change_nothing() -> None:
    timeline = Timeline(Model(), seed=0)
    before = timeline.sample(0.0)
    for values in (ControlValues(scene="moon"), ControlValues(scene="city", lighting="moon", seed=3)):
        with pytest.raises(ProtocolError, match="moon"):
            timeline.apply(values, 1, 0.0, now=0.0)
    assert timeline.sample(1.0) == before


@pytest.mark.parametrize("target", [(0.0, 0.0, 1.0), (-1.0, 0.0, 0.0), (1.0, 0.0, 0.0), (0.9, 0.1, 0.0)])
def test_directions_turn_at_constant_speed(target: tuple[float, float, float]) -> None:
    direction = DirectionTransition()
    direction.move((2.0, 0.0, 0.0), now=0.0, duration=5.0)
    assert direction.sample(0.0) == (1.0, 0.0, 0.0)  # there was nothing to turn from
    direction.move(target, now=0.0, duration=1.0)
    steps = [direction.sample(step / 8) for step in range(9)]
    angles = []
    for one, next_one in itertools.pairwise(steps):
        assert one is not None
        assert next_one is not None
        assert math.hypot(*one) == pytest.approx(1.0)
        angles.append(math.acos(min(sum(a * b for a, b in zip(one, next_one, strict=True)), 1.0)))
    assert angles == pytest.approx([angles[0]] * 8, abs=1e-6)
    length = math.hypot(*target)
    assert steps[-1] == pytest.approx(tuple(component / length for component in target))


@pytest.mark.parametrize(
    ("prompt", "scene", "lighting"),
    [
        ("a Forest at night", "forest", "night"),
        ("Deep WOODS, golden evening light", "forest", "sunset"),
        ("sand dunes at noon", "desert", "day"),
        ("cyberpunk streets", "city", "neon"),
        ("inside a spaceship", "scifi", None),
        ("something nice", None, None),
        ("", None, None),
        ("城 🜁 \n\t 123", None, None),
    ],
)
def test_prompts(prompt: str, scene: str | None, lighting: str | None) -> None:
    assert choose_by_prompt(prompt, SCENES) == scene
    assert choose_by_prompt(prompt, LIGHTINGS) == lighting


def test_a_prompt_moves_what_it_names_and_a_name_beats_it() -> None:
    timeline = Timeline(Model(), seed=0)
    assert timeline.apply(ControlValues(prompt="desert at night", scene="city"), 1, 0.0, now=0.0)
    controls, _ = timeline.sample(0.0)
    assert (controls.scene, controls.lighting) == ({"city": 1.0}, {"night": 1.0})
    assert not timeline.apply(ControlValues(prompt="lorem ipsum"), 2, 0.0, now=0.0)
    assert timeline.sample(0.0)[0] == controls


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a red coat, blonde hair", {"hair", "outfit"}),
        ("RED coat with pale skin", {"skin", "outfit"}),
        ("a coat", set()),
        ("red", set()),
        ("red, hair", set()),
        ("", set()),
        ("a striped shirt", {"outfit"}),
        ("with white stripes", set()),
    ],
)
def test_appearance_words(text, parts):
    found = choose_by_appearance(text)
    assert set(found) == parts
    if text.lower().startswith(("a red", "red coat")):
        red, green, blue = found["outfit"].color
        assert red > 4 * max(green, blue)


@pytest.mark.parametrize(
    ("text", "color", "second", "pattern"),
    [
        ("a red and blue striped shirt", "red", "blue", (1.0, 0.0)),
        ("a striped red shirt", "red", None, (1.0, 0.0)),
        ("a red shirt with blue stripes", "red", "blue", (1.0, 0.0)),
        ("a pinstriped suit", None, None, (0.0, 1.0)),
        ("a red suit with checks, black hair", "red", None, (0.5, 0.5)),
        ("a dark red shirt", "red", None, (0.0, 0.0)),
        ("a blue hat and a red shirt", "red", None, (0.0, 0.0)),
    ],
)
def test_appearance_patterns(text, color, second, pattern):
    wish = choose_by_appearance(text)["outfit"]
    plain = {name: choose_by_appearance(f"{name} coat")["outfit"].color for name in ("red", "blue")}
    assert wish == (plain.get(color), plain.get(second), pattern)


def test_a_pattern_keeps_the_color_and_the_next_garment_drops_it():
    timeline = Timeline(Model(), seed=0)

    def outfit(text: str, number: int):
        assert timeline.apply(ControlValues(appearance=text), number, 0.0, now=0.0)
        return timeline.sample(0.0)[0].appearance["outfit"]

    red = outfit("a red coat", 1)
    striped = outfit("a striped coat", 2)
    assert (striped.color, striped.bands, striped.stripes) == (red.color, 1.0, 0.0)
    assert min(striped.second) > 0.5  # light on dark
    assert outfit("a red coat", 3) == red
    assert outfit("a white checked coat", 4).second < (0.1, 0.1, 0.1)


def test_appearance_moves_over_time():
    timeline = Timeline(Model(), seed=0)
    assert timeline.apply(ControlValues(appearance="a white coat"), 1, 2.0, now=10.0)
    before, middle, after = (timeline.sample(now)[0].appearance["outfit"] for now in (10.0, 11.0, 12.0))
    assert before.color[0] < middle.color[0] < after.color[0]
    assert not timeline.apply(ControlValues(appearance="something nice"), 2, 0.0, now=13.0)
    assert timeline.sample(13.0)[0].appearance["outfit"] == after
