"""Prompts as people write them. The first were written before the words that the model knows; none was taken out since."""

from __future__ import annotations

import pytest

from mirage_lsd.pipelines.mirage.vocabulary.prompt import read_prompt

SCENES = ("forest", "city", "scifi", "desert", "snow", "village", "underwater", "volcanic")
LIGHTINGS = ("day", "overcast", "sunset", "night", "neon", "fog")
# Scene and lighting that the writer would expect, None: says nothing of it.
PROMPTS = [
    ("a frozen harbour at blue hour", "snow", "night"),
    ("rain-slicked alleys under flickering signs", "city", "neon"),
    ("an abandoned lighthouse keeper's cottage in thick mist", "village", "fog"),
    ("the bottom of the Mariana trench", "underwater", None),
    ("Hogwarts at Christmas", "snow", None),
    ("a lonely oasis with camels", "desert", None),
    ("mossy ruins swallowed by vines", "forest", None),
    ("Mordor", "volcanic", None),
    ("a medieval market square in the morning", "village", "day"),
    ("downtown Tokyo after dark", "city", "night"),
    ("a derelict orbital station drifting past Saturn", "scifi", None),
    ("coral reef teeming with fish, sunbeams", "underwater", "day"),
    ("the Alps in January", "snow", None),
    ("lava tubes glowing red", "volcanic", None),
    ("pine trees in heavy fog", "forest", "fog"),
    ("Blade Runner", "city", "neon"),
    ("a hut on the tundra", "snow", None),
    ("Sahara at noon", "desert", "day"),
    ("gloomy November afternoon in the suburbs", "city", "overcast"),
    ("alien laboratory, ultraviolet lights", "scifi", "neon"),
    ("sunken temple of Atlantis", "underwater", None),
    ("blizzard", "snow", "overcast"),
    ("thatched roofs and cobblestones at dawn", "village", "sunset"),
    ("a bamboo grove by moonlight", "forest", "night"),
    ("burning wasteland of ash and cinders", "volcanic", None),
    ("skyscrapers in the smog", "city", "fog"),
    ("a canyon in Arizona, golden hour", "desert", "sunset"),
    ("starship bridge", "scifi", None),
    ("wintry steppe under a leaden sky", "snow", "overcast"),
    ("kelp forest", "underwater", None),
    ("a jungle at high noon", "forest", "day"),
    ("fishing village, drizzle", "village", "overcast"),
    ("80s arcade vibes", None, "neon"),
    ("a sleepy hamlet under the stars", "village", "night"),
    ("robots in a factory on Mars", "scifi", None),
    ("autumn leaves at dusk", "forest", "sunset"),
    ("an inferno beneath a pitch-black sky", "volcanic", "night"),
    ("the surface of the moon", "scifi", None),
    ("my grandmother's kitchen", None, None),
    ("xqzzt flurble", None, None),
]
# Written when the words were there, and looked at only after both were finished.
LATER_PROMPTS = [
    ("glaciers under an overcast sky", "snow", "overcast"),
    ("a coal mine on fire", "volcanic", None),
    ("Venice in the morning mist", "city", "fog"),
    ("the dark side of a distant planet", "scifi", "night"),
    ("a rope bridge in the rainforest", "forest", None),
    ("sunrise over the dunes", "desert", "sunset"),
    ("Las Vegas strip", "city", "neon"),
    ("divers around a shipwreck", "underwater", None),
    ("knights storming a castle", "village", None),
    ("cactus and tumbleweeds at midday", "desert", "day"),
    ("asteroid mining colony", "scifi", None),
    ("a haunted graveyard in the fog", None, "fog"),
    ("rush hour in Mumbai", "city", None),
    ("redwoods, shafts of sunlight", "forest", "day"),
    ("dragon's lair full of molten rock", "volcanic", None),
    ("penguins on pack ice, aurora overhead", "snow", "night"),
    ("a watermill by a stream at sunset", "village", "sunset"),
    ("Neptune's palace among the corals", "underwater", None),
    ("purple haze", None, "fog"),
    ("midnight in the tropics", "forest", "night"),
]


def understood(prompts: list[tuple[str, str | None, str | None]]) -> list[str]:
    found = []
    for prompt, scene, lighting in prompts:
        reading = read_prompt(prompt, SCENES, LIGHTINGS)
        if (reading.scene, reading.lighting) == (scene, lighting):
            found.append(prompt)
    return found


def test_prompts_that_came_before_the_words() -> None:
    assert len(understood(PROMPTS)) >= 36, {p for p, *_ in PROMPTS} - set(understood(PROMPTS))


def test_prompts_that_came_after_the_words() -> None:
    assert len(understood(LATER_PROMPTS)) >= 16, {p for p, *_ in LATER_PROMPTS} - set(understood(LATER_PROMPTS))


def test_words_that_mean_nothing_are_told_and_no_others() -> None:
    assert read_prompt("a lonely oasis with blorps, lonely", SCENES, LIGHTINGS).unknown == ("lonely", "blorps")
    assert read_prompt("a very big forest at night, please", SCENES, LIGHTINGS).unknown == ()
    assert read_prompt("xqzzt flurble", SCENES, LIGHTINGS).unknown == ("xqzzt", "flurble")


@pytest.mark.parametrize(
    ("prompt", "strongest"), [("a blue forest", 2), ("snow at blue hour", 2), ("crimson city", 0), ("greenish fog", 1)]
)
def test_colors_become_a_tint(prompt: str, strongest: int) -> None:
    tint = read_prompt(prompt, SCENES, LIGHTINGS).tint
    assert tint is not None
    assert max(tint) == tint[strongest]


def test_a_models_own_names_count_most() -> None:
    assert read_prompt("a kitchen by the jungle", ("kitchen", "forest"), ()).scene == "kitchen"
    assert read_prompt("jungle", ("kitchen", "forest"), ()).scene == "forest"
    assert read_prompt("jungle", ("kitchen",), ()).scene is None
