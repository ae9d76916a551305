"""The eight themes of the sample: what the daemon is asked for, what people wear, and where the level's sun stands."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Theme:
    """`scene` and `lighting` as the model names them; `sun` in Panda3D's space, towards the sun; `appearance` in words."""

    scene: str
    lighting: str
    sun: tuple[float, float, float]
    appearance: str

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
LIGHTINGS = ("day", "overcast", "sunset", "night", "neon", "fog")
