"""What the controls of one frame ask of a checkpoint."""

from __future__ import annotations

from typing import Any, NamedTuple

from ...controls import Controls
from ..base import StreamSpec
from .class_words import class_texts
from .controls import NO_REFERENCE, RESIDUAL
from .loading import Checkpoint


class Asked(NamedTuple):
    """Texts by weight, and numbers as `control_specs` explains them; `classes`: for each class that has words of its own, theirs by weight;
    `references`: pictures by weight, `residual`: guidance away from the engine's picture."""

    prompt: tuple[tuple[str, float], ...]
    negative: tuple[tuple[str, float], ...]
    classes: tuple[tuple[str, tuple[tuple[str, float], ...]], ...]
    references: tuple[tuple[str, float], ...]
    reference_strength: float
    seed: int
    guidance: float
    residual: bool
    denoise: float
    steps: int
    steadiness: float
    control: float

    @property
    def look(self) -> tuple[Any, ...]:
        """What, when it changes, makes every surface look different."""
        numbers = (self.guidance, self.denoise, self.control, self.reference_strength)
        texts = (self.prompt, self.negative, self.classes, self.references)
        return (*texts, self.seed, self.residual, *(round(number, 3) for number in numbers))


def asked_of(controls: Controls, checkpoint: Checkpoint, spec: StreamSpec) -> Asked:
    """Reads the controls; what is missing has the checkpoint's default."""
    steps = round(controls.number("steps", float(checkpoint.steps)))
    kinds = controls.weights("guidance_kind")
    references = {name: weight for name, weight in controls.weights("reference").items() if name != NO_REFERENCE}
    return Asked(
        tuple(controls.weights("prompt").items()), tuple(controls.weights("negative_prompt").items()),
        _classes(controls), tuple(references.items()), controls.number("reference_strength", 0.6), controls.seed(),
        controls.number("guidance", checkpoint.guidance), kinds.get(RESIDUAL, 0.0) > 0.5, controls.number("denoise", 0.65),
        max(1, min(steps, spec.steps)), controls.number("steadiness", 0.8), controls.number("control", 1.0),
    )  # fmt: skip


def _classes(controls: Controls) -> tuple[tuple[str, tuple[tuple[str, float], ...]], ...]:
    """The prompt with what its class is called after it; while one text turns into another, both."""
    texts = [(class_texts(text), weight) for text, weight in controls.weights("class_prompts").items()]
    prompts = controls.weights("prompt") or {"": 1.0}
    named = sorted({name for words, _ in texts for name in words})
    found = []
    for name in named:
        weights: dict[str, float] = {}
        for words, weight in texts:
            for prompt, share in prompts.items():
                text = ", ".join(part for part in (prompt, words.get(name, "")) if part)
                weights[text] = weights.get(text, 0.0) + weight * share
        found.append((name, tuple(weights.items())))
    return tuple(found)
