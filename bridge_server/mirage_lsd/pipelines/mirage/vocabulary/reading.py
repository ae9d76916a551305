"""The texts of a group of controls, turned into the model's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ....controls import Notice, Reading
from ....models.character import Garment
from ..look import GARMENT_PREFIX
from .appearance import choose_by_appearance
from .prompt import PromptReading, read_prompt


def read_words(
    values: Mapping[str, Any], targets: Mapping[str, Any], scenes: tuple[str, ...], lightings: tuple[str, ...]
) -> Reading:
    """`prompt` becomes `scene`, `lighting` and `tint`, unless these are named beside it; `appearance` becomes garments.

    Args:
        values: a group of checked values. targets: what each control is moving to.
    """
    found = {name: value for name, value in values.items() if name not in ("prompt", "appearance")}
    notices = []
    if prompt := values.get("prompt"):
        read = read_prompt(prompt, scenes, lightings)
        if read.scene is not None:
            found.setdefault("scene", read.scene)
        if read.lighting is not None:
            found.setdefault("lighting", read.lighting)
        nothing = read.scene is None and read.lighting is None and read.tint is None
        if not nothing:
            # A prompt that names no color wants none: the tint of the one before is over.
            found.setdefault("tint", read.tint or (1.0, 1.0, 1.0))
        if nothing:
            notices.append(
                _unknown(prompt, f"name a scene ({', '.join(scenes)}) or a lighting ({', '.join(lightings)})")
            )
        elif read.unknown:
            notices.append(_partly_unknown(read))
    if appearance := values.get("appearance"):
        looks = choose_by_appearance(appearance)
        for part, look in looks.items():
            name = GARMENT_PREFIX + part
            found[name] = look.on(Garment.from_row(targets[name])).row()
        if not looks:
            notices.append(_unknown(appearance, "name a color and what has it, for example: a red coat, blonde hair"))
    return Reading(found, tuple(notices))


def _unknown(text: str, hint: str) -> Notice:
    return Notice("word_unknown", f"No word of {text[:64]!r} means anything to this model; {hint}.")


def _partly_unknown(read: PromptReading) -> Notice:
    words = ", ".join(repr(word[:32]) for word in read.unknown[:6])
    understood = " and ".join(name for name in (read.scene, read.lighting, "a color" if read.tint else None) if name)
    verb = "means" if len(read.unknown) == 1 else "mean"
    return Notice("word_unknown", f"{words} {verb} nothing to this model; it understood {understood}.")
