"""People who walk about in the level: capsules with legs, arms and a head, marked for the plane `ids`."""

from __future__ import annotations

import math
from dataclasses import dataclass

from panda3d.core import GeomNode, NodePath

from . import meshes
from .solids import Column, Route, Sphere

# The values of the plane `ids` (PROTOCOL.md). The renderer reads them back from the picture's alpha, which is 255 less the value.
SKIN, HAIR, OUTFIT = 1, 2, 3
_GREY = {SKIN: 0.72, HAIR: 0.38, OUTFIT: 0.56}

_HIP, _SHOULDER = 0.86, 1.36
_SWING_DEG, _STEP_M = 28.0, 0.7


@dataclass(frozen=True)
class _Limb:
    path: NodePath
    swing: float


class Figure:
    """One walker, 1.75 m tall."""

    def __init__(self, parent: NodePath, route: Route) -> None:
        self._route = route
        self._root = parent.attachNewNode("figure")
        self._root.setTextureOff()
        self._add(self._root, meshes.column(Column((0, 0, _HIP - 0.1), 0.19, 0.56)), OUTFIT)
        self._add(self._root, meshes.sphere(Sphere((0, 0, _SHOULDER), 0.20), 20, 10), OUTFIT)
        self._add(self._root, meshes.sphere(Sphere((0, 0.01, 1.61), 0.13), 20, 10), SKIN)
        self._add(self._root, meshes.sphere(Sphere((0, -0.025, 1.645), 0.135), 20, 10), HAIR)
        self._limbs = [
            _Limb(self._limb(x, height, radius, length, part), swing)
            for x, height, radius, length, part, swing in (
                (-0.10, _HIP, 0.09, _HIP, OUTFIT, 1.0), (0.10, _HIP, 0.09, _HIP, OUTFIT, -1.0),
                (-0.26, _SHOULDER, 0.055, 0.60, SKIN, -0.8), (0.26, _SHOULDER, 0.055, 0.60, SKIN, 0.8),
            )
        ]  # fmt: skip
        self.place(0.0)

    def place(self, seconds: float) -> None:
        """Puts the figure where it is so long after the start, in mid-stride."""
        way = self._route.speed * seconds
        x, y, heading = self._route.at(way)
        self._root.setPosHpr(x, y, 0.0, heading, 0.0, 0.0)
        stride = math.sin(math.pi * way / _STEP_M)
        for limb in self._limbs:
            limb.path.setP(_SWING_DEG * limb.swing * stride)

    def _limb(self, x: float, height: float, radius: float, length: float, part: int) -> NodePath:
        """Hangs from `height`."""
        joint = self._root.attachNewNode("joint")
        joint.setPos(x, 0.0, height)
        self._add(joint, meshes.column(Column((0, 0, -length), radius, length), 12), part)
        return joint

    @staticmethod
    def _add(parent: NodePath, node: GeomNode, part: int) -> None:
        grey = _GREY[part]
        parent.attachNewNode(node).setColor(grey, grey, grey, (255 - part) / 255)
