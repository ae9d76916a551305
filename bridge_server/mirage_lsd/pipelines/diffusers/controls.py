"""What people can turn on a checkpoint."""

from __future__ import annotations

from ...controls import Choice, ControlSpec, Number, Seed, Text

MOST_STEPS = 8
RESIDUAL = "residual"
NO_REFERENCE = "none"


def control_specs(
    *, steps: int, guidance: float, controlled: bool, references: tuple[str, ...] = ()
) -> tuple[ControlSpec, ...]:
    """The controls of a checkpoint.

    Args:
        steps, guidance: its defaults. controlled: there is a ControlNet or an adapter. references: pictures for its IP-Adapter.
    """
    return (
        Text(name="prompt", help="What to paint, in words; (words:1.3) weighs some of them more or less.", default=""),
        Text(name="negative_prompt", help="What not to paint; it counts where guidance is above 1."),
        Text(name="class_prompts", help="Words for what the engine names: building: gingerbread; foliage: candy canes."),
        Number(
            name="denoise", help="How far the picture may go from the engine's: 0.3 tints it, 1 keeps nothing of it but what a ControlNet holds.",
            minimum=0.05, maximum=1.0, default=0.65,
        ),
        Number(name="steps", help="Denoising steps a picture.", minimum=1, maximum=MOST_STEPS, default=steps, transition=False),
        Number(
            name="guidance", help="How literally the prompt is taken; above 1 each step takes twice the time.",
            minimum=1.0, maximum=20.0, default=guidance,
        ),
        Choice(
            name="guidance_kind", values=("full", RESIDUAL), default="full",
            help="full: away from the negative prompt; residual: away from the engine's own picture, which takes no time.",
        ),
        Number(
            name="steadiness", help="How much of what was painted on a surface stays there from picture to picture, and over how many of them it is averaged; 0 switches both off.",
            minimum=0.0, maximum=0.95, default=0.8,
        ),
        *((Number(name="control", help="How strongly geometry holds the picture.", minimum=0.0, maximum=2.0, default=1.0),) if controlled else ()),
        *(
            (
                Choice(name="reference", values=(NO_REFERENCE, *references), default=NO_REFERENCE, help="A picture to paint like."),
                Number(name="reference_strength", help="How much the reference counts.", minimum=0.0, maximum=1.0, default=0.6),
            )
            if references
            else ()
        ),
        Seed(name="seed", help="Another number is another picture."),
    )  # fmt: skip
