"""Draws the level off screen and reads color and depth back."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from panda3d import core

from ...frame import Camera
from .camera_path import Pose
from .conventions import camera_to_protocol, depth_to_metres
from .level import SKY_GREY, Level

# Panda3D reads these when its first pipe is made.
core.loadPrcFileData(
    "panda3d_greybox",
    "audio-library-name null\nsync-video 0\nnotify-level-display error\nnotify-level-egldisplay error\n"
    "notify-level-device fatal\ndefault-far 1000",
)

NEAR, FAR = 0.1, 400.0


class RendererError(RuntimeError):
    """No way to draw was found on this machine; the message says what to do."""


@dataclass(frozen=True)
class Picture:
    """What the engine drew. Row 0 on top.

    Attributes:
        color: H x W x 4 uint8 RGBA, sRGB.
        depth: H x W float32, metres along the view axis, +inf: sky. None where the driver can't give it.
        ids: H x W uint8, the parts of people (`figures`), 0: none. None without depth.
        camera: of this picture, the protocol's conventions.
    """

    color: npt.NDArray[np.uint8]
    depth: npt.NDArray[np.float32] | None
    ids: npt.NDArray[np.uint8] | None
    camera: Camera


class Renderer:
    """One off-screen buffer with a camera in `level`.

    Args:
        level: what is drawn.
        width, height: pixels.
        window: a Panda3D window to share its graphics context with; None: no display is needed.
        fov: horizontal field of view, degrees.

    Raises:
        RendererError: no driver can draw off screen.
    """

    def __init__(self, level: Level, width: int, height: int, *, window: Any = None, fov: float = 75.0) -> None:
        self.width, self.height, self.level = width, height, level
        self._engine = core.GraphicsEngine.getGlobalPtr()
        self.has_depth, self._buffer = self._make_buffer(window)
        self._buffer.setClearColor((SKY_GREY, SKY_GREY, SKY_GREY, 1))
        self._color, self._depth = core.Texture("color"), core.Texture("depth")
        output = core.GraphicsOutput
        self._buffer.addRenderTexture(self._color, output.RTMCopyRam, output.RTPColor)
        if self.has_depth:
            self._depth.setFormat(core.Texture.FDepthComponent)
            self._depth.setComponentType(core.Texture.TFloat)
            self._buffer.addRenderTexture(self._depth, output.RTMCopyRam, output.RTPDepth)
        lens = core.PerspectiveLens()
        lens.setAspectRatio(width / height)
        lens.setFov(fov)
        lens.setNearFar(NEAR, FAR)
        self.camera = level.root.attachNewNode(core.Camera("camera", lens))
        self._buffer.makeDisplayRegion().setCamera(self.camera)

    @property
    def buffer(self) -> Any:
        """The Panda3D buffer that the level is drawn into."""
        return self._buffer

    @property
    def color_texture(self) -> core.Texture:
        """What it drew; the alpha is 255 less the part of a person."""
        return self._color

    @property
    def depth_texture(self) -> core.Texture:
        """What the depth buffer holds."""
        return self._depth

    @property
    def protocol_camera(self) -> Camera:
        """The camera where it stands now."""
        return camera_to_protocol(self.camera, self.level.root)

    def place(self, pose: Pose) -> None:
        """Puts the camera where `pose` says."""
        self.camera.setPosHpr(*pose.position, pose.heading, pose.pitch, 0)

    def render(self) -> Picture:
        """Draws one frame from where the camera stands and reads it back."""
        self._engine.renderFrame()
        shape = (self.height, self.width)
        color = np.frombuffer(memoryview(self._color.getRamImageAs("RGBA")), np.uint8).reshape(*shape, 4)
        # Panda3D's row 0 is the bottom row.
        color = np.ascontiguousarray(color[::-1])
        depth, ids = None, None
        if self.has_depth:
            stored = np.frombuffer(memoryview(self._depth.getRamImage()), np.float32).reshape(shape)
            depth = depth_to_metres(stored[::-1], self.camera.node().getLens())
            # Nothing here is transparent: the alpha is free to say what a pixel belongs to.
            ids = 255 - color[..., 3]
            color[..., 3] = 255
        return Picture(color, depth, ids, self.protocol_camera)

    def close(self) -> None:
        """Gives the buffer back."""
        self._engine.removeWindow(self._buffer)
        self.camera.removeNode()

    def _make_buffer(self, window: Any) -> tuple[bool, Any]:
        if window is not None:
            buffer = self._output(window.getPipe(), window)
            if buffer is not None:
                return True, buffer
            raise RendererError("the window's driver can't draw off screen: run without --window.")
        selection = core.GraphicsPipeSelection.getGlobalPtr()
        # The last one draws on the CPU without any driver, and gives no depth.
        linux = [("eglGraphicsPipe", "p3headlessgl", True), ("TinyOffscreenGraphicsPipe", "p3tinydisplay", False)]
        other = [("", "pandagl", True), ("TinyOffscreenGraphicsPipe", "p3tinydisplay", False)]
        for name, module, has_depth in linux if sys.platform.startswith("linux") else other:
            pipe = selection.makeModulePipe(module) if not name else selection.makePipe(name, module)
            buffer = self._output(pipe, None) if pipe is not None else None
            if buffer is not None:
                return has_depth, buffer
        raise RendererError("Panda3D finds no way to draw off screen: install EGL (Debian: libegl1 libgl1-mesa-dri).")

    def _output(self, pipe: Any, host: Any) -> Any:
        properties = core.FrameBufferProperties()
        properties.setRgbaBits(8, 8, 8, 8)
        properties.setDepthBits(24)
        size = core.WindowProperties.size(self.width, self.height)
        arguments = [pipe, "greybox", -1, properties, size, core.GraphicsPipe.BFRefuseWindow]
        if host is not None:
            arguments += [host.getGsg(), host]
        return self._engine.makeOutput(*arguments)
