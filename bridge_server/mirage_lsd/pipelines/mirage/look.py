"""What the controls of `mirage-lsd-v1` come to for one frame, and what they are called on a panel."""

from __future__ import annotations

from dataclasses import dataclass, field

from ...controls import Choice, Color, Controls, ControlSpec, Direction, Number, Numbers, Seed, Text
from ...models.character import DEFAULT_APPEARANCE, Garment

MOST_STEPS = 8
# A garment's numbers (`Garment.row`), worked out of the words of `appearance`: not for clients.
GARMENT_PREFIX = "garment."
# No part of a look: nothing that was seen has to be forgotten when it changes.
DETAIL = "detail"
TINT = "tint"


@dataclass(frozen=True, slots=True)
class Look:
    """The look of one frame.

    Attributes:
        scene: weight of each scene name, at least one, summing to 1 (a transition mixes two).
        lighting: weight of each lighting name, likewise.
        seed: chooses the world that the textures are drawn from.
        sun_direction: unit, world space, towards the sun; used when the frame carries no sun. None: the lighting's own.
        appearance: the look of a character's `skin`, `hair` and `outfit`; a part that is missing keeps its default.
    """

    scene: dict[str, float]
    lighting: dict[str, float]
    seed: int = 0
    sun_direction: tuple[float, float, float] | None = None
    appearance: dict[str, Garment] = field(default_factory=dict)

    @classmethod
    def of(cls, controls: Controls) -> Look:
        """The look that the controls ask for."""
        sun = controls.numbers("sun_direction")
        garments = {part: controls.numbers(GARMENT_PREFIX + part) for part in DEFAULT_APPEARANCE}
        return cls(
            scene=controls.weights("scene"),
            lighting=controls.weights("lighting"),
            seed=controls.seed(),
            sun_direction=None if sun is None else (sun[0], sun[1], sun[2]),
            appearance={part: Garment.from_row(row) for part, row in garments.items() if row is not None},
        )

    def controls(self) -> Controls:
        """The controls that ask for this look."""
        garments = {GARMENT_PREFIX + part: garment.row() for part, garment in self.appearance.items()}
        return Controls(
            {
                "scene": self.scene,
                "lighting": self.lighting,
                "seed": self.seed,
                "sun_direction": self.sun_direction,
                **garments,
            }
        )


def control_specs(scenes: tuple[str, ...], lightings: tuple[str, ...]) -> tuple[ControlSpec, ...]:
    """The controls of a model with these scenes and lightings; the first of each is the default."""
    return (
        Choice(name="scene", help="The world that is painted.", values=scenes, default=scenes[0]),
        Choice(name="lighting", help="The light and the weather in it.", values=lightings, default=lightings[0]),
        Text(
            name="prompt",
            help="Scene, lighting and color in words, for example: a frozen harbour at blue hour. A word list, not a language model.",
            max_bytes=4_096,
        ),
        Text(
            name="appearance",
            help="What characters wear where the engine marks them, and people in front of a camera: a red and white striped shirt, blonde hair.",
        ),
        Number(
            name=DETAIL,
            help="How much of a finished picture's own detail (faces, signs, textures) shows through; grey boxes have none.",
            minimum=0.0,
            maximum=2.0,
            default=1.0,
        ),
        Color(
            name=TINT,
            help="The color of the light on the painted picture, on top of the lighting's own; white changes nothing.",
        ),
        Direction(name="sun_direction", help="Towards the sun, where the engine sends none."),
        Number(
            name="steps",
            help="Sampling steps of a frame: fewer are faster. Never more than the stream was opened with.",
            minimum=1.0,
            maximum=float(MOST_STEPS),
            default=float(MOST_STEPS),
        ),
        Seed(name="seed", help="Another number is another world of the same kind."),
        *(Numbers(name=GARMENT_PREFIX + part, default=garment.row()) for part, garment in DEFAULT_APPEARANCE.items()),
    )
