"""Free text to a model's scene, its lighting and a tint of its light.

This is a word list (`words.py`), not a language model. Words vote for the looks that a model has: its own names count most, words that leave no
doubt count more than words that only lean somewhere; of equals the one that comes first wins. Words in other forms (plurals, "foggy", "moonlit") count as
what they are made of. What no word says stays as it is, and words that mean nothing are told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from .words import EMPTY_WORDS, LIGHTING_WORDS, SCENE_WORDS, TINTS

_NAMED, _SURE, _LEANING = 4.0, 3.0, 1.0
# Endings, the longest first, and what may stand in their place.
_ENDINGS = (
    ("swept", ("",)), ("slicked", ("",)), ("less", ("",)), ("lit", ("", "light")), ("ies", ("y",)), ("ves", ("f", "ve")), ("ing", ("", "e")), ("ish", ("",)), ("ous", ("",)),
    ("ed", ("", "e")), ("es", ("", "e")), ("en", ("", "e")), ("'s", ("",)), ("s", ("",)), ("y", ("", "e")),
)  # fmt: skip
_LEAST_STEM = 3


@dataclass(frozen=True, slots=True)
class PromptReading:
    """What a prompt says.

    Attributes:
        scene, lighting: names of the model, or None: it says nothing of it.
        tint: of the light, sRGB in 0..1, or None.
        unknown: its words that mean nothing, in their order, each once.
    """

    scene: str | None
    lighting: str | None
    tint: tuple[float, float, float] | None
    unknown: tuple[str, ...]


def read_prompt(prompt: str, scenes: Sequence[str], lightings: Sequence[str]) -> PromptReading:
    """Reads a prompt for a model with these scenes and lightings."""
    vocabularies = _vocabulary(scenes, SCENE_WORDS), _vocabulary(lightings, LIGHTING_WORDS)
    votes: tuple[dict[str, float], dict[str, float]] = ({}, {})
    tint, unknown = None, []
    words = re.findall(r"[^\W_]+(?:'s)?", prompt.lower())
    i = 0
    while i < len(words):
        # Two words that belong together are one: a blue hour is not blue daylight.
        pair = f"{words[i]}-{words[i + 1]}" if i + 1 < len(words) else ""
        if pair and _vote(pair, vocabularies, votes):
            tint = next((TINTS[word] for word in words[i : i + 2] if word in TINTS), tint)
            i += 2
            continue
        known = _vote(words[i], vocabularies, votes)
        for form in _forms(words[i]):
            if form in TINTS:
                tint, known = TINTS[form], True
                break
        if not known and words[i] not in EMPTY_WORDS and words[i] not in unknown and not words[i].isdigit():
            unknown.append(words[i])
        i += 1
    scene, lighting = (max(found, key=lambda name: found[name]) if found else None for found in votes)
    return PromptReading(scene, lighting, tint, tuple(unknown))


def _vote(
    word: str, vocabularies: Sequence[Mapping[str, Sequence[tuple[str, float]]]], votes: Sequence[dict[str, float]]
) -> bool:
    known = False
    for vocabulary, found in zip(vocabularies, votes, strict=True):
        said = next((vocabulary[form] for form in _forms(word) if form in vocabulary), ())
        for name, weight in said:
            found[name] = found.get(name, 0.0) + weight
            known = True
    return known


def _vocabulary(names: Sequence[str], table: Mapping[str, tuple[str, str]]) -> dict[str, list[tuple[str, float]]]:
    """What each word says: names of the model, with weights."""
    said: dict[str, list[tuple[str, float]]] = {}
    for name in names:
        own = re.findall(r"[^\W\d_]+", name.lower())
        weights = dict.fromkeys(own, _NAMED)
        for key in own:
            for words, weight in zip(table.get(key, ("", "")), (_SURE, _LEANING), strict=True):
                for word in words.split():
                    weights.setdefault(word, weight)
        for word, weight in weights.items():
            said.setdefault(word, []).append((name, weight))
    return said


def _forms(word: str) -> Iterator[str]:
    """The word, and what it may be a form of."""
    yield word
    for ending, others in _ENDINGS:
        if not word.endswith(ending):
            continue
        stem = word[: -len(ending)]
        for other in others:
            if len(stem) + len(other) >= _LEAST_STEM:
                yield stem + other
        # foggy, swimming
        if len(stem) > _LEAST_STEM and stem[-1] == stem[-2]:
            yield stem[:-1]
