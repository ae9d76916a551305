"""What the parts of a character, which an engine can mark in the plane `ids`, are asked to look like."""

from __future__ import annotations

from typing import NamedTuple

# In the order of their values in `ids` (PROTOCOL.md), from 1; everything else is scenery.
CHARACTER_PARTS = ("skin", "hair", "outfit")

Color = tuple[float, float, float]


class Garment(NamedTuple):
    """The look of one part: `color` and `second`, linear RGB in 0..1, and how far a pattern goes from the one to the other.

    `bands` (around the body, at equal heights) and `stripes` (up and down it): 0 none to 1 full; both at a half are checks.
    """

    color: Color
    second: Color
    bands: float = 0.0
    stripes: float = 0.0

    def row(self) -> tuple[float, ...]:
        """The GARMENT_VALUES numbers as a palette holds them."""
        return (*self.color, *self.second, self.bands, self.stripes)

    @classmethod
    def from_row(cls, row: tuple[float, ...]) -> Garment:
        """The inverse of `row`."""
        r, g, b, r2, g2, b2, bands, stripes = row
        return cls((r, g, b), (r2, g2, b2), bands, stripes)


GARMENT_VALUES = 8


def plain(color: Color) -> Garment:
    """One color, no pattern."""
    return Garment(color, color)


# What a character wears until a control says otherwise.
DEFAULT_APPEARANCE = {
    "skin": plain((0.50, 0.30, 0.21)),
    "hair": plain((0.10, 0.05, 0.03)),
    "outfit": plain((0.10, 0.17, 0.42)),
}
