"""Frames that an engine could send, with all that can be hard about them, and the controls and contexts that they are shaded with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from mirage_lsd.controls import Controls
from mirage_lsd.frame import Camera, InputFrame, Slot
from mirage_lsd.models.mirage_lsd_v1 import MirageLSDv1
from mirage_lsd.models.seed import seed_offset
from mirage_lsd.models.weights_file import load_weights
from mirage_lsd.pipelines.mirage.frame_inputs import FrameInputs, frame_inputs
from mirage_lsd.pipelines.mirage.look import Look
from mirage_lsd.pipelines.registry import WEIGHTS_FOLDER
from mirage_lsd_lab.evaluation.scenario import camera_of, controls_of, input_frame, turned
from mirage_lsd_lab.training.worlds.sample import World, random_world, render

# Of contexts on the sample's walk: mean of the channels' standard deviations.
CONTEXT_SPREAD = 0.6


@dataclass(frozen=True)
class ShadedScene:
    """What a golden test shades.

    Attributes:
        frame: with its planes, slots and camera. look: of the controls. strength: of the whole picture; the alpha is the engine's where it is below 1.
        context: (1, C, h, w). context_camera: of the frame that the context was made for, None: of this one.
    """

    name: str
    frame: InputFrame
    look: Look
    strength: float
    context: Tensor
    context_camera: Camera | None = None

    @property
    def size(self) -> tuple[int, int]:
        """Height and width, pixels."""
        height, width = self.frame.color.shape[:2]
        return height, width

    @property
    def inputs(self) -> FrameInputs:
        """As the pipeline takes them."""
        assert self.frame.sun is not None
        return frame_inputs(self.frame, self.look, self.frame.sun.direction, seed_offset(self.look.seed).numpy())


@cache
def shipped_model() -> MirageLSDv1:
    """`mirage-lsd-v1` with the weights that are in the package."""
    return load_weights(WEIGHTS_FOLDER / "mirage-lsd-v1.safetensors")


def control_vector(model: MirageLSDv1, look: Look) -> Tensor:
    """(1, K), as the pipeline makes it."""
    weights = [look.scene.get(name, 0.0) for name in model.config.scenes]
    return torch.tensor([weights + [look.lighting.get(name, 0.0) for name in model.config.lightings]])


def _world(seed: int, aspect: float) -> World:
    """With patterns on hair and outfit."""
    world = replace(random_world(seed, aspect), shadows=True)
    world.palette[:, 6:] = torch.tensor([[0.0, 0.0], [1.0, 0.0], [0.5, 0.5]])
    return world


def _rendered(seed: int, height: int, width: int) -> tuple[World, InputFrame]:
    world = _world(seed, width / height)
    return world, input_frame(0, world, render(world, height, width))


def _context(seed: int, height: int, width: int) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    # In half precision, as engines keep it.
    return (torch.randn(1, 16, height, width, generator=generator) * CONTEXT_SPREAD).half().float()


def _look(world: World, **changes: object) -> Look:
    return replace(Look.of(Controls(controls_of(world).values)), **changes)  # type: ignore[arg-type]


def _characters() -> ShadedScene:
    """Sky, ground and people, whose ids are parts."""
    world, frame = _rendered(7, 60, 101)
    assert frame.ids is not None
    ids = frame.ids.copy()
    ids[20:34, 40:60] = np.arange(20) % 5
    return ShadedScene("characters", replace(frame, ids=ids), _look(world, seed=12), 1.0, _context(1, 7, 12))


def _sent_normals() -> ShadedScene:
    """With the renderer's own normals, in a picture of odd sides."""
    world, frame = _rendered(11, 43, 67)
    guide = render(replace(world, look_seed=1), 43, 67).guide
    packed = ((guide[5:8] * 0.5 + 0.5) * 255).round().permute(1, 2, 0).to(torch.uint8).numpy()
    normal = np.dstack([packed, np.full((43, 67), 255, np.uint8)])
    look = _look(world, scene={"city": 0.6, "scifi": 0.4}, lighting={"neon": 1.0})
    return ShadedScene("sent normals", replace(frame, normal=normal, ids=None), look, 1.0, _context(2, 5, 8))


