"""The eight themes of the sample: what the daemon is asked for, what people wear, and where the level's sun stands."""

from __future__ import annotations

from dataclasses import dataclass

_SCENE_WORDS = {
    "forest": "a green forest", "city": "a modern city", "scifi": "a science fiction base", "desert": "a desert canyon",
    "snow": "a snowy village", "village": "a medieval village", "underwater": "an underwater ruin", "volcanic": "a land of lava",
}  # fmt: skip
_LIGHTING_WORDS = {
    "day": "by day", "overcast": "under a grey sky", "sunset": "at sunset", "night": "at night", "neon": "in neon light", "fog": "in the fog",
}  # fmt: skip


@dataclass(frozen=True)
class Theme:
    """`scene` and `lighting` as the model names them; `sun` in Panda3D's space, towards the sun; `appearance` in words."""

    scene: str
    lighting: str
    sun: tuple[float, float, float]
    appearance: str

    @property
    def controls(self) -> dict[str, str]:
        """By the names that the model has for them."""
        return {"scene": self.scene, "lighting": self.lighting, "appearance": self.appearance}

    @property
    def prompt(self) -> str:
        """For models that take a prompt instead."""
        return f"{_SCENE_WORDS.get(self.scene, self.scene)} {_LIGHTING_WORDS.get(self.lighting, self.lighting)}"

    @property
    def title(self) -> str:
        """For captions."""
        return f"{self.scene}, {self.lighting}"


THEMES = (
    Theme("forest", "day", (0.40, -0.50, 0.80), "a red and white checked shirt, brown hair"),
    Theme("city", "night", (-0.50, 0.40, 0.75), "a yellow coat, black hair"),
    Theme("scifi", "neon", (0.30, 0.60, 0.70), "a white suit with black stripes, cyan hair"),
    Theme("desert", "sunset", (0.60, 0.70, 0.28), "a white and blue striped robe, black hair"),
    Theme("snow", "overcast", (0.45, -0.30, 0.80), "a red coat, blonde hair"),
    Theme("village", "day", (-0.45, -0.50, 0.70), "a green and beige pinstriped tunic, ginger hair"),
    Theme("volcanic", "night", (0.30, 0.55, 0.70), "silver armour, auburn hair"),
    Theme("underwater", "day", (0.35, -0.25, 0.90), "an orange and black striped suit, blonde hair"),
)
APPEARANCES = (
    "a red coat, brown hair",
    "a white and blue striped shirt, blonde hair",
    "a green and yellow checked dress, ginger hair",
    "a black suit with white pinstripes, black hair",
)
