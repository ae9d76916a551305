"""A window that shows pictures as they come."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from panda3d import core


class ScreenError(RuntimeError):
    """No window can be opened here."""


class Screen:
    """A window of `width` x `height` pixels with one picture over all of it.

    Raises:
        ScreenError: there is no display.
    """

    def __init__(self, width: int, height: int, title: str) -> None:
        self._engine = core.GraphicsEngine.getGlobalPtr()
        pipe = core.GraphicsPipeSelection.getGlobalPtr().makeModulePipe("pandagl")
        if pipe is None or not pipe.isValid():
            raise ScreenError("There is no display here; run it without a window.")
        frame = core.FrameBufferProperties()
        frame.setRgbaBits(8, 8, 8, 0)
        frame.setBackBuffers(1)
        window = core.WindowProperties.size(width, height)
        window.setTitle(title)
        self.window: Any = self._engine.makeOutput(pipe, "screen", 0, frame, window, core.GraphicsPipe.BFRequireWindow)
        if self.window is None:
            raise ScreenError("The display refuses a window with OpenGL; run it without a window.")
        self._texture = core.Texture("picture")
        self._shape: tuple[int, int] | None = None
        root = core.NodePath("screen")
        card = core.CardMaker("picture")
        card.setFrame(-1, 1, -1, 1)
        root.attachNewNode(card.generate()).setTexture(self._texture)
        lens = core.OrthographicLens()
        lens.setFilmSize(2, 2)
        lens.setNearFar(-10, 10)
        camera = root.attachNewNode(core.Camera("screen", lens))
        self.window.makeDisplayRegion().setCamera(camera)
        self._root = root

    def show(self, rgba: npt.NDArray[np.uint8]) -> bool:
        """Shows an H x W x 4 picture, row 0 on top; False when the window was closed."""
        if self.window.isClosed():
            return False
        height, width = rgba.shape[:2]
        if self._shape != (height, width):
            self._texture.setup2dTexture(width, height, core.Texture.TUnsignedByte, core.Texture.FRgba)
            self._shape = (height, width)
        self._texture.setRamImageAs(np.ascontiguousarray(rgba[::-1]).tobytes(), "RGBA")
        self._engine.renderFrame()
        # Otherwise it would be seen only with the next frame.
        self._engine.flipFrame()
        return True

    def close(self) -> None:
        """Closes the window."""
        self._engine.removeWindow(self.window)
