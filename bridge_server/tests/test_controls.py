"""Timeline, transitions and prompts."""

from __future__ import annotations

import itertools
import math

import pytest

from mirage_lsd.controls import BUILTIN, Color, Controls, ControlTimeline, Flag, Number, Reading, Text
from mirage_lsd.controls.transition import DirectionTransition, WeightTransition
from mirage_lsd.pipelines.mirage.look import Look, control_specs
from mirage_lsd.pipelines.mirage.vocabulary import read_words
from mirage_lsd.pipelines.mirage.vocabulary.appearance import choose_by_appearance
from mirage_lsd.pipelines.mirage.vocabulary.prompt import read_prompt
from mirage_lsd.protocol import ProtocolError, decode_daemon, encode
from mirage_lsd.protocol.messages import Welcome
from mirage_lsd.protocol.parts import LimitFields, ModelFields, ServerFields

SCENES = ("forest", "city", "scifi", "desert")
LIGHTINGS = ("day", "night", "neon", "sunset")


def timeline_of(*, seed: int = 0) -> ControlTimeline:
    """The controls of a model with these scenes and lightings."""
    specs = (*control_specs(SCENES, LIGHTINGS), *BUILTIN)
    return ControlTimeline(specs, lambda values, targets: read_words(values, targets, SCENES, LIGHTINGS), seed)


def look_at(timeline: ControlTimeline, seconds: float) -> Look:
    return Look.of(timeline.sample(ns(seconds))[0])


def ns(seconds: float) -> int:
    return round(seconds * 1e9)


def test_starts_with_the_models_first_names() -> None:
    controls, sequence = timeline_of(seed=5).sample(0)
    look = Look.of(controls)
    assert look.scene == {"forest": 1.0}
    assert look.lighting == {"day": 1.0}
    assert (look.seed, look.sun_direction, sequence) == (5, None, 0)
    assert (controls.number("strength"), controls.flag("bypass")) == (1.0, False)


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
    timeline = timeline_of()
    timeline.apply({"scene": "city"}, 1, 10.0, ns(0.0))
    timeline.apply({"lighting": "night", "seed": 9}, 2, 0.0, ns(5.0))
    look = look_at(timeline, 5.0)
    assert look.scene == {"forest": 0.5, "city": 0.5}
    assert look.lighting == {"night": 1.0}
    assert (look.seed, timeline.sample(ns(5.0))[1]) == (9, 2)


def test_refused_values_change_nothing() -> None:
    timeline = timeline_of()
    before = timeline.sample(0)
    for values, word in (
        ({"scene": "moon"}, "moon"),
        ({"scene": "city", "lighting": "moon", "seed": 3}, "moon"),
        ({"weather": "rain"}, "weather"),
        ({"garment.skin": (0.0,) * 8}, "garment"),  # hidden: not for clients
        ({"seed": -1}, "seed"),
        ({"seed": 1.5}, "seed"),
        ({"strength": 1.5}, "strength"),
        ({"strength": True}, "strength"),
        ({"bypass": 1}, "bypass"),
        ({"prompt": 5}, "prompt"),
        ({"prompt": "p" * 4097}, "prompt"),
        ({"sun_direction": (0.0, 0.0, 0.0)}, "sun_direction"),
        ({"sun_direction": (0.0, 1.0)}, "sun_direction"),
    ):
        with pytest.raises(ProtocolError, match=word) as caught:
            timeline.apply(values, 7, 0.0, 0)
        assert (caught.value.code, caught.value.control_seq) == ("bad_control", 7)
    assert timeline.sample(ns(1.0)) == before


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
    reading = read_prompt(prompt, SCENES, LIGHTINGS)
    assert (reading.scene, reading.lighting) == (scene, lighting)


def test_a_prompt_moves_what_it_names_and_a_name_beats_it() -> None:
    timeline = timeline_of()
    assert not timeline.apply({"prompt": "desert at night", "scene": "city"}, 1, 0.0, 0)
    look = look_at(timeline, 0.0)
    assert (look.scene, look.lighting) == ({"city": 1.0}, {"night": 1.0})
    (notice,) = timeline.apply({"prompt": "lorem ipsum"}, 2, 0.0, 0)
    assert notice.code == "word_unknown"
    assert "lorem ipsum" in notice.message
    assert "forest" in notice.message
    assert look_at(timeline, 0.0) == look
    (notice,) = timeline.apply({"prompt": "a sandy frobnicator"}, 3, 0.0, 0)
    assert (notice.code, "'frobnicator' means nothing" in notice.message) == ("word_unknown", True)
    assert look_at(timeline, 0.0).scene == {"desert": 1.0}


