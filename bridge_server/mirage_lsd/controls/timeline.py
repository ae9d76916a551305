"""The controls of one stream over time."""

from __future__ import annotations

import threading

from ..frame import Controls
from ..models.character import DEFAULT_APPEARANCE, Garment
from ..pipelines.base import Pipeline
from ..pipelines.mirage.vocabulary.appearance import choose_by_appearance
from ..pipelines.mirage.vocabulary.prompt import choose_by_prompt
from ..protocol.errors import ProtocolError
from ..protocol.messages import ControlValues
from .transition import BlendTransition, DirectionTransition, WeightTransition


class Timeline:
    """The values in effect. Set by the I/O thread, sampled by the worker. Starts with the model's first scene and lighting.

    Args:
        pipeline: whose scene and lighting names are known.
        seed: 0..2^31-1, until a control sets another.
    """

    def __init__(self, pipeline: Pipeline, seed: int) -> None:
        self._scenes = pipeline.scenes
        self._lightings = pipeline.lightings
        self._scene = WeightTransition(self._scenes[0])
        self._lighting = WeightTransition(self._lightings[0])
        self._sun_direction = DirectionTransition()
        self._appearance = {part: BlendTransition(garment.row()) for part, garment in DEFAULT_APPEARANCE.items()}
        self._seed = seed
        self._control_seq = 0
        self._lock = threading.Lock()

    def apply(self, values: ControlValues, control_seq: int, transition_s: float, now: float) -> bool:
        """Moves to new values over `transition_s` seconds; the seed jumps. A named scene or lighting beats the prompt.

        Returns:
            False if there was a prompt or an appearance of which no word is known (the rest was applied).

        Raises:
            ProtocolError: `bad_control`; nothing was applied.
        """
        scene = _known(values.scene, self._scenes, "scene")
        lighting = _known(values.lighting, self._lightings, "lighting")
        understood = True
        if values.prompt is not None:
            prompt_scene = choose_by_prompt(values.prompt, self._scenes)
            prompt_lighting = choose_by_prompt(values.prompt, self._lightings)
            understood = prompt_scene is not None or prompt_lighting is not None
            scene = scene or prompt_scene
            lighting = lighting or prompt_lighting
        current = choose_by_appearance(values.appearance) if values.appearance is not None else {}
        if values.appearance is not None:
            understood = understood and bool(current)
        with self._lock:
            if control_seq <= self._control_seq:
                raise ProtocolError("bad_control", f"`control_seq` must rise; the newest is {self._control_seq}.")
            self._control_seq = control_seq
            if scene is not None:
                self._scene.move(scene, now, transition_s)
            if lighting is not None:
                self._lighting.move(lighting, now, transition_s)
            for part, wish in current.items():
                garment = wish.on(Garment.from_row(self._appearance[part].target))
                self._appearance[part].move(garment.row(), now, transition_s)
            if values.sun_direction is not None:
                self._sun_direction.move(values.sun_direction, now, transition_s)
            if values.seed is not None:
                self._seed = values.seed
        return understood

    def sample(self, now: float) -> tuple[Controls, int]:
        """The controls in effect and the newest control_seq among them (0 before any)."""
        with self._lock:
            controls = Controls(
                scene=self._scene.sample(now),
                lighting=self._lighting.sample(now),
                seed=self._seed,
                sun_direction=self._sun_direction.sample(now),
                appearance={part: Garment.from_row(row.sample(now)) for part, row in self._appearance.items()},
            )
            return controls, self._control_seq


def _known(name: str | None, names: tuple[str, ...], control: str) -> str | None:
    if name is not None and name not in names:
        raise ProtocolError("bad_control", f"There is no {control} {name[:64]!r}; use {', '.join(names)}.")
    return name
