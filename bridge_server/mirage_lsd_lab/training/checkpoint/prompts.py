"""What a world is called: the prompt of a picture, from its scene, its lighting, its palette and what of it the palette is for."""

from __future__ import annotations

import random

import torch
from torch import Tensor

SCENE_WORDS = {
    "forest": ("a forest", "a green forest", "mossy ruins in the woods", "woods with old stones"),
    "city": ("a city", "a modern city", "streets of a city", "concrete and brick houses"),
    "scifi": ("a space station", "a science fiction base", "a sci-fi city", "a cyber base of metal"),
    "desert": ("a desert", "a desert canyon", "sand and red rocks", "dunes and rocks"),
    "snow": ("a snowy village", "a village in the snow", "a frozen winter village", "snow and ice"),
    "village": ("a medieval village", "a village", "timber houses", "an old village of timber houses"),
    "underwater": ("an underwater ruin", "a coral reef", "the bottom of the sea", "corals under water"),
    "volcanic": ("a volcano", "lava and basalt", "a land of lava", "volcanic rocks and lava"),
}
LIGHTING_WORDS = {
    "day": ("by day", "on a sunny day", "in bright sunlight"),
    "overcast": ("under a grey sky", "on a cloudy day", "overcast"),
    "sunset": ("at sunset", "in the evening sun", "at dusk"),
    "night": ("at night", "under the stars", "in the dark night"),
    "neon": ("in neon light", "with neon lights", "in pink and cyan light"),
    "fog": ("in the fog", "in mist", "on a foggy morning"),
}
# sRGB, what a picture's luminance is colored with.
PALETTES = {
    "red": (1.0, 0.25, 0.2),
    "golden": (1.0, 0.75, 0.25),
    "green": (0.35, 0.95, 0.4),
    "blue": (0.25, 0.5, 1.0),
    "violet": (0.75, 0.35, 1.0),
}
_PALETTE_WORDS = ("{}", "{} colors", "in shades of {}")


# What of a picture may have a palette of its own.
CLASS_WORDS = {
    "building": ("{} buildings", "{} houses", "{} walls"),
    "terrain": ("{} ground", "the ground is {}", "a {} floor"),
}


def prompt_of(scene: str, lighting: str, palette: str | None, part: str | None, rng: random.Random) -> str:
    """One of the ways to say it, for example "a snowy village at night, red houses". `part`: of CLASS_WORDS; None: all of the picture."""
    words = f"{rng.choice(SCENE_WORDS[scene])} {rng.choice(LIGHTING_WORDS[lighting])}"
    if palette is None:
        return words
    return f"{words}, {rng.choice(_PALETTE_WORDS if part is None else CLASS_WORDS[part]).format(palette)}"


def all_words() -> list[str]:
    """Every text that `prompt_of` is made of: what a tokenizer has to know."""
    texts = [words for group in (SCENE_WORDS, LIGHTING_WORDS) for several in group.values() for words in several]
    colors = [*_PALETTE_WORDS, *(words for several in CLASS_WORDS.values() for words in several)]
    return texts + [words.format(palette) for words in colors for palette in PALETTES] + [","]


def colored(picture: Tensor, palette: str | None, mask: Tensor | None = None) -> Tensor:
    """`picture` (3, H, W) in 0..1, two thirds of the way to one color; `mask` (1, H, W), 0..1: where, None: everywhere."""
    if palette is None:
        return picture
    luma = (picture * torch.tensor([0.3, 0.59, 0.11]).view(3, 1, 1)).sum(0, keepdim=True)
    color = torch.tensor(PALETTES[palette]).view(3, 1, 1)
    toned = torch.lerp(picture, (luma * color * 1.5).clamp(max=1.0), 0.65)
    return toned if mask is None else torch.lerp(picture, toned, mask)
