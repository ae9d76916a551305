"""The texts of a group of controls, turned into the model's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ....controls import Notice, Reading
from ....models.character import Garment
from ..look import GARMENT_PREFIX
from .appearance import choose_by_appearance
from .prompt import choose_by_prompt


def read_words(
    values: Mapping[str, Any], targets: Mapping[str, Any], scenes: tuple[str, ...], lightings: tuple[str, ...]
) -> Reading:
    """`prompt` becomes `scene` and `lighting`, unless these are named beside it; `appearance` becomes garments.

    Args:
        values: a group of checked values. targets: what each control is moving to.
    """
    found = {name: value for name, value in values.items() if name not in ("prompt", "appearance")}
    notices = []
    if prompt := values.get("prompt"):
        scene, lighting = choose_by_prompt(prompt, scenes), choose_by_prompt(prompt, lightings)
        if scene is not None:
            found.setdefault("scene", scene)
        if lighting is not None:
            found.setdefault("lighting", lighting)
        if scene is None and lighting is None:
            notices.append(
                _unknown(prompt, f"name a scene ({', '.join(scenes)}) or a lighting ({', '.join(lightings)})")
            )
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
