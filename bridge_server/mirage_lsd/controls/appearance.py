"""Free text to what a character wears: "a red coat, blonde hair".

Like `prompt.py` a word list, not a language model: in each phrase a colour goes to the part that is named after it. Words that mean nothing
here are ignored.
"""

from __future__ import annotations

import re

from ..models.character import CHARACTER_PARTS

Color = tuple[float, float, float]

_PART_WORDS = {
    "skin": "skin face arms hands complexion",
    "hair": "hair beard fur",
    "outfit": "outfit clothes clothing coat jacket shirt dress suit armor armour cloak robe uniform tunic gown trousers pants skirt",
}
_PARTS = {word: part for part, words in _PART_WORDS.items() for word in words.split()}

# sRGB, as people mean them.
_COLORS = {
    "black": (20, 20, 22), "white": (235, 235, 235), "grey": (128, 128, 128), "gray": (128, 128, 128), "silver": (185, 188, 195),
    "red": (200, 25, 25), "scarlet": (215, 30, 20), "crimson": (165, 15, 40), "orange": (235, 120, 20), "yellow": (240, 205, 30),
    "golden": (212, 165, 50), "gold": (212, 165, 50), "green": (35, 145, 50), "olive": (110, 115, 45), "teal": (10, 130, 130),
    "cyan": (20, 200, 220), "blue": (35, 70, 200), "navy": (20, 30, 90), "purple": (110, 40, 150), "violet": (130, 60, 200),
    "pink": (240, 120, 170), "magenta": (215, 30, 160), "brown": (100, 62, 32), "tan": (200, 165, 120), "beige": (220, 205, 170),
    "blond": (215, 180, 105), "blonde": (215, 180, 105), "ginger": (190, 90, 35), "auburn": (120, 50, 30), "pale": (240, 210, 190),
    "dark": (75, 50, 38), "fair": (235, 200, 175), "tanned": (185, 130, 90), "ebony": (50, 33, 25),
}  # fmt: skip


def _linear(srgb: tuple[int, int, int]) -> Color:
    """IEC 61966-2-1."""

    def channel(byte: int) -> float:
        value = byte / 255
        return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)

    r, g, b = srgb
    return channel(r), channel(g), channel(b)


def choose_by_appearance(text: str) -> dict[str, Color]:
    """Linear RGB of each of CHARACTER_PARTS that `text` names with a colour; empty if there is none."""
    found: dict[str, Color] = {}
    color: Color | None = None
    for word in re.findall(r"[^\W\d_]+|[,;.]", text.lower()):
        if word in _COLORS:
            color = _linear(_COLORS[word])
        elif word in ",;.":
            color = None
        elif color is not None and word in _PARTS:
            found[_PARTS[word]] = color
            color = None
    return {part: found[part] for part in CHARACTER_PARTS if part in found}
