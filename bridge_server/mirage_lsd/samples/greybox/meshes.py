"""Geometry of the level's solids. Texture coordinates are metres, so that one checker fits all."""

from __future__ import annotations

import math
from collections.abc import Iterable

from panda3d.core import (
    Geom,
    GeomNode,
    GeomTriangles,
    GeomVertexData,
    GeomVertexFormat,
    GeomVertexWriter,
    LVector3f,
)

from .solids import Box, Column, Ramp, Sphere

Vertex = tuple[tuple[float, float, float], tuple[float, float, float], tuple[float, float]]  # position, normal, uv


def box(solid: Box) -> GeomNode:
    """Six faces, four vertices each."""
    x, y, z = (s / 2 for s in solid.size)
    corners = {
        sign: (
            solid.center[0] + sign[0] * x,
            solid.center[1] + sign[1] * y,
            solid.center[2] + sign[2] * z,
        )
        for sign in ((a, b, c) for a in (-1, 1) for b in (-1, 1) for c in (-1, 1))
    }
    faces = (
        ((1, -1, -1), (1, 1, -1), (1, 1, 1), (1, -1, 1)),
        ((-1, 1, -1), (-1, -1, -1), (-1, -1, 1), (-1, 1, 1)),
        ((1, 1, -1), (-1, 1, -1), (-1, 1, 1), (1, 1, 1)),
        ((-1, -1, -1), (1, -1, -1), (1, -1, 1), (-1, -1, 1)),
        ((-1, -1, 1), (1, -1, 1), (1, 1, 1), (-1, 1, 1)),
        ((-1, 1, -1), (1, 1, -1), (1, -1, -1), (-1, -1, -1)),
    )
    return _polygons("box", [[corners[c] for c in face] for face in faces])


def ramp(solid: Ramp) -> GeomNode:
    """A wedge: slope, back and two sides."""
    (x0, y0), (x1, y1), h = solid.low, solid.high, solid.height
    a, b, c, d = (x0, y0, 0.0), (x1, y0, 0.0), (x1, y1, 0.0), (x0, y1, 0.0)
    top_c, top_d = (x1, y1, h), (x0, y1, h)
    return _polygons("ramp", [[a, b, top_c, top_d], [c, d, top_d, top_c], [b, c, top_c], [d, a, top_d]])


def column(solid: Column, sides: int = 28) -> GeomNode:
    """A cylinder with a top, round in its normals."""
    cx, cy, cz = solid.base
    vertices: list[Vertex] = []
    triangles: list[tuple[int, int, int]] = []
    for i in range(sides + 1):
        angle = 2 * math.pi * i / sides
        nx, ny = math.cos(angle), math.sin(angle)
        for z in (0.0, solid.height):
            position = (cx + solid.radius * nx, cy + solid.radius * ny, cz + z)
            vertices.append((position, (nx, ny, 0.0), (solid.radius * angle, cz + z)))
    for i in range(sides):
        k = 2 * i
        triangles += [(k, k + 2, k + 3), (k, k + 3, k + 1)]
    first = len(vertices)
    for i in range(sides):
        x, y, z = vertices[2 * i + 1][0]
        vertices.append(((x, y, z), (0.0, 0.0, 1.0), (x, y)))
    triangles += [(first, first + i, first + i + 1) for i in range(1, sides - 1)]
    return _mesh("column", vertices, triangles)


def sphere(solid: Sphere, segments: int = 36, rings: int = 18) -> GeomNode:
    """A ball, round in its normals."""
    vertices: list[Vertex] = []
    triangles: list[tuple[int, int, int]] = []
    for r in range(rings + 1):
        for s in range(segments + 1):
            polar, angle = math.pi * r / rings, 2 * math.pi * s / segments
            n = (math.sin(polar) * math.cos(angle), math.sin(polar) * math.sin(angle), math.cos(polar))
            position = tuple(c + solid.radius * k for c, k in zip(solid.center, n, strict=True))
            vertices.append((position, n, (solid.radius * angle, solid.radius * polar)))  # type: ignore[arg-type]
    row = segments + 1
    for r in range(rings):
        for s in range(segments):
            k = r * row + s
            triangles += [(k, k + row, k + row + 1), (k, k + row + 1, k + 1)]
    return _mesh("sphere", vertices, triangles)


def ground(size: float, tile: float = 20.0) -> GeomNode:
    """A plate at z = 0, in tiles: light is computed at vertices, and a huge triangle loses precision."""
    half, polygons = size / 2, []
    count = math.ceil(size / tile)
    step = size / count
    for i in range(count):
        for j in range(count):
            x, y = -half + i * step, -half + j * step
            polygons.append([(x, y, 0.0), (x + step, y, 0.0), (x + step, y + step, 0.0), (x, y + step, 0.0)])
    return _polygons("ground", polygons)


def _polygons(name: str, faces: Iterable[list[tuple[float, float, float]]]) -> GeomNode:
    """Flat convex faces, corners counter-clockwise seen from outside."""
    vertices: list[Vertex] = []
    triangles: list[tuple[int, int, int]] = []
    for face in faces:
        a, b, c = (LVector3f(*p) for p in face[:3])
        normal = (b - a).cross(c - a).normalized()
        first = len(vertices)
        for p in face:
            # The two axes along which the face is widest: metres stay metres on every upright and level face.
            if abs(normal.z) > 0.5:
                uv = (p[0], p[1])
            else:
                uv = (p[1], p[2]) if abs(normal.x) > abs(normal.y) else (p[0], p[2])
            vertices.append((p, (normal.x, normal.y, normal.z), uv))
        triangles += [(first, first + i, first + i + 1) for i in range(1, len(face) - 1)]
    return _mesh(name, vertices, triangles)


def _mesh(name: str, vertices: list[Vertex], triangles: list[tuple[int, int, int]]) -> GeomNode:
    data = GeomVertexData(name, GeomVertexFormat.getV3n3t2(), Geom.UHStatic)
    data.setNumRows(len(vertices))
    writers = [GeomVertexWriter(data, column) for column in ("vertex", "normal", "texcoord")]
    for position, normal, uv in vertices:
        writers[0].addData3(*position)
        writers[1].addData3(*normal)
        writers[2].addData2(*uv)
    primitive = GeomTriangles(Geom.UHStatic)
    for triangle in triangles:
        primitive.addVertices(*triangle)
    geometry = Geom(data)
    geometry.addPrimitive(primitive)
    node = GeomNode(name)
    node.addGeom(geometry)
    return node
