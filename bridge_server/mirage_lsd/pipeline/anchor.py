"""Station `anchor`: from the engine's planes to the guides and the starting noise, anchored in the world where depth and camera are there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from ..accel.base import Backend, CompiledModule
from ..models.fields import anchored_noise
from ..models.guide import FAR_M, build_guide, color_only_guide
from .frame import Camera, InputFrame

_FloatArray = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Lens:
    """The camera as the networks want it: `camera_to_world` (3, 4), `lens` (4,), see `models.guide.world_rays`."""

    camera_to_world: Tensor
    lens: Tensor


@dataclass(slots=True)
class AnchoredFrame:
    """A frame ready for the network. h, w: base size; H, W: output size.

    Attributes:
        guide: (1, G, h, w). full_guide: (1, G, H, W). noise: (1, 3, h, w), None: use the stream's screen noise.
        color: (1, 3, h, w) in 0..1. depth: (1, 1, h, w), 0: sky (or unknown). motion: (1, 2, h, w) in base pixels, or None.
        lens: None without geometry.
    """

    guide: Tensor
    full_guide: Tensor
    noise: Tensor | None
    color: Tensor
    depth: Tensor
    motion: Tensor | None
    lens: Lens | None


def lens_of(camera: Camera) -> Lens:
    """Checks a camera and converts it.

    Raises:
        ValueError: not finite, not a perspective, or a view that can't be inverted.
    """
    view, projection = np.asarray(camera.view, np.float64), np.asarray(camera.projection, np.float64)
    if not (np.isfinite(view).all() and np.isfinite(projection).all()):
        raise ValueError("The camera holds numbers that are not finite; send a valid view and projection matrix.")
    if abs(projection[3, 2] + 1.0) > 1e-3 or abs(projection[0, 0]) < 1e-4 or abs(projection[1, 1]) < 1e-4:
        raise ValueError(
            "The projection is no perspective; orthographic cameras are not supported, send frames without a camera."
        )
    scale = abs(np.linalg.det(view[:3, :3]))
    if not 1e-9 < scale < 1e9 or np.abs(view[:3, 3]).max() > 1e7:
        raise ValueError(
            "The view matrix can't be inverted or lies more than 10,000 km off; send camera_from_world in metres."
        )
    pose = np.linalg.inv(view)[:3].astype(np.float32)
    lens = np.array([projection[0, 0], projection[1, 1], projection[0, 2], projection[1, 2]], np.float32)
    return Lens(torch.from_numpy(pose), torch.from_numpy(lens))


def resample(plane: npt.NDArray[Any], height: int, width: int) -> npt.NDArray[Any]:
    """Nearest neighbour: depth and ids must not be averaged across edges, and the network was trained on point samples."""
    h, w = plane.shape[:2]
    if (h, w) == (height, width):
        return plane
    rows = ((np.arange(height) + 0.5) * h / height).astype(np.intp)
    columns = ((np.arange(width) + 0.5) * w / width).astype(np.intp)
    picked: npt.NDArray[Any] = plane[rows[:, None], columns]
    return picked


def _picture(plane: npt.NDArray[np.uint8], size: tuple[int, int]) -> Tensor:
    """(1, h, w, 4) uint8."""
    return torch.from_numpy(np.ascontiguousarray(resample(plane, *size)))[None]


def _unit_color(rgba: Tensor) -> Tensor:
    """(1, h, w, 4) uint8 to (1, 3, h, w) in 0..1."""
    return rgba[..., :3].permute(0, 3, 1, 2).float() / 255.0


class _Guide(nn.Module):
    """uint8 picture, depth and camera to the guide; at the base size the anchored noise too."""

    def __init__(self, with_noise: bool) -> None:
        super().__init__()
        self.with_noise = with_noise

    def extra_repr(self) -> str:
        """Tells apart what has no weights to tell it apart."""
        return f"with_noise={self.with_noise}"

    def forward(
        self,
        rgba: Tensor,
        depth: Tensor,
        pose: Tensor,
        lens: Tensor,
        sun: Tensor,
        seed: Tensor,
        normal: Tensor | None = None,
    ) -> tuple[Tensor, ...]:
        color = rgba[..., :3].permute(0, 3, 1, 2).float() * (1.0 / 255.0)
        unit: Tensor | None = None
        if normal is not None:
            unit = normal[..., :3].permute(0, 3, 1, 2).float() * (2.0 / 255.0) - 1.0
            unit = unit * torch.rsqrt((unit * unit).sum(1, keepdim=True) + 1e-6)
        guide, geometry = build_guide(color, depth, unit, pose, lens, sun, seed)
        if not self.with_noise:
            return (guide,)
        return guide, anchored_noise(geometry.p, geometry.footprint(guide[:, 5:8]))


class Anchor:
    """Builds guides for one pair of sizes. `base`, `output`: (height, width)."""

    def __init__(self, backend: Backend, base: tuple[int, int], output: tuple[int, int]) -> None:
        self._backend = backend
        self.base = base
        self.output = output
        self._compiled: dict[tuple[bool, int], CompiledModule] = {}

    def prepare(self, with_normal: bool) -> None:
        """Compiles for frames with depth and camera, with or without a normal plane, so that the first frame needn't wait for it."""
        for with_noise, (h, w) in ((True, self.base), (False, self.output)):
            shared = (torch.eye(3, 4)[None], torch.ones(1, 4), torch.tensor([[0.0, 1.0, 0.0]]), torch.zeros(1, 3))
            picture = torch.zeros(1, h, w, 4, dtype=torch.uint8)
            planes = (picture, torch.ones(1, 1, h, w), *shared)
            self._guide(with_noise, (*planes, picture) if with_normal else planes)

    def _guide(self, with_noise: bool, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        key = (with_noise, len(inputs))
        if key not in self._compiled:
            self._compiled[key] = self._backend.compile(_Guide(with_noise), inputs, exact=True)
        return self._compiled[key](*inputs)

    def run(self, frame: InputFrame, sun: tuple[float, float, float], seed_offset: Tensor) -> AnchoredFrame:
        """Prepares a frame.

        Raises:
            ValueError: the camera can't be used.
        """
        motion = self._motion(frame)
        if frame.depth is None or frame.camera is None:
            color = _unit_color(_picture(frame.color, self.base))
            full_guide = color_only_guide(_unit_color(_picture(frame.color, self.output)))
            depth = torch.zeros(1, 1, *self.base)
            return AnchoredFrame(color_only_guide(color), full_guide, None, color, depth, motion, None)
        lens = lens_of(frame.camera)
        shared = (lens.camera_to_world[None], lens.lens[None], torch.tensor([sun]), seed_offset[None])
        base = self._planes(frame, self.base, shared)
        guide, noise = (x.clone() for x in self._guide(True, base))
        (full_guide,) = self._guide(False, self._planes(frame, self.output, shared))
        return AnchoredFrame(guide, full_guide, noise, _unit_color(base[0]), base[1], motion, lens)

    def _planes(self, frame: InputFrame, size: tuple[int, int], shared: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """The inputs of `_Guide` at one size; the normal only where the engine sent one."""
        assert frame.depth is not None
        depth: _FloatArray = np.asarray(resample(frame.depth, *size), np.float32)
        # NaN compares false, so it becomes sky too.
        depth = np.where((depth > 0) & (depth < FAR_M), depth, np.float32(0))
        planes = (_picture(frame.color, size), torch.from_numpy(np.ascontiguousarray(depth))[None, None], *shared)
        if frame.normal is None:
            return planes
        return (*planes, _picture(frame.normal, size))

    def _motion(self, frame: InputFrame) -> Tensor | None:
        if frame.motion is None:
            return None
        h, w = frame.motion.shape[:2]
        motion = np.nan_to_num(np.asarray(resample(frame.motion, *self.base), np.float32), posinf=0.0, neginf=0.0)
        scale = torch.tensor([self.base[1] / w, self.base[0] / h]).view(1, 2, 1, 1)
        return torch.from_numpy(motion).permute(2, 0, 1)[None] * scale
