"""Figures as a webcam sees them, to the chest or to the hips, whose parts are known: distance functions, traced (Hart, 1996)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
_Picture = npt.NDArray[np.uint8]

_STEPS, _FAR = 56, 3.2
SKIN, HAIR, OUTFIT = 1, 2, 3


@dataclass(frozen=True)
class Figure:
    """A body: metres and linear colors. `yaw`, `lean`: radians; `hair_length`: how far it falls below the ears; `seed`: of folds and room."""

    shoulders: float = 0.19
    girth: float = 0.12
    head: float = 0.105
    hair_length: float = 0.0
    yaw: float = 0.0
    distance: float = 1.25
    skin: tuple[float, float, float] = (0.55, 0.32, 0.23)
    hair: tuple[float, float, float] = (0.09, 0.05, 0.03)
    outfit: tuple[float, float, float] = (0.1, 0.2, 0.5)
    seed: int = 0


# Slim and stout, near and far, of other skins, hair and clothes, some of them of the skin's own color, turned each way.
FIGURES = (
    Figure(seed=1),
    Figure(0.215, 0.16, 0.11, 0.0, 0.35, 1.35, (0.16, 0.08, 0.05), (0.01, 0.01, 0.01), (0.7, 0.7, 0.66), 2),
    Figure(0.165, 0.10, 0.10, 0.22, -0.3, 1.15, (0.7, 0.47, 0.37), (0.5, 0.33, 0.12), (0.45, 0.03, 0.05), 3),
    Figure(0.2, 0.18, 0.112, 0.05, 0.1, 1.6, (0.6, 0.38, 0.27), (0.3, 0.3, 0.3), (0.03, 0.03, 0.035), 4),
    Figure(0.17, 0.115, 0.102, 0.16, 0.0, 1.3, (0.35, 0.19, 0.12), (0.03, 0.015, 0.01), (0.1, 0.4, 0.16), 5),
    Figure(0.2, 0.13, 0.108, 0.0, -0.5, 1.2, (0.62, 0.4, 0.3), (0.25, 0.09, 0.03), (0.6, 0.45, 0.1), 6),
)


def render_figure(figure: Figure, height: int = 192, width: int = 256) -> tuple[_Picture, npt.NDArray[np.uint8]]:
    """The picture, H x W x 4, and what each pixel is: 0 the room, SKIN, HAIR, OUTFIT."""
    y, x = np.mgrid[:height, :width].astype(np.float64)
    across = (x + 0.5 - width / 2) / height
    up = (height / 2 - y - 0.5) / height
    rays = np.stack([across, up, np.full_like(up, -1.0)], -1).reshape(-1, 3)
    rays /= np.linalg.norm(rays, axis=1, keepdims=True)
    eye = np.array((0.0, 1.42, figure.distance))
    way = np.full(len(rays), 0.4)
    for _ in range(_STEPS):
        way = np.minimum(way + 0.85 * _distances(eye + rays * way[:, None], figure).min(1), _FAR)
    points = eye + rays * way[:, None]
    hit = way < _FAR - 1e-3
    part = np.where(hit, _PART_OF[_distances(points, figure).argmin(1)], 0)
    normals = np.zeros_like(points)
    for i in range(3):
        step = np.zeros(3)
        step[i] = 1.5e-3
        normals[:, i] = _distances(points + step, figure).min(1) - _distances(points - step, figure).min(1)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True) + 1e-9
    draw = np.random.default_rng(figure.seed)
    light = np.array((draw.uniform(-0.7, 0.7), 0.6, 0.7))
    shade = 0.35 + 0.65 * np.clip(normals @ (light / np.linalg.norm(light)), 0.0, 1.0)
    colors = np.stack(
        [
            _room(rays, draw),
            _face(points, figure),
            np.tile(figure.hair, (len(rays), 1)),
            np.tile(figure.outfit, (len(rays), 1)),
        ]
    )
    strands = 1.0 + 0.25 * np.sin(points[:, 0] * 420.0 + 9.0 * np.sin(points[:, 1] * 35.0))
    folds = 1.0 + 0.22 * np.sin(points[:, 1] * 38.0 + 3.0 * np.sin(points[:, 0] * 11.0 + figure.seed))
    colors[HAIR] *= strands[:, None]
    colors[OUTFIT] *= folds[:, None]
    chosen = colors[part, np.arange(len(rays))] * np.where(part > 0, shade, 1.0)[:, None]
    grain = draw.normal(0.0, 0.006, chosen.shape)
    encoded = np.clip(np.clip(chosen, 0.0, 1.0) ** (1 / 2.2) + grain, 0.0, 1.0)
    picture = np.full((height, width, 4), 255, np.uint8)
    picture[..., :3] = (encoded * 255 + 0.5).astype(np.uint8).reshape(height, width, 3)
    return picture, part.reshape(height, width).astype(np.uint8)


_PART_OF = np.array((SKIN, SKIN, SKIN, HAIR, HAIR, OUTFIT, OUTFIT))


def _turned(points: Floats, figure: Figure, share: float) -> Floats:
    c, s = np.cos(figure.yaw * share), np.sin(figure.yaw * share)
    return np.stack([points[:, 0] * c - points[:, 2] * s, points[:, 1], points[:, 0] * s + points[:, 2] * c], 1)


def _distances(points: Floats, f: Figure) -> Floats:
    """To head, neck, nose and ears, hair, long hair, trunk, arms: (N, 7)."""
    face, body = _turned(points, f, 1.0), _turned(points, f, 0.6)
    head_at = np.array((0.0, 1.58, 0.02))
    h = f.head
    in_head = face - head_at
    skull = _ellipsoid(in_head, (0.74 * h, 1.12 * h, 0.92 * h))
    jaw = _ellipsoid(in_head - (0.0, -0.45 * h, 0.12 * h), (0.6 * h, 0.75 * h, 0.7 * h))
    nose = _capsule(in_head, (0.0, 0.1 * h, 0.9 * h), (0.0, -0.22 * h, 1.02 * h), 0.1 * h)
    sided = in_head * (1.0, 1.0, 1.0)
    sided[:, 0] = np.abs(sided[:, 0])
    ears = _ellipsoid(sided - (0.76 * h, -0.05 * h, 0.0), (0.08 * h, 0.24 * h, 0.15 * h))
    cap = np.maximum(
        _ellipsoid(in_head - (0.0, 0.14 * h, -0.06 * h), (0.86 * h, 1.16 * h, 1.0 * h)), _front_cut(in_head, h)
    )
    long = (
        np.maximum(
            _capsule(sided, (0.72 * h, 0.3 * h, -0.25 * h), (0.8 * h, -0.3 * h - f.hair_length, -0.2 * h), 0.26 * h),
            -skull,
        )
        if f.hair_length > 0.0
        else np.full(len(points), 9.0)
    )
    neck = _capsule(body, (0.0, 1.56, 0.0), (0.0, 1.36, -0.01), 0.5 * h)
    shoulders = _capsule(body, (-f.shoulders + 0.05, 1.335, 0.0), (f.shoulders - 0.05, 1.335, 0.0), 0.062)
    trunk = _ellipsoid(body - (0.0, 1.08, 0.0), (f.shoulders * 0.98, 0.34, f.girth))
    sided_body = body.copy()
    sided_body[:, 0] = np.abs(sided_body[:, 0])
    upper = _capsule(sided_body, (f.shoulders - 0.02, 1.32, 0.0), (f.shoulders + 0.06, 1.03, 0.02), 0.052)
    lower = _capsule(sided_body, (f.shoulders + 0.06, 1.03, 0.02), (0.1, 0.92, 0.2), 0.042)
    skin_head = _joined(skull, jaw, 0.03)
    return np.stack(
        [skin_head, neck, np.minimum(nose, ears), cap, long, _joined(shoulders, trunk, 0.06), np.minimum(upper, lower)],
        1,
    )


def _front_cut(in_head: Floats, h: float) -> Floats:
    """Hair ends at a line over the brows, further back beside them."""
    line = 0.62 * h - 1.1 * np.maximum(0.45 * h - in_head[:, 2], 0.0)
    cut: Floats = line - in_head[:, 1]
    return cut


def _face(points: Floats, f: Figure) -> Floats:
    """Skin with eyes, brows and mouth."""
    p = (_turned(points, f, 1.0) - (0.0, 1.58, 0.02)) / f.head
    color = np.tile(np.array(f.skin), (len(points), 1))
    front = p[:, 2] > 0.3
    x = np.abs(p[:, 0])

    def paint(where: npt.NDArray[np.bool_], paint_color: tuple[float, float, float]) -> None:
        color[where & front] = paint_color

    eye_x, eye_y = (x - 0.32) / 0.15, (p[:, 1] - 0.06) / 0.07
    paint(eye_x**2 + eye_y**2 < 1.0, (0.75, 0.74, 0.72))
    paint(((x - 0.32) / 0.07) ** 2 + ((p[:, 1] - 0.06) / 0.065) ** 2 < 1.0, (0.03, 0.02, 0.015))
    paint(
        (np.abs(x - 0.33) < 0.2) & (np.abs(p[:, 1] - 0.26 + 0.3 * (x - 0.33) ** 2) < 0.035),
        tuple(0.6 * np.array(f.hair)),
    )
    paint(
        (p[:, 0] / 0.28) ** 2 + ((p[:, 1] + 0.52) / 0.07) ** 2 < 1.0,
        (0.4 * f.skin[0] + 0.2, 0.35 * f.skin[1], 0.35 * f.skin[2]),
    )
    paint((x - 0.09) ** 2 + (p[:, 1] + 0.27) ** 2 < 0.0016, tuple(0.35 * np.array(f.skin)))
    return color


def _room(rays: Floats, draw: np.random.Generator) -> Floats:
    """A wall, shelves and a window behind, all out of the figure's plane."""
    color = np.tile(draw.uniform(0.25, 0.65, 3), (len(rays), 1)) * (1.0 + 0.15 * rays[:, 1:2])
    for _ in range(7):
        x, y, w, h = draw.uniform(-0.6, 0.6), draw.uniform(-0.3, 0.5), draw.uniform(0.03, 0.16), draw.uniform(0.04, 0.2)
        inside = (np.abs(rays[:, 0] - x) < w) & (np.abs(rays[:, 1] - y) < h)
        color[inside] = draw.uniform(0.02, 0.8, 3)
    return color


def _ellipsoid(p: Floats, radii: tuple[float, float, float]) -> Floats:
    """A bound that is near enough (Quilez)."""
    r = np.array(radii)
    outer, inner = np.linalg.norm(p / r, axis=1), np.linalg.norm(p / (r * r), axis=1)
    found: Floats = outer * (outer - 1.0) / (inner + 1e-9)
    return found


def _capsule(p: Floats, a: tuple[float, float, float], b: tuple[float, float, float], radius: float) -> Floats:
    start, bone = np.array(a), np.array(b) - np.array(a)
    share = np.clip((p - start) @ bone / (bone @ bone), 0.0, 1.0)
    found: Floats = np.linalg.norm(p - start - share[:, None] * bone, axis=1) - radius
    return found


def _joined(a: Floats, b: Floats, width: float) -> Floats:
    blend = np.clip(0.5 + 0.5 * (b - a) / width, 0.0, 1.0)
    found: Floats = b + (a - b) * blend - width * blend * (1.0 - blend)
    return found
