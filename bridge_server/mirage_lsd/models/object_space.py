"""The space that fields and patterns are sampled in: the world's, or that of the object that a pixel is of, so that what moves takes its texture along."""

from __future__ import annotations

from torch import Tensor


def in_object_space(
    object_from_world: Tensor | None, sky: Tensor, p: Tensor, *directions: Tensor
) -> tuple[Tensor, ...]:
    """Points and directions as the objects see them that the pixels are of.

    Args:
        object_from_world: (B, 12, H, W), the rows of a 3 x 4 matrix for each pixel, a rotation (or a mirror) and a translation, so that
            metres stay metres; None: all things stand still in the world.
        sky: (B, 1, H, W), 1 where there is no object. p: (B, 3, H, W), metres, world space. directions: (B, 3, H, W) each.

    Returns:
        The same tensors, `p` first.
    """
    if object_from_world is None:
        return (p, *directions)
    b, _, h, w = object_from_world.shape
    rows = object_from_world.reshape(b, 3, 4, h, w)

    def turned(v: Tensor) -> Tensor:
        return rows[:, :, 0] * v[:, :1] + rows[:, :, 1] * v[:, 1:2] + rows[:, :, 2] * v[:, 2:3]

    def on_ground(v: Tensor, world: Tensor) -> Tensor:
        return v * (1.0 - sky) + world * sky

    return (on_ground(turned(p) + rows[:, :, 3], p), *(on_ground(turned(v), v) for v in directions))
