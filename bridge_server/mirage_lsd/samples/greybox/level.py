"""The grey-box level as a scene graph, in an editor's prototype look: checkered greys, one sun, a plain sky."""

from __future__ import annotations

import numpy as np
from panda3d.core import AmbientLight, DirectionalLight, LVector3f, NodePath, SamplerState, Texture, TextureStage

from . import meshes, solids
from .figures import Figure

SKY_GREY = 0.76
_AMBIENT, _SUNLIGHT = 0.60, 0.52


class Level:
    """The scene: `root` holds everything that is drawn."""

    def __init__(self) -> None:
        self.root = NodePath("level")
        self.root.setTexture(_checker())
        # Texture coordinates are metres, the texture is 2 m wide.
        self.root.setTexScale(TextureStage.getDefault(), 0.5)
        self._add(meshes.ground(solids.PLATE_SIZE), 0.62)
        for box in solids.BOXES:
            self._add(meshes.box(box), box.grey)
        for ramp in solids.RAMPS:
            self._add(meshes.ramp(ramp), ramp.grey)
        for column in solids.COLUMNS:
            self._add(meshes.column(column), column.grey)
        for sphere in solids.SPHERES:
            self._add(meshes.sphere(sphere), sphere.grey)
        self._figures = [Figure(self.root, route) for route in solids.ROUTES]
        ambient = AmbientLight("ambient")
        ambient.setColor((_AMBIENT, _AMBIENT, _AMBIENT, 1))
        self.root.setLight(self.root.attachNewNode(ambient))
        self._sun = DirectionalLight("sun")
        self._sun.setColor((_SUNLIGHT, _SUNLIGHT, _SUNLIGHT, 1))
        self.root.setLight(self.root.attachNewNode(self._sun))
        self.set_sun((0.4, -0.5, 0.8))

    def move(self, seconds: float) -> None:
        """Puts what moves where it is so long after the start."""
        for figure in self._figures:
            figure.place(seconds)

    def set_sun(self, towards: tuple[float, float, float]) -> None:
        """Lights the level from `towards` (Panda3D's space, towards the sun, any length)."""
        self._sun.setDirection(-LVector3f(*towards).normalized())

    def _add(self, node: object, grey: float) -> None:
        path = self.root.attachNewNode(node)
        path.setColor(grey, grey, grey, 1)


def _checker() -> Texture:
    """Squares of 1 m: two by two of them in a texture that repeats every 2 m."""
    size = 128
    half = np.arange(size) < size // 2
    light = half[:, None] == half[None, :]
    picture = np.where(light, 255, 205).astype(np.uint8)
    texture = Texture("checker")
    texture.setup2dTexture(size, size, Texture.TUnsignedByte, Texture.FLuminance)
    texture.setRamImage(picture.tobytes())
    texture.setWrapU(SamplerState.WMRepeat)
    texture.setWrapV(SamplerState.WMRepeat)
    texture.setMinfilter(SamplerState.FTLinearMipmapLinear)
    texture.setMagfilter(SamplerState.FTLinear)
    texture.setAnisotropicDegree(1)
    return texture
