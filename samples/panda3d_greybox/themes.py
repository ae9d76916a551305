"""The eight themes of the sample: what the daemon is asked for, and where the level's sun stands."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Theme:
    """`scene` and `lighting` as the model names them; `sun` in Panda3D's space, towards the sun."""

    scene: str
    lighting: str
    sun: tuple[float, float, float]

    @property
    def title(self) -> str:
        """For captions."""
        return f"{self.scene}, {self.lighting}"


THEMES = (
    Theme("forest", "day", (0.40, -0.50, 0.80)),
    Theme("city", "night", (-0.50, 0.40, 0.75)),
    Theme("scifi", "neon", (0.30, 0.60, 0.70)),
    Theme("desert", "sunset", (0.60, 0.70, 0.28)),
    Theme("snow", "overcast", (0.45, -0.30, 0.80)),
    Theme("village", "day", (-0.45, -0.50, 0.70)),
    Theme("volcanic", "night", (0.30, 0.55, 0.70)),
    Theme("underwater", "day", (0.35, -0.25, 0.90)),
)
LIGHTINGS = ("day", "overcast", "sunset", "night", "neon", "fog")
