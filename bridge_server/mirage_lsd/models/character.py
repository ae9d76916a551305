"""The parts of a character that an engine can mark in the plane `ids`."""

# In the order of their values in `ids` (PROTOCOL.md), from 1; everything else is scenery.
CHARACTER_PARTS = ("skin", "hair", "outfit")

# What a character wears until a control says otherwise: linear RGB.
DEFAULT_APPEARANCE = {"skin": (0.50, 0.30, 0.21), "hair": (0.10, 0.05, 0.03), "outfit": (0.10, 0.17, 0.42)}
