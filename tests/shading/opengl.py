"""Draws the GLSL pass with OpenGL 3.3 core, on EGL (Mesa's llvmpipe where there is no graphics card)."""

from __future__ import annotations

import os
from functools import cache
from typing import Any

import moderngl
import numpy as np
import numpy.typing as npt

_VERTEX = """#version 330 core
void main() { gl_Position = vec4(vec2((gl_VertexID << 1) & 2, gl_VertexID & 2) * 2.0 - 1.0, 0.0, 1.0); }
"""
_TYPES = {"u1": "f1", "f2": "f2", "f4": "f4"}


@cache
def context() -> Any:
    """An OpenGL context without a window."""
    # Without a display Mesa needs no other platform than this one.
    os.environ.setdefault("EGL_PLATFORM", "surfaceless")
    return moderngl.create_context(standalone=True, backend="egl", require=330)


@cache
def _program(fragment: str) -> Any:
    return context().program(vertex_shader=_VERTEX, fragment_shader=fragment)


def draw(
    fragment: str, uniforms: dict[str, npt.NDArray[np.float32]], textures: dict[str, npt.NDArray[Any]], size: tuple[int, int],
    flipped: frozenset[str], targets: int = 1,
) -> list[npt.NDArray[np.uint8]]:  # fmt: skip
    """Draws once. Returns H x W x 4 for each target, row 0 on top.

    Args:
        textures: H x W or H x W x channels, row 0 on top; those in `flipped` go in as an engine renders them, row 0 at the bottom.
    """
    gl, program = context(), _program(fragment)
    for name, values in uniforms.items():
        if name in program:
            # A driver drops what is never read at an array's end.
            used = values[: program[name].array_length] if values.ndim > 1 else values
            program[name].write(np.ascontiguousarray(used, np.float32).tobytes())
    bound = []
    for unit, (name, plane) in enumerate(textures.items()):
        if name not in program:
            continue
        rows = plane[::-1] if name in flipped else plane
        channels = 1 if plane.ndim == 2 else plane.shape[2]
        kind = _TYPES[plane.dtype.str[1:]]
        texture = gl.texture(
            plane.shape[1::-1], channels, np.ascontiguousarray(rows).tobytes(), alignment=1, dtype=kind
        )
        texture.filter = (moderngl.NEAREST, moderngl.NEAREST)
        texture.use(unit)
        program[name].value = unit
        bound.append(texture)
    height, width = size
    attachments = [gl.texture((width, height), 4) for _ in range(targets)]
    target = gl.framebuffer(color_attachments=attachments)
    target.use()
    gl.vertex_array(program, []).render(moderngl.TRIANGLES, vertices=3)
    pictures = [np.frombuffer(t.read(alignment=1), np.uint8).reshape(height, width, 4)[::-1] for t in attachments]
    for made in (*bound, target, *attachments):
        made.release()
    return pictures