def _slots() -> ShadedScene:
    """Slots with classes and strengths, half strength, and the engine's alpha."""
    world, frame = _rendered(19, 36, 64)
    color = frame.color.copy()
    color[..., 3] = np.linspace(0, 255, 64).astype(np.uint8)
    ids = (np.arange(36)[:, None] // 6 * 37 + np.arange(64)[None] // 16 * 3).astype(np.uint8)
    numbers = np.unique(ids)
    classes = ("unspecified", "skin", "hair", "outfit", "foliage", "terrain")
    slots = tuple(
        Slot(int(n), classes[i % 6], (1.0, 0.0, 0.3, 0.8)[i % 4]) for i, n in enumerate(numbers.tolist()) if n > 0
    )
    look = _look(world, scene={"forest": 1.0}, lighting={"sunset": 0.5, "fog": 0.5})
    return ShadedScene("slots", replace(frame, color=color, ids=ids, slots=slots), look, 0.7, _context(3, 2, 4))


def _moving() -> ShadedScene:
    """Things with spaces of their own: turned, scaled, mirrored, sheared, and one that can't be undone; scenery and clothes; some without one."""
    world, frame = _rendered(41, 45, 72)
    ids = (np.arange(45)[:, None] // 9 * 8 + np.arange(72)[None] // 9).astype(np.uint8)
    random = np.random.default_rng(6)
    classes = ("unspecified", "building", "outfit", "foliage", "skin", "prop")
    slots = []
    for number in range(1, 40):
        axes, _ = np.linalg.qr(random.standard_normal((3, 3)))
        if number % 5 == 2:
            axes = axes * random.uniform(0.2, 30.0, 3)
        if number % 5 == 3:
            axes[:, 2] += 0.4 * axes[:, 0]
        if number % 13 == 5:
            axes[:, 1] = axes[:, 0]
        placed = np.concatenate([axes, random.uniform(-20, 20, (3, 1))], 1).astype(np.float32)
        slots.append(Slot(number, classes[number % 6], world_from_object=None if number % 7 == 0 else placed))
    look = _look(world, scene={"village": 0.5, "city": 0.5})
    return ShadedScene("moving things", replace(frame, ids=ids, slots=tuple(slots)), look, 1.0, _context(8, 6, 9))


def _extreme_depths() -> ShadedScene:
    """Each pixel beside others at the near plane, far, at the limit, nowhere, infinite, not a number."""
    world, frame = _rendered(23, 31, 53)
    values = np.array([0.0, 1e-3, 0.1, 1.0, 1999.9, 2000.0, np.inf, np.nan, -1.0, -np.inf, 1e30, 700.0], np.float32)
    depth = values[np.random.default_rng(5).integers(0, len(values), (31, 53))]
    depth[:, 30:] = np.repeat(values, 2)[:23]
    frame = replace(frame, depth=depth, ids=None)
    return ShadedScene("extreme depths", frame, _look(world, scene={"volcanic": 1.0}), 1.0, _context(4, 4, 7))


def _color_alone() -> ShadedScene:
    world, frame = _rendered(29, 17, 40)
    frame = replace(frame, depth=None, ids=None)
    return ShadedScene("color alone", frame, _look(world, lighting={"night": 1.0}), 1.0, _context(5, 9, 20))


def _older_context() -> ShadedScene:
    """A context of a frame seen from elsewhere, which is looked up where that frame saw the same points."""
    world, frame = _rendered(31, 48, 80)
    before = camera_of(turned(world, 0.06, 0.25).view)
    return ShadedScene("older context", frame, _look(world, scene={"desert": 1.0}), 1.0, _context(6, 6, 10), before)


def _tiny() -> ShadedScene:
    world, frame = _rendered(37, 2, 3)
    return ShadedScene("three by two", frame, _look(world, scene={"snow": 1.0}), 1.0, _context(7, 1, 1))


_SCENES: tuple[Callable[[], ShadedScene], ...] = (
    _characters, _sent_normals, _slots, _moving, _extreme_depths, _color_alone, _older_context, _tiny,
)  # fmt: skip


@cache
def scenes() -> tuple[ShadedScene, ...]:
    """All of them; their arrays are not to be changed."""
    return tuple(make() for make in _SCENES)


def packed_normal(frame: InputFrame) -> npt.NDArray[np.uint8]:
    """The plane, or one that must not be looked at."""
    return np.full((*frame.color.shape[:2], 4), 90, np.uint8) if frame.normal is None else frame.normal
