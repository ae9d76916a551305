"""The engine shades by itself: a full-screen pass behind the level's own (shared_protocol/shading), with what the daemon said last."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from panda3d import core

from ...client import Context
from ...client.engine_pass import frame_constants, weight_texels
from ...frame import Sun
from ...pipelines.mirage.engine_shade import slot_table
from .renderer import FAR, NEAR, Renderer, RendererError

_Floats = npt.NDArray[np.float32]
_Bytes = npt.NDArray[np.uint8]
_VERTEX = """#version 330 core
in vec4 p3d_Vertex;
void main() { gl_Position = vec4(p3d_Vertex.xz, 0.0, 1.0); }
"""
# The renderer keeps the parts of people in the alpha: 255 less their number.
_SOFTWARE = ("llvmpipe", "softpipe", "swiftshader", "gdi generic", "swr")
_NUMBER = "#define LSD_NUMBER(texel) (1.0 - texelFetch(lsd_color, texel, 0).w)\n"


class ShadingPass:
    """Draws the shaded picture of what `renderer` drew last. Needs OpenGL 3.3.

    Raises:
        RendererError: the driver can't.
    """

    def __init__(self, renderer: Renderer) -> None:
        self._engine = core.GraphicsEngine.getGlobalPtr()
        host = renderer.buffer
        if not renderer.has_depth or host.getGsg().getDriverShaderVersionMajor() < 3:
            raise RendererError("Shading needs OpenGL 3.3: install Mesa (Debian: libegl1 libgl1-mesa-dri).")
        self._size = (renderer.height, renderer.width)
        properties = core.FrameBufferProperties()
        properties.setRgbaBits(8, 8, 8, 8)
        size = core.WindowProperties.size(renderer.width, renderer.height)
        # Sorted behind the level's buffer, so that one frame draws both.
        self._buffer = self._engine.makeOutput(
            host.getPipe(), "shading", 1, properties, size, core.GraphicsPipe.BFRefuseWindow, host.getGsg(), host
        )
        if self._buffer is None:
            raise RendererError("The driver can't draw the shading off screen.")
        # Until it knows what to shade with.
        self._buffer.setActive(False)
        self._result = core.Texture("shaded")
        self._buffer.addRenderTexture(self._result, core.GraphicsOutput.RTMCopyRam, core.GraphicsOutput.RTPColor)
        self._card = self._full_screen()
        fragment = Path(__file__).with_name("lsd_shade_pass.frag").read_text()
        version, rest = fragment.split("\n", 1)
        shader = core.Shader.make(core.Shader.SL_GLSL, _VERTEX, f"{version}\n{_NUMBER}{rest}")
        self._card.setShader(shader)
        self._weights, self._context, self._slots, self._objects = (
            core.Texture(name) for name in ("weights", "context", "slots", "objects")
        )
        self._fill(self._slots, np.zeros((1, 256, 4), np.uint8))
        self._fill(self._objects, np.zeros((3, 256, 4), np.float32))
        # 1 / metres = stored * x + y, and 1 is nothing.
        decode = core.LVecBase4f((NEAR - FAR) / (FAR * NEAR), 1 / NEAR, 1.0, 0.0)
        for name, value in (
            ("lsd_weights", self._weights), ("lsd_context", self._context), ("lsd_slots", self._slots),
            ("lsd_color", renderer.color_texture), ("lsd_depth", renderer.depth_texture),
            ("lsd_objects", self._objects), ("lsd_normals", self._slots), ("lsd_ids", self._slots), ("lsd_depth_decode", decode),
        ):  # fmt: skip
            self._card.setShaderInput(name, value)

    def set_weights(self, weights: _Floats) -> None:
        """The head for the controls of now: (151, 12, 4), see `engine_shade.pack_weights`."""
        self._fill(self._weights, weights)

    def set_context(self, context: _Floats) -> None:
        """(h, w, 16)."""
        h, w, channels = context.shape
        self._fill(self._context, context.reshape(h, w * channels // 4, 4))

    def set_slots(self, table: _Bytes) -> None:
        """(256, 4), see `engine_shade.slot_table`."""
        self._fill(self._slots, table[None])

    def set_objects(self, rows: _Floats) -> None:
        """The spaces of what moves, (3, 256, 4), see `surfaces.object_from_world_of`; read where the constants say so."""
        self._fill(self._objects, rows)

    def set_constants(self, constants: _Floats) -> None:
        """Of the frame that is drawn next: (17, 4), see `engine_shade.pack_constants`."""
        values = core.PTA_LVecBase4f()
        for row in constants.tolist():
            values.pushBack(core.LVecBase4f(*row))
        self._card.setShaderInput("lsd_constants", values)
        self.set_active(True)

    def set_active(self, active: bool) -> None:
        """Whether frames are shaded at all."""
        self._buffer.setActive(active)

    @property
    def driver(self) -> str:
        """As the driver names itself."""
        name: str = self._buffer.getGsg().getDriverRenderer()
        return name

    @property
    def is_software(self) -> bool:
        """The driver plays a graphics card on the CPU: a picture takes it a second."""
        return any(name in self.driver.lower() for name in _SOFTWARE)

    def picture(self) -> _Bytes:
        """H x W x 4 RGBA, of the last frame that was drawn."""
        pixels = np.frombuffer(memoryview(self._result.getRamImageAs("RGBA")), np.uint8)
        return np.ascontiguousarray(pixels.reshape(*self._size, 4)[::-1])

    def close(self) -> None:
        """Gives the buffer back."""
        self._engine.removeWindow(self._buffer)

    def _full_screen(self) -> Any:
        root = core.NodePath("shading")
        lens = core.OrthographicLens()
        lens.setFilmSize(2, 2)
        lens.setNearFar(-1, 1)
        camera = root.attachNewNode(core.Camera("shading", lens))
        self._buffer.makeDisplayRegion().setCamera(camera)
        maker = core.CardMaker("screen")
        maker.setFrameFullscreenQuad()
        card = root.attachNewNode(maker.generate())
        card.setDepthTest(False)
        card.setDepthWrite(False)
        self._root = root
        return card

    @staticmethod
    def _fill(texture: core.Texture, values: npt.NDArray[Any]) -> None:
        """Row 0 of `values` (H x W x 4, bytes or floats) is row 0 for the shader."""
        height, width, _ = values.shape
        floats = values.dtype != np.uint8
        kind = core.Texture.T_float if floats else core.Texture.T_unsigned_byte
        texture.setup2dTexture(width, height, kind, core.Texture.F_rgba32 if floats else core.Texture.F_rgba8)
        texture.setMagfilter(core.SamplerState.FT_nearest)
        texture.setMinfilter(core.SamplerState.FT_nearest)
        # Panda3D keeps blue first.
        data = values[..., [2, 1, 0, 3]].astype(np.float32 if floats else np.uint8)
        texture.setRamImage(np.ascontiguousarray(data).tobytes())


class EngineShading:
    """Shades each frame of `renderer` with the newest context: `prepare` before it draws, `picture` behind it.

    Raises:
        RendererError: the driver can't.
    """

    def __init__(self, renderer: Renderer) -> None:
        self.shading = ShadingPass(renderer)
        self._renderer = renderer
        self._context: Context | None = None
        self.shading.set_slots(slot_table())

    def prepare(self, context: Context, sun: Sun | None) -> None:
        """For the frame that is drawn next, from where the camera stands now."""
        if self._context is None or context.weights is not self._context.weights:
            self.shading.set_weights(weight_texels(context.weights))
        if self._context is None or context.seq != self._context.seq:
            self.shading.set_context(context.values.astype(np.float32))
        self._context = context
        size = (self._renderer.height, self._renderer.width)
        self.shading.set_constants(
            frame_constants(context, self._renderer.protocol_camera, size, sun=sun, has_ids=True)
        )

    def picture(self) -> _Bytes | None:
        """H x W x 4 RGBA, of the last frame that was drawn; None before the first `prepare`."""
        return None if self._context is None else self.shading.picture()

    def close(self) -> None:
        """Gives the buffer back."""
        self.shading.close()
