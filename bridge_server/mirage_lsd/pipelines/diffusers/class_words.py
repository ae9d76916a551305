"""Words for each class, as the control `class_prompts` takes them: "building: gingerbread; foliage: candy canes"."""

from __future__ import annotations

# PROTOCOL.md, section 2, without those that nobody paints.
CLASS_NAMES = (
    "skin", "hair", "outfit", "foliage", "terrain", "building", "prop", "vehicle", "water", "glass", "creature", "held", "effect", "emissive",
)  # fmt: skip


def class_texts(text: str) -> dict[str, str]:
    """Words by class; what can't be read is left out, and `class_trouble` says what that was."""
    found = {}
    for entry in text.split(";"):
        name, colon, words = entry.partition(":")
        if colon and name.strip().lower() in CLASS_NAMES and words.strip():
            found[name.strip().lower()] = words.strip()
    return found


def class_trouble(text: str) -> str | None:
    """One sentence on the first entry that can't be read, or None."""
    for entry in text.split(";"):
        name, colon, words = entry.partition(":")
        if not entry.strip():
            continue
        if not colon or not words.strip():
            return f"{entry.strip()[:64]!r} in class_prompts names no class; write a class, a colon and words: building: gingerbread."
        if name.strip().lower() not in CLASS_NAMES:
            return f"class_prompts knows no class {name.strip()[:64]!r}; use {', '.join(CLASS_NAMES)}."
    return None
