"""Free text to a model's scene and lighting.

This is a word list, not a language model: a prompt chooses among the looks the model was trained on, by their names and a
small table of synonyms. The first name that the text mentions wins, words that mean nothing here are ignored, and a text
without any known word changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

# Each group means the same; a model's name takes part in a group as soon as one of the name's words is in it.
SYNONYMS: tuple[frozenset[str], ...] = tuple(
    frozenset(group.split())
    for group in (
        "forest forests wood woods woodland jungle tree trees grove",
        "meadow meadows grass grassland field fields prairie lawn",
        "desert dune dunes sand sandy sahara",
        "winter snow snowy ice icy frozen frost arctic",
        "city town street streets urban downtown",
        "ruin ruins temple castle ancient stone",
        "mountain mountains alpine alps rocky cliff cliffs",
        "beach coast shore sea ocean island",
        "cave cavern underground",
        "autumn fall october",
        "volcano volcanic lava magma",
        "scifi space spaceship station futuristic alien robot",
        "neon cyberpunk synthwave",
        "day noon midday daylight sunny sun bright",
        "dusk sunset evening twilight golden",
        "dawn sunrise morning",
        "night midnight moon moonlight moonlit nocturnal dark",
        "overcast cloudy clouds grey gray",
        "rain rainy storm stormy",
        "fog foggy mist misty haze hazy",
    )
)


def choose_by_prompt(prompt: str, names: Sequence[str]) -> str | None:
    """The name that `prompt` mentions first, directly or by a synonym; None if it mentions none."""
    vocabulary: dict[str, str] = {}
    for name in names:
        for word in _words(name):
            vocabulary.setdefault(word, name)
    for name in names:
        for word in _words(name):
            for group in SYNONYMS:
                if word in group:
                    for synonym in sorted(group):
                        vocabulary.setdefault(synonym, name)
    for word in _words(prompt):
        if word in vocabulary:
            return vocabulary[word]
    return None


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+", text.lower())
