"""Free text to what a character wears: "a red coat, blonde hair", "a white and blue striped shirt".

Like `prompt.py` a word list, not a language model: in each phrase colors and pattern go to the part that is named after them. Words that mean
nothing here are ignored.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from ....models.character import CHARACTER_PARTS, Color, Garment

Pattern = tuple[float, float]  # `bands` and `stripes` of a Garment
NO_PATTERN: Pattern = (0.0, 0.0)

_PART_WORDS = {
    "skin": "skin face arms hands complexion",
    "hair": "hair beard fur",
    "outfit": "outfit clothes clothing coat jacket shirt dress suit armor armour cloak robe uniform tunic gown trousers pants skirt",
}
# Bands go around the body, stripes up and down it.
_PATTERNS: dict[str, Pattern] = {
    **dict.fromkeys(["striped", "banded", "hooped", "stripes", "bands", "hoops"], (1.0, 0.0)),
    **dict.fromkeys(["pinstriped", "pinstripe", "pinstripes", "streaked", "streaks"], (0.0, 1.0)),
    **dict.fromkeys(
        ["checked", "checkered", "chequered", "plaid", "tartan", "gingham", "checks", "squares"], (0.5, 0.5)
    ),
}
# These may stand after the part: "a blue coat with yellow stripes".
_PATTERN_NOUNS = frozenset(["stripes", "bands", "hoops", "pinstripes", "streaks", "checks", "squares"])
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


_LIGHT, _DARK = _linear((235, 235, 235)), _linear((20, 20, 22))


class RequestedLook(NamedTuple):
    """What a text says of one part; None: it names no such color."""

    color: Color | None
    second: Color | None
    pattern: Pattern

    def on(self, current: Garment) -> Garment:
        """The garment asked for by one who sees `current`: what isn't named stays, but a second color is light on dark and dark on light."""
        color = self.color or current.color
        r, g, b = color
        second = self.second or (_DARK if 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.3 else _LIGHT)
        return Garment(color, second if any(self.pattern) else color, *self.pattern)


def choose_by_appearance(text: str) -> dict[str, RequestedLook]:
    """What `text` says of each of CHARACTER_PARTS; empty if nothing.

    Understood are "a red coat", "a red and white striped shirt", "a checked dress", "a blue coat with yellow stripes".
    """
    found: dict[str, RequestedLook] = {}
    phrase = _Phrase()
    for word in re.findall(r"[^\W\d_]+|[,;.]", text.lower()):
        if word in ",;.":
            phrase = _Phrase()
        elif word in _COLORS:
            phrase.add(_linear(_COLORS[word]))
        elif word in _PATTERN_NOUNS and phrase.part is not None:
            second = phrase.colors[0] if phrase.colors else None
            found[phrase.part] = RequestedLook(found[phrase.part].color, second, _PATTERNS[word])
            phrase = _Phrase()
        elif word in _PATTERNS:
            phrase.pattern = _PATTERNS[word]
        elif word in _PARTS:
            wish = phrase.wish()
            phrase = _Phrase()
            if wish is not None:
                found[_PARTS[word]] = wish
                phrase.part = _PARTS[word]
        phrase.joined = word == "and"
    return {part: found[part] for part in CHARACTER_PARTS if part in found}


class _Phrase:
    """The words since the last part or comma that are still to be given to a part; `part`: the one just named, to which "... with white stripes" may follow."""

    def __init__(self) -> None:
        self.colors: list[Color] = []
        self.pattern = NO_PATTERN
        self.part: str | None = None
        self.joined = False

    def add(self, color: Color) -> None:
        """After "and" a second color, else instead of the last ("a dark blue coat" is blue)."""
        if self.joined and len(self.colors) == 1:
            self.colors.append(color)
        else:
            self.colors = [color]

    def wish(self) -> RequestedLook | None:
        """None if neither a color nor a pattern was named."""
        if not self.colors and self.pattern == NO_PATTERN:
            return None
        color, second, *_ = *self.colors, None, None
        return RequestedLook(color, second, self.pattern)