def test_a_prompts_color_lasts_until_the_next_prompt() -> None:
    timeline = timeline_of()
    timeline.apply({"prompt": "a blue forest"}, 1, 0.0, 0)
    tint = timeline.sample(0)[0].numbers("tint")
    assert tint is not None
    assert tint[2] > tint[0]
    timeline.apply({"prompt": "a forest"}, 2, 0.0, 0)
    assert timeline.sample(0)[0].numbers("tint") == (1.0, 1.0, 1.0)


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
    timeline = timeline_of()

    def outfit(text: str, number: int):
        assert not timeline.apply({"appearance": text}, number, 0.0, 0)
        return look_at(timeline, 0.0).appearance["outfit"]

    red = outfit("a red coat", 1)
    striped = outfit("a striped coat", 2)
    assert (striped.color, striped.bands, striped.stripes) == (red.color, 1.0, 0.0)
    assert min(striped.second) > 0.5  # light on dark
    assert outfit("a red coat", 3) == red
    assert outfit("a white checked coat", 4).second < (0.1, 0.1, 0.1)


def test_appearance_moves_over_time():
    timeline = timeline_of()
    assert not timeline.apply({"appearance": "a white coat"}, 1, 2.0, ns(10.0))
    before, middle, after = (look_at(timeline, now).appearance["outfit"] for now in (10.0, 11.0, 12.0))
    assert before.color[0] < middle.color[0] < after.color[0]
    (notice,) = timeline.apply({"appearance": "something nice"}, 2, 0.0, ns(13.0))
    assert notice.code == "word_unknown"
    assert look_at(timeline, 13.0).appearance["outfit"] == after


def test_kinds_that_this_model_does_not_use():
    specs = (
        Text(name="prompt", default="a street"),
        Color(name="fog", default=(0.0, 0.0, 0.0)),
        Number(name="density", minimum=0.0, maximum=10.0, default=2.0),
        Flag(name="rain"),
        Number(name="steps", minimum=1, maximum=8, default=3, transition=False),
    )
    timeline = ControlTimeline(specs, lambda values, targets: Reading(values))
    values = {"prompt": "a harbour", "fog": (1.0, 0.5, 0.0), "density": 4, "rain": True, "steps": 5}
    assert timeline.apply(values, 1, 4.0, ns(0.0)) == ()
    controls, _ = timeline.sample(ns(1.0))
    assert controls == Controls(
        {
            "prompt": {"a street": 0.75, "a harbour": 0.25},
            "fog": (0.25, 0.125, 0.0),
            "density": (2.5,),
            "rain": True,
            "steps": (5.0,),
        }
    )


def test_a_new_text_each_frame_does_not_make_the_blend_grow():
    timeline = ControlTimeline((Text(name="prompt"),), lambda values, targets: Reading(values))
    for number in range(1, 200):
        timeline.apply({"prompt": f"text {number}"}, number, 60.0, ns(number / 60))
    weights = timeline.sample(ns(10.0))[0].weights("prompt")
    assert len(weights) <= 9
    assert sum(weights.values()) == pytest.approx(1.0)


def test_specs_are_announced_as_the_protocol_says():
    fields = [spec.fields() for spec in (*control_specs(SCENES, LIGHTINGS), *BUILTIN) if not spec.hidden]
    assert [entry["name"] for entry in fields][:3] == ["scene", "lighting", "prompt"]
    welcome = Welcome(
        (1, 0),
        "s",
        ServerFields("d", "0", 1, "h"),
        (),
        LimitFields(1, 1, 1, 1, 1, 1.0),
        (ModelFields("m", tuple(fields), ()),),
    )
    decoded = decode_daemon(encode(welcome))
    assert isinstance(decoded, Welcome)
    assert list(decoded.models[0].controls) == fields
